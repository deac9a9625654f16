"""Explains a style score in words: which habits in a text are the author's, and which are other people's.

A habit is a rate, per word or per sentence. A text in which it occurs k times, where a are expected of the author and b
of the others, is evidence for the author of k ln(a / b) - (a - b) nats: the log-likelihood ratio of two Poisson
rates. The rates are those of the fitting texts; nothing is read out of the classifier's weights.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from model_registry.style.features import CASING, MARKS, SENTENCES, WORDS, count
from model_registry.style.scorer import REST, StyleScorer

CLEAR = 1.0  # nats: weaker evidence is not shown
HALF = 0.5  # added to every count (Jeffreys prior), so that what was never seen is rare and not impossible
MARK_NAMES = {
    ",": "commas", ".": "full stops", ";": "semicolons", ":": "colons", "!": "exclamation marks", "?": "question marks",
    "—": "dashes", "-": "hyphens", '"': "quotation marks", "(": "brackets", "…": "dots at the end", "emoji": "emoji",
    "¶": "paragraphs", "↵": "line breaks",
}  # fmt: skip
CASING_NAMES = {
    "upper": "words in capitals",
    "capital": "capitalised words",
    "first lower": "sentences that begin in lower case",
    "first upper": "sentences that begin in capitals",
}


@dataclass(frozen=True, slots=True)
class Trait:
    """A habit, how often it is found, and how often the author and the others would show it in a text of this size."""

    habit: str
    found: int
    author: float
    others: float

    @property
    def nats(self) -> float:
        """Towards the author where positive, away where negative."""
        return self.found * math.log(self.author / self.others) - (self.author - self.others)

    def __str__(self) -> str:
        amount = "no" if not self.found else "more" if self.found > self.others else "fewer"
        return f"{amount} {self.habit}"


def explain(scorer: StyleScorer, text: str, *, most: int = 8) -> list[Trait]:
    """The strongest evidence for or against the author, strongest first; empty when nothing stands out."""
    clear = [trait for trait in _traits(scorer, text) if abs(trait.nats) >= CLEAR]
    return sorted(clear, key=lambda trait: (-abs(trait.nats), trait.habit))[:most]


def _traits(scorer: StyleScorer, text: str) -> Iterator[Trait]:
    counted = count(text)
    if not counted[WORDS]:
        return
    for part in (WORDS, *scorer.rhythm_parts):
        unit = SENTENCES if part == SENTENCES else WORDS
        size = counted[unit].total()
        own_size = sum(scorer.own[unit].values())
        other_sizes = [sum(other[unit].values()) for other in scorer.others]
        for key, times in scorer.own[part].items():
            if habit := _name(part, key):
                rates = [(o[part][key] + HALF) / (n + 1) for o, n in zip(scorer.others, other_sizes, strict=True)]
                yield Trait(
                    habit=habit,
                    found=counted[part][key],
                    author=size * (times + HALF) / (own_size + 1),
                    others=size * sum(rates) / len(rates),
                )


def _name(part: str, key: str) -> str:
    """In words for people; "" for what is not informative by itself."""
    if key == REST:
        return ""
    if part == WORDS:
        return f"“{key}”"
    if part == MARKS:
        return MARK_NAMES.get(key, f"“{key}”")
    if part == CASING:
        return CASING_NAMES.get(key, "")
    return f"sentences of {key} words"
