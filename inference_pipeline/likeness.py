"""How much a text sounds like the author: what a version's style scorer says, on a scale that people can read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from model_registry.style.scorer import SCORERS, ScorerName, StyleScorer
from model_registry.style.traits import Trait, explain
from text.sentences import Sentence, sentences
from text.words import count_words

# Measured on passages that three authors wrote later (maud_ferrier and two blogs): of 40 words 85 to 100% lay above 0.5
# overall, of 25 words 68 to 90%, of 15 words 67 to 80%. Of the base model's texts none did.
FEWEST_WORDS = 40
LIKE, UNLIKE = 0.6, 0.4
PASSAGE_WORDS = 150  # around a sentence, within which its weight is measured: about what the scorer was fitted on
MOST_PHRASES = 5
Verdict = Literal["like the author", "undecided", "unlike the author", "too short to tell"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, characters [start, end) of the text. `log_odds`: by how much the classifier's log-odds that the
    passage around it is the author's would rise without it."""

    start: int
    end: int
    log_odds: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """`raw` is in the scorers' own units. `scores` say where that lies between the others (0) and the author (1):
    the classifier's probability, and for the two others the share of the way between the profiles it was fitted on.

    `overall` is the mean of the three scores. It is None, and the rest is empty, for a text of too few words.
    """

    words: int
    verdict: Verdict
    overall: float | None = None
    scores: dict[ScorerName, float] | None = None
    raw: dict[ScorerName, float] | None = None
    traits: Sequence[Trait] = ()
    least_like: Sequence["Phrase"] = ()


def likeness(scorer: StyleScorer, text: str) -> Likeness:
    words = count_words(text)
    if words < FEWEST_WORDS:
        return Likeness(words, "too short to tell")
    read = scorer.read([text])
    raw: dict[ScorerName, float] = {name: read.score(name) for name in SCORERS}
    scores: dict[ScorerName, float] = {
        "classifier": 1 / (1 + math.exp(-max(-50.0, min(50.0, raw["classifier"])))),
        "delta": _share(raw["delta"], *_profile_scores(scorer, "delta")),
        "rhythm": _share(raw["rhythm"], *_profile_scores(scorer, "rhythm")),
    }
    overall = fmean(scores.values())
    verdict: Verdict = (
        "like the author" if overall >= LIKE else "unlike the author" if overall <= UNLIKE else "undecided"
    )
    return Likeness(words, verdict, overall, scores, raw, explain(scorer, text), least_like(scorer, text))


def least_like(scorer: StyleScorer, text: str) -> list[Phrase]:
    """The sentences without which their passage would sound more like the author, the worst first."""
    found = [phrase for passage in _passages(text) for phrase in _weighed(scorer, text, passage)]
    return sorted((p for p in found if p.log_odds > 0), key=lambda p: -p.log_odds)[:MOST_PHRASES]


def _passages(text: str) -> Iterator[list[Sentence]]:
    """Neighbouring sentences, together PASSAGE_WORDS or more; the last may have fewer."""
    passage: list[Sentence] = []
    words = 0
    for sentence in sentences(text):
        passage.append(sentence)
        words += count_words(text[sentence.start : sentence.end])
        if words >= PASSAGE_WORDS:
            yield passage
            passage, words = [], 0
    if passage:
        yield passage


def _weighed(scorer: StyleScorer, text: str, passage: Sequence[Sentence]) -> Iterator[Phrase]:
    if len(passage) < 2:
        return  # there is nothing to compare it with
    start, end = passage[0].start, passage[-1].end
    whole = scorer.log_odds(text[start:end])
    for sentence in passage:
        rest = text[start : sentence.start] + text[sentence.end : end]
        yield Phrase(sentence.start, sentence.end, scorer.log_odds(rest) - whole)


def _profile_scores(scorer: StyleScorer, name: ScorerName) -> tuple[float, float]:
    """Of the others, as a mean, and of the author: what each scores with all that the scorer was fitted on."""
    own, *others = (scorer.profiles.score(name, [place]) for place in range(len(scorer.others) + 1))
    return fmean(others), own


def _share(score: float, others: float, own: float) -> float:
    return min(1.0, max(0.0, (score - others) / (own - others))) if own > others else 0.5
