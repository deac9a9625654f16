"""Media RSS in a feed: what it says of pictures and films is no text of the post.

feedparser 6.0.14 takes <media:description>, a picture's alt text, for the summary or the content of the item, by the
order of the elements, and <media:title> for the title. https://www.rssboard.org/media-rss
"""

import re

NAMESPACE = re.compile(rb"xmlns:([\w.-]+)\s*=\s*[\"']https?://search\.yahoo\.com/mrss/?[\"']")
USUAL_PREFIX = b"media"
GROUP_TEXT = "media_grouptext"  # under which feedparser gives the description of a <media:group>


def media_set_apart(data: bytes) -> bytes:
    """`data` with the texts of Media RSS under names that feedparser makes nothing of.

    The description of a group is what the author says of a film, as on YouTube; it stays to be found.
    """
    for prefix in {re.escape(found) for found in NAMESPACE.findall(data)} or {USUAL_PREFIX}:
        group = rb"(<" + prefix + rb":group\b(?:(?!<" + prefix + rb":group\b).){0,200000}?</" + prefix + rb":group\s*>)"
        parts = re.split(group, data, flags=re.DOTALL)
        for place, part in enumerate(parts):
            if place % 2:
                part = re.sub(rb"<" + prefix + rb":description\b[^<>]*?(/?)>", rb"<media:grouptext\1>", part)
                part = re.sub(rb"</" + prefix + rb":description\s*>", b"</media:grouptext>", part)
            parts[place] = re.sub(rb"(</?" + prefix + rb"):(?:description|title)\b", rb"\1:alt", part)
        data = b"".join(parts)
    return data
