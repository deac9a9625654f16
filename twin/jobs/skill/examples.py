"""Passages that show a style: whole paragraphs that are near to what is usual of their author, from different times."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from feature_pipeline.prose import stands_alone
from feature_store.records import Document
from text.habits import MARKS, count_habits, sentence_words
from text.sentences import ends_sentence, sentences
from twin.jobs.skill.own_text import OwnText

SHORTEST, LONGEST = 20, 130  # words of a passage
LONGEST_LINE = 40  # words of a first or last sentence that is shown


@dataclass(frozen=True, slots=True)
class Quote:
    text: str  # to the letter
    document: Document


def passages(texts: Sequence[OwnText], *, most: int) -> list[Quote]:
    """The most usual paragraph of each stretch of time, oldest first, one a document."""
    found = [
        (quote, _features(paragraph))
        for text in texts
        for paragraph in text.paragraphs
        if (quote := Quote(paragraph, text.document)) and _shows(paragraph)
    ]
    if not found:
        return []
    columns = list(zip(*(features for _, features in found), strict=True))
    means, spreads = [fmean(column) for column in columns], [pstdev(column) or 1.0 for column in columns]

    def distance(features: Sequence[float]) -> float:
        return sum(((value - mean) / spread) ** 2 for value, mean, spread in zip(features, means, spreads, strict=True))

    best: dict[str, tuple[float, Quote]] = {}
    for quote, features in found:
        key, far = quote.document.id, distance(features)
        if key not in best or far < best[key][0]:
            best[key] = far, quote
    ordered = sorted(best.values(), key=lambda pair: (pair[1].document.created_at, pair[1].document.id))
    number = min(most, len(ordered))
    stretches = [ordered[at * len(ordered) // number : (at + 1) * len(ordered) // number] for at in range(number)]
    return [min(stretch, key=lambda pair: pair[0])[1] for stretch in stretches]


def edges(texts: Sequence[OwnText], *, first: bool, most: int) -> list[Quote]:
    """First or last sentences of texts, of different times, those of middling length."""
    found = []
    for text in texts:
        paragraph = text.paragraphs[0 if first else -1]
        cut = [paragraph[start:end] for start, end in sentences(paragraph)]
        line = cut[0 if first else -1]
        if (
            ends_sentence(line)
            and stands_alone(line)
            and 3 <= sentence_words(line) <= LONGEST_LINE
            and "\n" not in line
        ):
            found.append(Quote(line, text.document))
    found.sort(key=lambda quote: (quote.document.created_at, quote.document.id))
    step = max(1, len(found) // most)
    return found[step // 2 :: step][:most]


def _shows(paragraph: str) -> bool:
    return SHORTEST <= sentence_words(paragraph) <= LONGEST and stands_alone(paragraph) and ends_sentence(paragraph)


def _features(paragraph: str) -> list[float]:
    habits = count_habits([[paragraph]])
    return [fmean(habits.lengths), max(habits.lengths), *(habits.rate(habits.marks[name]) for name in MARKS)]
