"""Where the blocks of a Markdown text are, as CommonMark finds them."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token


@cache
def block_parser() -> MarkdownIt:
    """Blocks only: inline marks are reduced in the author's own lines."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def code_blocks(text: str) -> list[Token]:
    """Fenced and indented ones; `token.map` is their lines [start, end)."""
    return [token for token in block_parser().parse(text, {}) if token.type in ("fence", "code_block") and token.map]
