"""Words and sentences of a text, for comparing texts without a model. Tuned for English; other languages pass through
with their function words counted as content."""

import re
from functools import lru_cache
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s)|\n)\s*")
CONTRACTION = re.compile(r"['’](?:t|re|ve|ll|d|m)$")
ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|No|vs|e\.g|i\.e|etc|[A-Z])\.\s*$")
SUFFIXES = ("ing", "ied", "ies", "ed", "es", "s", "e")
SHORTEST_STEM = 3
KNOWN_WORDS = 50_000  # remembered: every question compares some thousands

LISTED = """
a about above after again all also although always am an and any anything are as ask at be because been before being
below between both but by can could describe did do does doing done down each else ever every explain few for from get
give given go goes going gone got had has have having he hello her here hers hey hi him his how i if in into is it its
itself just know let like make many may me mean might more most much must my myself never no nor not now of off ok
okay on once one only or other our ours out over own please post quite rather really said same say says see shall she
should since so some something such take tell than thank thanks that the their theirs them then there these they thing
things think this those though through to too told under until up upon us use used very was way we well were what when
where whether which while who whom whose why will with without would write yes yet you your yours yourself
"""
FUNCTION_WORDS = frozenset(LISTED.split())


class Span(NamedTuple):
    start: int
    end: int


def words(text: str) -> list[str]:
    """Lower-cased words in order, possessive endings cut."""
    return [_plain(word) for word in WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order: no function words, contractions of them, or single letters."""
    return [*filter(None, map(_content_stem, WORD.findall(text)))]


def _plain(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("’s")


@lru_cache(maxsize=KNOWN_WORDS)
def _content_stem(written: str) -> str:
    """Of a word as it stands in a text; "" when it carries no meaning."""
    word = _plain(written)
    return stem(word) if _carries_meaning(word) else ""


def _carries_meaning(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS and not CONTRACTION.search(word)


def stem(word: str) -> str:
    """Without one inflectional ending: clocks → clock, mending → mend, charged → charg ← charge."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


def sentences(text: str) -> list[Span]:
    """Spans of the sentences and lines of `text`, without the white space around them."""
    spans = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        if ABBREVIATION.search(text, start, end.end()):
            continue
        spans.append(Span(start, end.end()))
        start = end.end()
    spans.append(Span(start, len(text)))
    return [stripped for span in spans if (stripped := _strip(text, span)).start < stripped.end]


def _strip(text: str, span: Span) -> Span:
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))
