"""Where a long sentence may be cut: people who write without full stops say a dozen things in one.

A cut stands after a semicolon, a colon, a dash or dots, or after a comma, with FEWEST words on both sides within the
sentence, and outside brackets. A sentence of at most LONG words is never cut.
"""

from collections.abc import Iterator

import regex  # type: ignore[import-untyped]

from text.sentences import RULES as SENTENCE_ENDS
from text.sentences import Sentence, sentences
from text.words import count_words

LONG = 32  # words
FEWEST = 10
CLOSING = r"[\"'”’»)\]*_]*+"
STRONG = regex.compile(rf"(?:[;:…؛；：]|\.\.\.|(?<=\s)[–—]|—){CLOSING}(?=\s)")
WEAK = regex.compile(rf"(?:[,،，、]{CLOSING})(?=\s|(?<=[，、]))")
RULES = "\n".join((SENTENCE_ENDS, STRONG.pattern, WEAK.pattern, f"{LONG} {FEWEST}"))  # where cuts stand, in full


def clauses(text: str) -> Iterator[Sentence]:
    """As `text.sentences.sentences` gives them, the long ones in parts."""
    for sentence in sentences(text):
        if count_words(text[sentence.start : sentence.end]) > LONG:
            yield from _parts(text, sentence)
        else:
            yield sentence


def _parts(text: str, sentence: Sentence) -> Iterator[Sentence]:
    start = sentence.start
    cuts = sorted(m.end() for marks in (STRONG, WEAK) for m in marks.finditer(text, start, sentence.end))
    for cut in cuts:
        said, rest = text[start:cut], text[cut : sentence.end]
        if said.count("(") == said.count(")") and min(count_words(said), count_words(rest)) >= FEWEST:
            yield Sentence(start, cut)
            start = cut + len(rest) - len(rest.lstrip())
    yield Sentence(start, sentence.end)
