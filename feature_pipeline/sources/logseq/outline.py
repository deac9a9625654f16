"""A file of a Logseq graph → its properties, and its text without what Logseq keeps in the blocks of an outline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline.formats.org import DRAWER, DRAWER_END, PLAN, block_lines, until, without_task

BLOCK = re.compile(r"([ \t]*)[-*+](?:[ \t]+(.*)|)$")
PROPERTY = re.compile(r"[ \t]*([\w][\w./ -]{0,40}?)::(?:[ \t]+(.*)|)$")
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
BEGIN = re.compile(r"[ \t]*#\+begin_(\w+)(?:[ \t]+(.*))?$", re.IGNORECASE)
REFERENCE = re.compile(r"\[([^\[\]]*)\]\(\(\([0-9a-f-]{8,}\)\)\)|\(\([0-9a-f-]{8,}\)\)")
CLOZE = re.compile(r"\{\{cloze[ \t]+((?:[^{}]|\{[^{}]*\})*)\}\}")  # with a hint behind two backslashes
MACRO = re.compile(r"\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}|\{\{.{0,1000}\}\}[ \t]*$")
TAG_LINK = re.compile(r"#\[\[([^\[\]]+)\]\]")
SPACES = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
WORDS_OF_A_VALUE = 6  # a property's value with more words is a sentence of the author's
OWN_PROPERTIES = {"id", "collapsed", "template", "ls-type", "hl-page", "hl-color", "hl-stamp", "background-color"}


@dataclass
class _Block:
    depth: int
    lines: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    text: str  # Markdown: outermost blocks are paragraphs, those in them lists
    properties: dict[str, str]  # of the page, keys in lower case


def read_outline(text: str) -> Outline:
    """`text` is Logseq's Markdown. A template's blocks and what is quoted of a document are no text of the page."""
    properties, blocks = _parsed(text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n"))
    out: list[str] = []
    left_out: int | None = None
    for block in blocks:
        if left_out is not None and block.depth > left_out:
            continue
        left_out = None
        if "template" in block.properties:
            left_out = block.depth
        elif "ls-type" in block.properties and block.lines:  # a passage marked in a PDF: its author's words
            out += _shown(block.depth, [f"> {line}" for line in block.lines])
        elif block.lines:
            out += _shown(block.depth, block.lines)
    return Outline("\n".join(out).strip("\n"), properties)


def _shown(depth: int, lines: list[str]) -> list[str]:
    if depth <= 0:
        return ["", *lines, ""]
    indent = "  " * (depth - 1)
    is_marked = lines[0].startswith((">", "```", "#"))
    return [
        f"{indent}{'' if is_marked else '- '}{lines[0]}",
        *(f"{indent}{'' if is_marked else '  '}{line}" for line in lines[1:]),
    ]


def _parsed(lines: list[str]) -> tuple[dict[str, str], list[_Block]]:
    """The page's properties, and its blocks in order. Text above the first block is one of its own."""
    page = _Block(0)
    blocks: list[_Block] = [page]
    indents: list[int] = []
    current = _Unread(lines)
    for line in current:
        if started := BLOCK.match(line):
            indent = len(started[1].expandtabs(2))
            while indents and indents[-1] >= indent:
                indents.pop()
            blocks.append(_Block(len(indents)))
            indents.append(indent)
            line = without_task(started[2] or "")
        _add(blocks[-1], line, current)
    first = blocks[1] if len(blocks) > 1 and not blocks[1].lines else page  # a block of nothing but properties
    return page.properties or first.properties, blocks


class _Unread:
    """Lines that are taken one by one, or up to one that ends them."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._endless: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        while self._at < len(self._lines):
            self._at += 1
            yield self._lines[self._at - 1]

    def until(self, end: re.Pattern[str]) -> list[str]:
        """Nothing where no line ends them."""
        found, self._at = until(self._lines, self._at, end, self._endless)
        return found


def _add(block: _Block, line: str, unread: _Unread) -> None:
    stripped = line.strip()
    if fence := FENCE.match(line):
        inner = unread.until(re.compile(rf"[ \t]*{re.escape(fence[1])}[ \t]*$"))
        block.lines += [stripped, *_dedented(inner), fence[1]]
    elif begin := BEGIN.match(line):
        inner = unread.until(re.compile(rf"[ \t]*#\+end_{re.escape(begin[1].lower())}[ \t]*$", re.IGNORECASE))
        block.lines += block_lines(begin[1].lower(), inner, begin[2] or "", _reduced)
    elif DRAWER.match(line):
        unread.until(DRAWER_END)
    elif found := PROPERTY.match(line):
        key, value = found[1].strip().lower(), (found[2] or "").strip()
        block.properties[key] = value
        if key not in OWN_PROPERTIES and len(value.split()) > WORDS_OF_A_VALUE:
            block.lines.append(_reduced(value))
    elif not PLAN.match(line) and (text := _reduced(stripped)):
        block.lines.append(text)


def _dedented(lines: list[str]) -> list[str]:
    common = min((len(each) - len(each.lstrip()) for each in lines if each.strip()), default=0)
    return [line[common:] for line in lines]


def _reduced(text: str) -> str:
    text = CLOZE.sub(lambda match: match[1].partition("\\\\")[0], text)
    text = MACRO.sub("", REFERENCE.sub(lambda match: match[1] or "", text))
    return SPACES.sub(" ", TAG_LINK.sub(r"#\1", text)).strip()
