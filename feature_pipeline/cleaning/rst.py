"""reStructuredText → pieces, by docutils, which is given no files, no network and no raw HTML.

Sphinx, Pelican and Nikola bring directives and roles of their own, which docutils does not know: of these the text
stays, unless the name says that it is code or holds no text.
"""

import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from feature_pipeline.cleaning.marked_text import Piece, assemble, quoted
from feature_pipeline.cleaning.plain import plain_pieces

if TYPE_CHECKING:
    from docutils.parsers.rst import Parser

Node = Any  # of docutils, whose types know less of it than it has

SETTINGS: dict[str, Any] = {
    "_disable_config": True,  # nothing of what a docutils.conf on this machine says
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,  # never
    "report_level": 5,  # nothing is printed; what is left out for an error is in a message in the tree
    "warning_stream": False,
    "line_length_limit": 10**9,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "strip_comments": True,
}
DATE = re.compile(r"^\.\.[ \t]+\|[^|\n]+\|[ \t]+date::.*$", re.MULTILINE)  # the day on which it is read
DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]+?)[ \t]?::(?:[ \t]+(.*)|)$")
OPTION = re.compile(r":[\w-]+:(?:[ \t]|$)")
CODE = {"code", "code-block", "sourcecode", "code-cell", "prompt", "console", "ipython", "testcode", "parsed-literal"}
# Their argument is text, as is what follows; what other directives are given as argument is not.
WORDS = {"seealso", "todo", "centered", "info", "question", "success", "versionadded", "versionchanged", "deprecated"}
WITHOUT_TEXT = {
    *(
        "youtube",
        "vimeo",
        "soundcloud",
        "soundcloud_playlist",
        "gist",
        "listing",
        "media",
        "gallery",
        "slides",
        "chart",
    ),
    *("thumbnail", "post-list", "post_list", "publication_list", "toctree", "index", "graphviz", "digraph", "graph"),
    *("mermaid", "plantuml", "plot", "include", "literalinclude", "raw", "highlight", "tags", "category", "author"),
    *("automodule", "autoclass", "autofunction", "autosummary", "video", "audio", "iframe", "tweet", "image", "math"),
}
SKIPPED = {
    *("comment", "image", "substitution_definition", "raw", "math_block", "meta", "pending", "label", "target"),
    *("footnote_reference", "decoration", "docinfo", "generated"),
}
PARAGRAPHS = {"paragraph", "rubric", "caption", "term", "attribution", "field_name", "option_group"}
CODE_BLOCKS = {"literal_block", "doctest_block"}
# A quotation that holds nothing else is no quotation, but indented.
INDENTED = {
    *CODE_BLOCKS,
    "bullet_list",
    "enumerated_list",
    "definition_list",
    "table",
    "line_block",
    "image",
    "comment",
}
UNRESOLVED = re.compile(r"`?(.*?)(?:\s*<[^<>]*>)?`?_{1,2}")
SUBSTITUTION = re.compile(r"\|[^|]+\|_*")
ROLE_TARGET = re.compile(r"\s*<[^<>]*>$")
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
DEEPEST_DIRECTIVE = 5


def rst_pieces(text: str, *, depth: int = 0) -> list[Piece]:
    """`text` has "\\n" line ends."""
    from docutils.core import publish_doctree

    try:
        tree = publish_doctree(DATE.sub("", text), parser=_parser(), settings_overrides=dict(SETTINGS))
        return list(_pieces(tree, depth=depth))
    except RecursionError:
        return plain_pieces(text)  # nested deeper than anything that is read as markup


def _parser() -> "Parser":
    from docutils import nodes
    from docutils.parsers.rst import Parser, states

    inliner = states.Inliner()
    of_docutils = inliner.interpreted

    def interpreted(rawsource: str, text: str, role: str, lineno: int) -> Any:
        """Any role but those that make text of their own: its words."""
        if role.lower() in ("pep", "rfc"):
            return of_docutils(rawsource, text, role, lineno)
        if role.lower().startswith("raw"):  # by custom the name of roles for raw HTML
            return [], []
        words = ROLE_TARGET.sub("", nodes.unescape(text)) or text
        return [nodes.inline(rawsource, words.removeprefix("~"))], []

    # Set on the instance: docutils builds its patterns of the attributes of the class, and of no subclass.
    setattr(inliner, "interpreted", interpreted)  # noqa: B010
    return Parser(inliner=inliner)


