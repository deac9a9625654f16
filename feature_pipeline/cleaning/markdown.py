"""Markdown → pieces. markdown-it finds the blocks; what stays is cut from the author's own lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from feature_pipeline.cleaning.blocks import block_parser
from feature_pipeline.cleaning.dialects import common_markdown
from feature_pipeline.cleaning.html import html_pieces
from feature_pipeline.cleaning.inline import reduce_inline
from feature_pipeline.cleaning.marked_text import Piece, assemble, quoted
from feature_pipeline.cleaning.wrapping import filled_width, unwrap

DEFINITION = re.compile(r" {0,3}\[(?!\^)([^\[\]]+)\]:[ \t]+\S+[ \t]*$")
TILDES = re.compile(r"~+")
QUOTE_MARK = re.compile(r"^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?> ?")
CALLOUT = re.compile(r"^\[!([\w-]+)(?:\|[^\]\n]*)?\][+-]?[ \t]*")
QUOTING_CALLOUTS = {"quote", "cite"}
DEEPEST_QUOTE = 5
LEAVES = {"fence", "code_block", "html_block", "heading_open", "paragraph_open", "hr", "table_open", "blockquote_open"}


def markdown_pieces(text: str, references: dict[str, Any] | None = None, *, depth: int = 0) -> list[Piece]:
    """`text` has "\\n" line ends. `references` are those of the document around a quotation."""
    fence = "~" * (3 + max((len(run) for run in TILDES.findall(text)), default=0))
    text = common_markdown(text, fence)
    env: dict[str, Any] = {"references": {} if references is None else references}
    blocks = list(_leaves(block_parser().parse(text, env)))
    lines = text.split("\n")
    blocks = [block for block in blocks if not _loose_definitions(lines[block[1] : block[2]], env["references"])]
    width = filled_width([lines[start:end] for token, start, end in blocks if token.type == "paragraph_open"])
    pieces: list[Piece] = []
    last_end = 0
    html_quotes = 0
    for token, start, end in blocks:
        own = lines[start:end]
        while own and not own[-1].strip():
            own.pop()
        if token.type in ("fence", "code_block"):
            inner = own[1:] if token.markup == fence else own
            inner = inner[:-1] if token.markup == fence and inner and inner[-1].strip() == fence else inner
            found = [Piece("\n".join(inner).strip("\n").rstrip(), "code")]
        elif token.type == "html_block":
            found = html_pieces("\n".join(own))
            html_quotes += token.content.lower().count("<blockquote") - token.content.lower().count("</blockquote")
        elif token.type == "blockquote_open":
            found = _quotation(own, env["references"], depth)
        elif token.type == "paragraph_open":
            found = [Piece(reduce_inline(unwrap(own, width), env["references"]))]
        else:
            found = [Piece(reduce_inline("\n".join(line.rstrip() for line in own), env["references"]))]
        found = [replace(piece, kind=piece.kind or "quote") if html_quotes > 0 else piece for piece in found]
        if found and start == last_end and pieces:
            found[0] = replace(found[0], tight=True)
        pieces += [piece for piece in found if piece.text.strip()]
        last_end = start + len(own)
    return pieces


def _leaves(tokens: Sequence[Token]) -> Iterator[tuple[Token, int, int]]:
    """Blocks that hold text, with their lines [start, end). Whole quotations count as one.

    Lines in none of them are link definitions, which markdown-it takes out.
    """
    inside: Token | None = None
    for token in tokens:
        if inside is not None:
            if token.type.endswith("_close") and token.level == inside.level:
                inside = None
        elif token.type in LEAVES and token.map is not None:
            yield token, token.map[0], token.map[1]
            if token.type in ("blockquote_open", "table_open"):
                inside = token


def _loose_definitions(lines: Sequence[str], references: dict[str, Any]) -> bool:
    """Whether these lines are link definitions that only CommonMark refuses, such as an address with a lone ")"."""
    labels = [match[1] for line in lines if (match := DEFINITION.match(line))]
    if len(labels) < len([line for line in lines if line.strip()]):
        return False
    references.update({normalizeReference(label): {} for label in labels})
    return bool(labels)


def _quotation(lines: Sequence[str], references: dict[str, Any], depth: int) -> list[Piece]:
    """Other people's words; but a callout, "> [!note]", is the author's own."""
    inner = [QUOTE_MARK.sub("", line, count=1) for line in lines]
    if callout := CALLOUT.match(inner[0]):
        inner[0] = inner[0][callout.end() :]
        if callout[1].lower() not in QUOTING_CALLOUTS:
            return markdown_pieces("\n".join(inner), references, depth=depth + 1)
    if depth >= DEEPEST_QUOTE:
        return [Piece("\n".join(lines), "quote")]
    text, _ = assemble(markdown_pieces("\n".join(inner), references, depth=depth + 1))
    return [Piece(quoted(text), "quote")] if text else []
