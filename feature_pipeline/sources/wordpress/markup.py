"""What WordPress stores of a post → HTML as a reader gets it.

The classic editor stores line breaks for paragraphs and shortcodes in square brackets; the block editor stores HTML
between comments, and of a reusable block only where it is used. Embedded addresses go whole.
"""

import re
from collections.abc import Mapping

from feature_pipeline.entities import unescaped
from feature_pipeline.sources.wordpress.shortcodes import without_shortcodes

BLOCK = re.compile(r"<!--\s+(/?)wp:([\w/-]+)(?:\s+\{.*?\})?\s+(/?)-->", re.DOTALL)
VERBATIM = re.compile(r"(<(pre|script|style|svg|math|textarea)\b.*?</\2\s*>)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"(<!--.*?-->|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.DOTALL)
BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|header|hr|legend|li|main|map|menu|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b",
    re.IGNORECASE,
)
LINE_BREAK = re.compile(r"[ \t]*\n")
EMBED_WRAPPER = re.compile(r'<div class="wp-block-embed__wrapper">.*?</div>', re.DOTALL)

# Services whose players stand in place of an address alone on its line: https://wordpress.org/documentation/article/embeds/
EMBEDDED = re.compile(
    r"^[ \t]*https?://(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|vimeo\.com|twitter\.com|x\.com|bsky\.app|instagram\.com"
    r"|facebook\.com|tiktok\.com|soundcloud\.com|spotify\.com|mixcloud\.com|bandcamp\.com|dailymotion\.com|ted\.com"
    r"|flickr\.com|flic\.kr|imgur\.com|giphy\.com|slideshare\.net|speakerdeck\.com|scribd\.com|issuu\.com|reddit\.com"
    r"|tumblr\.com|pinterest\.\w+|codepen\.io|wordpress\.tv|kickstarter\.com|gist\.github\.com)/\S*[ \t]*$",
    re.MULTILINE,
)
REUSABLE = re.compile(r"<!--\s+wp:block\s+(\{.*?\})\s+/?-->(?:\s*<!--\s+/wp:block\s+-->)?", re.DOTALL)
REUSABLE_ID = re.compile(r"\"ref\"\s*:\s*\"?(\d+)")
DEEPEST_REUSED = 5  # blocks within blocks
INLINE_TAG = re.compile(r"</?(?:em|strong|b|i|u|s|sub|sup|code|span|a|br|small|mark|del|ins|abbr|cite|q|font)\b[^<>]*>")


def post_html(content: str, reusable: Mapping[str, str] | None = None) -> str:
    """Of wp:post_content, or of a comment. `reusable` holds blocks by id, as they are stored."""
    content = _with_reusable(content, reusable or {}, DEEPEST_REUSED)
    if "<!-- wp:" not in content:
        return _paragraphs(without_shortcodes(EMBEDDED.sub("", content)))
    parts: list[str] = []
    depth, position = 0, 0
    for mark in BLOCK.finditer(content):
        between = content[position : mark.start()]
        parts.append(between if depth else _paragraphs(between))  # between blocks lies what the classic editor wrote
        position = mark.end()
        if not mark[3]:
            depth = max(0, depth - 1) if mark[1] else depth + 1
    parts.append(_paragraphs(content[position:]))
    return without_shortcodes(EMBED_WRAPPER.sub("", "".join(parts)))


def _with_reusable(content: str, reusable: Mapping[str, str], depth: int) -> str:
    """A block that is not there, or not the author's, leaves nothing."""

    def stored(match: re.Match[str]) -> str:
        found = REUSABLE_ID.search(match[1])
        block = reusable.get(found[1], "") if found and depth else ""
        return f"\n\n{_with_reusable(block, reusable, depth - 1)}\n\n" if block else "\n\n"

    return REUSABLE.sub(stored, content) if "wp:block" in content else content


def plain_title(title: str) -> str:
    """Titles contain entities and inline tags, since themes print them unescaped."""
    return " ".join(unescaped(INLINE_TAG.sub("", title)).split())


def _paragraphs(text: str) -> str:
    """Line breaks → <br>, two of them where a blank line ends a paragraph; none beside tags that break lines anyway."""
    if "\n" not in text.strip():
        return text
    pieces = VERBATIM.split(text)
    # VERBATIM has two groups: [text, verbatim, its tag's name, text, …]
    return "".join(
        piece if index % 3 == 1 else _broken_lines(piece) for index, piece in enumerate(pieces) if index % 3 != 2
    )


def _broken_lines(text: str) -> str:
    tokens = TAG.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    for index in range(0, len(tokens), 2):
        before = tokens[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        words = tokens[index]
        if BLOCK_TAG.match(before):
            words = words.lstrip()
        elif before[:3].lower() == "<br":
            words = re.sub(r"^[ \t]*\n", "", words)
        if BLOCK_TAG.match(after):
            words = words.rstrip()
        tokens[index] = LINE_BREAK.sub("<br>\n", words)
    return "".join(tokens)
