"""Which of the passages an answer rests on, and on which of their words.

Measured by overlap of words, not by a model: a citation says that the quoted sentence shares the answer's rare words,
which a reader can check at a glance.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feature_store.records import Chunk, ScoredChunk
from text.sentences import Sentence, sentences
from text.terms import languages_of, terms

MIN_OVERLAP = 0.4  # of an answer sentence's weight, found in one sentence of a passage
MIN_SHARED_WORDS = 2


@dataclass(frozen=True, slots=True)
class Citation:
    """Characters [start, end) of a document, to the letter, that an answer sentence rests on.

    `kind` is "supports" when the answer shares its words (`score`: the share of the answer sentence's weight, in
    [0, 1]), and "context" when nothing does and this is only the best passage that the answer was given.
    [answer_start, answer_end) is that sentence of the answer, white space around it left out: where several rest on
    one place, the one that shares most. It is [0, 0) for "context".
    """

    kind: Literal["supports", "context"]
    document_id: str
    title: str
    date: str  # YYYY-MM-DD, "" when unknown
    url: str
    quote: str
    start: int
    end: int
    score: float
    answer_start: int
    answer_end: int


def cite(answer: str, chunks: Sequence[ScoredChunk], question: str) -> list[Citation]:
    """Citations in the order of the answer, each place once; one of kind "context" when none supports it.

    Empty only without chunks.
    """
    if not chunks:
        return []
    sources = [(scored.chunk, span) for scored in chunks for span in sentences(scored.chunk.text)]
    languages = languages_of(answer, question, " ".join(scored.chunk.text for scored in chunks))
    bags = [set(terms(chunk.text[span.start : span.end], languages)) for chunk, span in sources]
    weight = _Weights(bags)
    supporting: dict[tuple[Chunk, Sentence], tuple[float, Sentence]] = {}
    for sentence in sentences(answer):
        claim = set(terms(answer[sentence.start : sentence.end], languages))
        best, overlap = _best(claim, bags, weight)
        if overlap >= MIN_OVERLAP and len(claim & bags[best]) >= MIN_SHARED_WORDS:
            source = sources[best]
            if source not in supporting or overlap > supporting[source][0]:
                supporting[source] = overlap, sentence
    if supporting:
        return [_citation("supports", *source, *found) for source, found in supporting.items()]
    best, overlap = _best(set(terms(question, languages)), bags, weight)
    return [_citation("context", *sources[best], overlap, Sentence(0, 0))]


class _Weights:
    """Inverse document frequency over the passages' sentences, log(1 + N / (1 + n)) (after Spärck Jones 1972)."""

    def __init__(self, bags: Sequence[set[str]]) -> None:
        self._counts = Counter(word for bag in bags for word in bag)
        self._total = len(bags)

    def of(self, words: set[str]) -> float:
        return sum(math.log(1 + self._total / (1 + self._counts[word])) for word in words)


def _best(claim: set[str], bags: Sequence[set[str]], weight: _Weights) -> tuple[int, float]:
    """The place of the bag that holds most of `claim`'s weight, the first among equals, and that share."""
    whole = weight.of(claim) or 1.0
    shares = [weight.of(claim & bag) / whole for bag in bags]
    best = max(range(len(shares)), key=shares.__getitem__)
    return best, shares[best]


def _citation(
    kind: Literal["supports", "context"], chunk: Chunk, span: Sentence, score: float, claim: Sentence
) -> Citation:
    return Citation(
        kind=kind,
        document_id=chunk.document_id,
        title=chunk.title,
        date=chunk.created_at[:10],
        url=chunk.url,
        quote=chunk.text[span.start : span.end],
        start=chunk.start + span.start,
        end=chunk.start + span.end,
        score=round(score, 3),
        answer_start=claim.start,
        answer_end=claim.end,
    )
