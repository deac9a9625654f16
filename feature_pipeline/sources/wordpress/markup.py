"""What WordPress stores of a post → HTML as a reader gets it.

The classic editor stores line breaks for paragraphs and shortcodes in square brackets; the block editor stores HTML
between comments. Shortcodes' marks go; what the author wrote between them stays, captions too. Galleries, players and
embedded addresses go whole. Square brackets that are no shortcode, such as [sic], are the author's.
"""

import html
import re

BLOCK = re.compile(r"<!--\s+(/?)wp:([\w/-]+)(?:\s+\{.*?\})?\s+(/?)-->", re.DOTALL)
VERBATIM = re.compile(r"(<(pre|script|style|svg|math|textarea)\b.*?</\2\s*>)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"(<!--.*?-->|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)", re.DOTALL)
BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|header|hr|iframe|legend|li|main|map|menu|nav|ol|p|pre|script|section|style|summary|table|tbody"
    r"|td|tfoot|th|thead|tr|ul)\b",
    re.IGNORECASE,
)
LINE_BREAK = re.compile(r"[ \t]*\n")
EMBED_WRAPPER = re.compile(r'<div class="wp-block-embed__wrapper">.*?</div>', re.DOTALL)

ATTRIBUTES = r"(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')*"
ESCAPED = re.compile(rf"\[(\[[a-zA-Z][\w-]*(?:\s{ATTRIBUTES})?\])\]")
WHOLE = re.compile(
    rf"\[(gallery|playlist|audio|video|embed|googlemaps|youtube|vimeo|soundcloud|instagram|tweet|twitter|slideshare"
    rf"|contact-form(?:-7)?|toc)(?:[\s=:]{ATTRIBUTES})?/?\](?:(?:(?!\[\1).){{0,2000}}?\[/\1\])?",
    re.DOTALL | re.IGNORECASE,
)
CAPTION = re.compile(rf"\[(?:wp_)?caption({ATTRIBUTES})\](.*?)\[/(?:wp_)?caption\]", re.DOTALL | re.IGNORECASE)
CAPTION_TEXT = re.compile(r"\bcaption=(?:\"([^\"]*)\"|'([^']*)')")
LANGUAGES = (
    "code|sourcecode|source|php|python|css|html|xml|js|javascript|sql|bash|shell|java|cpp|csharp|ruby|text|plain"
)
CODE = re.compile(rf"\[({LANGUAGES})(?:\s{ATTRIBUTES})?\](.{{0,50000}}?)\[/\1\]", re.DOTALL | re.IGNORECASE)
OPENING = re.compile(r"\[([a-zA-Z][\w-]*)[^\[\]]*\]")
CLOSING = re.compile(r"\[/([a-zA-Z][\w-]*)\]")
WITH_ATTRIBUTES = re.compile(rf"\[[a-zA-Z][\w-]*\s+[\w-]+=(?:\"|'|&quot;|&#8221;|&#8243;|\w){ATTRIBUTES}/?\]")
HELD = "\x1d{}\x1d"  # placeholder for an escaped shortcode; no post contains control characters
INLINE_TAG = re.compile(r"</?(?:em|strong|b|i|u|s|sub|sup|code|span|a|br|small|mark|del|ins|abbr|cite|q|font)\b[^<>]*>")


def post_html(content: str) -> str:
    """Of wp:post_content, or of a comment."""
    if "<!-- wp:" not in content:
        return _paragraphs(_without_shortcodes(content))
    parts: list[str] = []
    depth, position = 0, 0
    for mark in BLOCK.finditer(content):
        between = content[position : mark.start()]
        parts.append(between if depth else _paragraphs(between))  # between blocks lies what the classic editor wrote
        position = mark.end()
        if not mark[3]:
            depth = max(0, depth - 1) if mark[1] else depth + 1
    parts.append(_paragraphs(content[position:]))
    return _without_shortcodes(EMBED_WRAPPER.sub("", "".join(parts)))


def plain_title(title: str) -> str:
    """Titles contain entities and inline tags, since themes print them unescaped."""
    return " ".join(html.unescape(INLINE_TAG.sub("", title)).split())


def _without_shortcodes(text: str) -> str:
    if "[" not in text:
        return text
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[1])
        return HELD.format(len(held) - 1)

    text = ESCAPED.sub(hold, text)
    text = CODE.sub(lambda match: f"<pre>{match[2]}</pre>", text)
    text = CAPTION.sub(_figure, WHOLE.sub("", text))
    if closed := set(CLOSING.findall(text)):
        text = CLOSING.sub("", OPENING.sub(lambda match: "" if match[1] in closed else match[0], text))
    text = WITH_ATTRIBUTES.sub("", text)
    for index, shortcode in enumerate(held):
        text = text.replace(HELD.format(index), shortcode)
    return text


def _figure(match: re.Match[str]) -> str:
    named = CAPTION_TEXT.search(match[1])
    caption = f"<figcaption>{named[1] or named[2]}</figcaption>" if named and (named[1] or named[2]) else ""
    return f"<figure>{match[2]}{caption}</figure>"


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