def _pieces(node: Node, *, depth: int, level: int = 0, indent: str = "") -> Iterator[Piece]:
    """`level` is that of the section around; `indent` that of the list around, of which this is an item."""
    for child in node.children:
        name = child.tagname
        if name in SKIPPED or "contents" in child.get("classes", ()):
            continue
        if name == "title":
            yield Piece(("#" * level + " " if node.tagname == "section" else "") + _words(child))
        elif name in PARAGRAPHS:
            yield Piece(_words(child))
        elif name in CODE_BLOCKS:
            yield Piece(child.astext(), "code")
        elif name == "line_block":
            yield Piece("\n".join(_lines(child)))
        elif name == "block_quote" and not all(inner.tagname in INDENTED for inner in child.children):
            text, _ = assemble(list(_pieces(child, depth=depth)))
            yield Piece(quoted(text), "quote")
        elif name in ("bullet_list", "enumerated_list"):
            yield from _items(child, depth=depth, level=level, indent=indent)
        elif name == "row":
            yield Piece(" | ".join(_words(entry) for entry in child.children), tight=child is not node.children[0])
        elif name == "system_message":
            for source in child.children:
                if source.tagname == "literal_block":
                    yield from _unread(source.astext(), depth=depth)
        else:
            yield from _pieces(child, depth=depth, level=level + (name == "section"), indent=indent)


def _items(node: Node, *, depth: int, level: int, indent: str) -> Iterator[Piece]:
    start = int(node.get("start", 1))
    for number, item in enumerate(node.children, start=start):
        mark = f"{_enumerator(node, number)} " if node.tagname == "enumerated_list" else "- "
        inside = list(_pieces(item, depth=depth, level=level, indent=indent + "  "))
        if not inside or inside[0].kind:  # "C." on a line of its own is an item too
            inside.insert(0, Piece(""))
        text = (indent + mark + inside[0].text).rstrip()
        yield Piece(text if text.strip() != "-" else "", tight=number > start or bool(indent))
        yield from inside[1:]


def _enumerator(node: Node, number: int) -> str:
    """As it was written: to docutils, "A. Einstein wrote" on one line is an item of a list."""
    sequence = node.get("enumtype", "arabic")
    if sequence == "arabic":
        letters = str(number)
    else:
        letters = chr(96 + number) if sequence.endswith("alpha") else _roman(number)
        letters = letters.upper() if sequence.startswith("upper") else letters
    return f"{node.get('prefix', '')}{letters}{node.get('suffix', '')}"


def _roman(number: int) -> str:
    letters = ""
    for value, numeral in ROMAN:
        count, number = divmod(number, value)
        letters += numeral * count
    return letters


def _words(node: Node) -> str:
    """The text without its marks, on one line: line breaks mean nothing in a paragraph."""
    return " ".join("".join(_texts(node)).split())


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if child.tagname == "#text":
            yield child.astext()
        elif child.tagname == "citation_reference":
            yield f"[{child.astext()}]"
        elif child.tagname == "problematic":  # a link without its address, an unknown substitution, a lone mark
            text = SUBSTITUTION.sub("", child.astext())
            yield link[1] if (link := UNRESOLVED.fullmatch(text)) else text
        elif child.tagname not in SKIPPED or (child.tagname == "target" and child.children):
            yield from _texts(child)
            if child.tagname == "paragraph":  # the next one of a table's cell
                yield " "


def _lines(node: Node, indent: str = "") -> Iterator[str]:
    for child in node.children:
        if child.tagname == "line_block":
            yield from _lines(child, indent + "  ")
        else:
            yield f"{indent}{_words(child)}" if child.children else ""


def _unread(source: str, *, depth: int) -> Iterator[Piece]:
    """What docutils left out for an error: a directive that it does not know, a heading of an unexpected level, …"""
    first, _, rest = source.partition("\n")
    directive = DIRECTIVE.match(first)
    if directive is None:
        yield Piece("\n".join(line for line in source.split("\n") if re.search(r"\w", line)))
        return
    name, argument = directive[1].lower().rpartition(":")[2], directive[2] or ""
    body = textwrap.dedent(rest).split("\n")
    while body and (not body[0].strip() or OPTION.match(body[0])):
        body.pop(0)
    if name in WITHOUT_TEXT:
        return
    if name in CODE:
        yield Piece("\n".join(body).strip("\n"), "code")
        return
    text = "\n".join([argument if name in WORDS else "", *body])
    yield from rst_pieces(text, depth=depth + 1) if depth < DEEPEST_DIRECTIVE else plain_pieces(text)
