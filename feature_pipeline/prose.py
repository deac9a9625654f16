"""Where the author's own prose stands in a document: paragraphs outside of code, quotations, headings and lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from feature_store.records import Document
from text.sentences import ends_sentence, leads_on, sentences
from text.words import count_words

HEADING = re.compile(r"#{1,6}[ \t]+(\S.*?)[ \t#]*$")
SETEXT = re.compile(r"([^\n]+)\n(?:=+|-+)[ \t]*$")
ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
FORMULA = re.compile(r"\\[(\[]|\$\$")
FEWEST_WORDS = 8  # of a paragraph that does not end as a sentence does
FEWEST_WORDS_PER_ITEM = 8  # of a list that counts as prose


@dataclass(frozen=True, slots=True)
class Block:
    """Characters [start, end) of a document's text, without space around them."""

    start: int
    end: int
    text: str
    kind: Literal["prose", "heading", "other"]


def blocks(document: Document) -> list[Block]:
    """Every block outside of marked spans, in order."""
    found: list[Block] = []
    position = 0
    for start, end in [*((span.start, span.end) for span in document.marked), (len(document.text), len(document.text))]:
        found += _blocks_between(document.text, position, start)
        position = end
    return found


def stands_alone(text: str) -> bool:
    """Sentences that can stand alone: no list, table, address or formula among them, and no colon or comma that leads
    to what is not there."""
    return not (
        leads_on(text)
        or text.lstrip().startswith((",", ".", ";", ":", ")"))
        or ADDRESS.search(text)
        or FORMULA.search(text)
        or "|" in text
        or any(ITEM.match(line) for line in text.split("\n"))
    )


def _blocks_between(text: str, start: int, end: int) -> Iterator[Block]:
    edges = [(match.start(), match.end()) for match in BLANK_LINE.finditer(text, start, end)]
    for begin, stop in zip([start, *(e for _, e in edges)], [*(s for s, _ in edges), end], strict=True):
        yield from _lines_apart(text, begin, stop)


def _lines_apart(text: str, start: int, end: int) -> Iterator[Block]:
    """A paragraph; or a heading and the paragraph that follows it without a blank line."""
    block = text[start:end]
    begin = start + len(block) - len(block.lstrip())
    stop = start + len(block.rstrip())
    if begin >= stop:
        return
    first = text[begin:stop].partition("\n")[0]
    if HEADING.match(first):
        yield Block(begin, begin + len(first.rstrip()), first.rstrip(), "heading")
        yield from _lines_apart(text, begin + len(first), stop)
        return
    own = text[begin:stop]
    yield Block(begin, stop, own, "heading" if SETEXT.fullmatch(own) else "prose" if _is_prose(own) else "other")


def _is_prose(text: str) -> bool:
    lines = text.split("\n")
    plain = ADDRESS.sub("", text)
    own = count_words(plain)
    if not own or count_words(text) > 2 * own or not any(c.isalpha() for c in plain):
        return False
    if lines[0].lstrip().startswith("|") or all(line.lstrip().startswith(("|", "<")) for line in lines):
        return False
    items = sum(bool(ITEM.match(line)) for line in lines)
    if items:
        return own >= FEWEST_WORDS_PER_ITEM * items and any(
            ends_sentence(plain[start:end]) for start, end in sentences(plain)
        )
    return own >= FEWEST_WORDS or ends_sentence(plain)
