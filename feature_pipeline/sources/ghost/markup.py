"""What Ghost's editors store → HTML: Lexical (Ghost 5 on) and Mobiledoc (Ghost 1 to 4).

Of cards, those stay that hold words of the author: Markdown, HTML, code, callouts, toggles, captions. Formats:
https://lexical.dev/docs/concepts/serialization and
https://github.com/bustle/mobiledoc-kit/blob/main/MOBILEDOC.md
"""

from html import escape

from markdown_it import MarkdownIt

from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at

HEADINGS = {f"h{level}" for level in range(1, 7)}
LEXICAL_BLOCKS = {
    **dict.fromkeys(("paragraph",), "p"),
    **dict.fromkeys(("quote", "extended-quote", "aside"), "blockquote"),
    "listitem": "li",
}
TEXT_TAGS = {"p", "blockquote", "ul", "ol", "li", "pre", "aside", *HEADINGS}
PULL_QUOTE = "pull-quote"
MARKUP_SECTION, LIST_SECTION, CARD_SECTION = 1, 3, 10
ATOM = 1


def lexical_html(document: Json) -> str:
    """Raises UnreadableItemError."""
    if not isinstance(at(document, "root"), dict):
        raise UnreadableItemError("its Lexical document has no root")
    try:
        return "\n".join(_lexical(node) for node in list_at(document, "root", "children"))
    except RecursionError:
        raise UnreadableItemError("its Lexical document is nested too deep") from None


def mobiledoc_html(document: Json) -> str:
    """Raises UnreadableItemError."""
    if not isinstance(at(document, "sections"), list):
        raise UnreadableItemError("its Mobiledoc document has no sections")
    return "\n".join(_section(section, document) for section in list_at(document, "sections"))


def _lexical(node: Json) -> str:
    kind = text_at(node, "type")
    inside = "".join(_lexical(child) for child in list_at(node, "children"))
    match kind:
        case "text" | "extended-text" | "tab" | "code-highlight":
            return escape(text_at(node, "text"), quote=False).replace("\n", "<br>")
        case "linebreak":
            return "<br>"
        case "heading" | "extended-heading":
            tag = text_at(node, "tag")
            return _wrapped(tag if tag in HEADINGS else "h2", inside)
        case "list":
            return _wrapped("ol" if "number" in (text_at(node, "listType"), text_at(node, "tag")) else "ul", inside)
        case _ if kind in LEXICAL_BLOCKS:
            return _wrapped(LEXICAL_BLOCKS[kind], inside)
    return inside or _card(kind, dict_at(node))


def _card(kind: str, payload: dict[str, Json]) -> str:
    match kind.removeprefix("card-"):
        case "markdown":
            return str(MarkdownIt("commonmark").enable("table").render(text_at(payload, "markdown")))
        case "html" | "email" | "email-cta":
            return text_at(payload, "html")
        case "code" | "codeblock":
            return f"<pre><code>{escape(text_at(payload, 'code'), quote=False)}</code></pre>{_caption(payload)}"
        case "callout":
            return _wrapped("p", text_at(payload, "calloutText"))
        case "toggle":
            return _wrapped("h4", text_at(payload, "heading")) + text_at(payload, "content")
        case "header":
            return _wrapped("h2", text_at(payload, "header")) + _wrapped("p", text_at(payload, "subheader"))
        case "product":
            return _wrapped("h4", text_at(payload, "productTitle")) + text_at(payload, "productDescription")
        case "image" | "gallery" | "embed" | "video":
            return _caption(payload)
    return ""  # bookmarks, buttons, files, forms: not prose


def _caption(payload: dict[str, Json]) -> str:
    return _wrapped("figcaption", text_at(payload, "caption"))


def _section(section: Json, document: Json) -> str:
    kind, tag = at(section, 0), text_at(section, 1)
    if kind == MARKUP_SECTION:
        inside = _markers(list_at(section, 2), document)
        return _wrapped("blockquote" if tag == PULL_QUOTE else tag if tag in TEXT_TAGS else "p", inside)
    if kind == LIST_SECTION:
        items = "".join(
            f"<li>{_markers(item, document)}</li>" for item in list_at(section, 2) if isinstance(item, list)
        )
        return _wrapped("ol" if tag == "ol" else "ul", items)
    index = at(section, 1)
    if kind == CARD_SECTION and isinstance(index, int):
        return _card(text_at(document, "cards", index, 0), dict_at(document, "cards", index, 1))
    return ""


def _markers(markers: list[Json], document: Json) -> str:
    """The words; the only markup kept is code."""
    parts: list[str] = []
    for marker in markers:
        value = at(marker, 3)
        if at(marker, 0) != ATOM:
            parts.append(escape(text_at(marker, 3), quote=False))
        elif isinstance(value, int) and text_at(document, "atoms", value, 0) == "soft-return":
            parts.append("<br>")
        elif isinstance(value, int):
            parts.append(escape(text_at(document, "atoms", value, 1), quote=False))
    return "".join(parts)


def _wrapped(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>" if inside.strip() else ""
