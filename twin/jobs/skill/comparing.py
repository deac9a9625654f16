"""What an author does more, or less, than others: words, phrases and figures, by counting."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from text.habits import UNITS, Habits
from text.stop_words import COMMONEST
from text.words import is_unspaced, size

SURE = 10.83  # log-likelihood ratio of two rates (Dunning 1993) that chance exceeds once in a thousand
FEWEST_USES, FEWEST_TEXTS = 5, 3
CLEARLY = 1.5  # times as often
HARDLY = {"share": 0.02, "per 1,000 words": 0.2}  # below this nothing can be said of a difference
HARDLY |= {"words": 0.0, "sentences": 0.0}
SHORTEST_PHRASE = 2.5  # words of a script with spaces
COHESION = 0.4  # of the texts with the rarest word of a phrase, those that have the phrase
SUBJECT_SHARE = 0.1  # of the texts, that a word of a subject must occur in


@dataclass(frozen=True, slots=True)
class Word:
    """Rates are per 1,000 words."""

    word: str
    rate: float
    others: float
    texts: int  # of the author, that it occurs in


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the author beside the others' mean, least and greatest; None without others to compare with."""

    name: str
    own: float
    mean: float | None = None
    least: float | None = None
    greatest: float | None = None

    @property
    def verdict(self) -> str:
        if self.mean is None or self.least is None or self.greatest is None:
            return ""
        if max(self.own, self.mean) < HARDLY[UNITS[self.name]]:
            return "as others"
        if self.own > self.greatest:
            return "more than all of them"
        if self.own < self.least:
            return "less than all of them"
        if self.own >= CLEARLY * self.mean:
            return "more than most"
        return "less than most" if self.own * CLEARLY <= self.mean else "as others"


def figures(own: Habits, others: Sequence[Habits]) -> list[Figure]:
    theirs = [found for other in others if (found := other.figures())]
    compared = []
    for name, value in own.figures().items():
        values = [found[name] for found in theirs if name in found]
        compared.append(Figure(name, value, fmean(values), min(values), max(values)) if values else Figure(name, value))
    return compared


def manner_words(own: Habits, others: Sequence[Habits], *, most: int) -> list[Word]:
    """Words of any subject, that several of the others use too, used clearly more often."""
    return [word for word in _more(own, others) if _spread(word.word, others)][:most]


def avoided_words(own: Habits, others: Sequence[Habits], *, most: int) -> list[Word]:
    """Words that most of the others use, used clearly less often."""
    pooled = _pooled(others)
    found = []
    for word in pooled:
        if sum(word in other.words for other in others) > len(others) / 2:
            one = _word(word, own, others)
            fewer = one.rate * CLEARLY <= one.others
            if fewer and _surprise(own.words[word], own.word_count, pooled[word], pooled.total()) >= SURE:
                found.append(one)
    return sorted(found, key=lambda word: (word.rate - word.others, word.word))[:most]


def subject_words(own: Habits, others: Sequence[Habits], language: str, *, most: int) -> list[Word]:
    """Words that come back in many texts and that others hardly use."""
    known = set(COMMONEST.get(language, "").split())
    needed = max(FEWEST_TEXTS, SUBJECT_SHARE * own.texts)
    found = [
        _word(word, own, others)
        for word, texts in own.texts_with.items()
        if texts >= needed and word not in known and len(word) > 2 and not word.isdigit() and not _spread(word, others)
    ]
    return sorted(found, key=lambda word: (-word.texts, word.word))[:most]


def beginnings(own: Habits, others: Sequence[Habits], *, most: int) -> list[tuple[str, float, float | None]]:
    """First words of sentences with the share of sentences that begin so, the author's and the others' mean."""
    found: list[tuple[str, float, float | None]] = []
    for word, number in own.beginnings.most_common():
        share = number / len(own.lengths)
        theirs = fmean(other.beginnings[word] / len(other.lengths) for other in others) if others else None
        if number >= FEWEST_USES and (theirs is None or share >= CLEARLY * theirs):
            found.append((word, share, theirs))
    return found[:most]


def phrases(own: Habits, others: Sequence[Habits], *, most: int) -> list[tuple[str, int]]:
    """Runs of words that come back in several texts and in none of the others', the longest form of each."""
    needed = max(FEWEST_TEXTS, round(0.03 * own.texts))
    theirs = {phrase for other in others for phrase in other.phrases}
    often = [
        (phrase, texts)
        for phrase, texts in own.phrases.items()
        if texts >= needed
        and phrase not in theirs
        and sum(map(size, phrase.split())) >= SHORTEST_PHRASE
        and texts >= COHESION * min(own.texts_with[word] for word in phrase.split())
    ]
    often.sort(key=lambda pair: (-pair[1] * len(pair[0].split()), pair[0]))
    chosen: list[tuple[str, int]] = []
    seen: list[str] = []
    for phrase, texts in often:
        if not any(_overlap(phrase, other) for other in seen):
            seen.append(phrase)
            unspaced = all(map(is_unspaced, phrase.split()))
            chosen.append((phrase.replace(" ", "") if unspaced else phrase, texts))
        if len(chosen) == most:
            break
    return chosen


def _overlap(one: str, other: str) -> bool:
    """Whether two phrases share two words side by side: then they are mostly parts of one longer phrase."""
    first, second = one.split(), other.split()
    return bool(set(pairwise(first)) & set(pairwise(second)))


def _more(own: Habits, others: Sequence[Habits]) -> list[Word]:
    pooled = _pooled(others)
    found: list[tuple[float, Word]] = []
    for word, number in own.words.items():
        if number < FEWEST_USES or own.texts_with[word] < FEWEST_TEXTS or (not word.isalpha() and "'" not in word):
            continue
        one = _word(word, own, others)
        if one.rate < CLEARLY * one.others:
            continue
        surprise = _surprise(number, own.word_count, pooled[word], pooled.total())
        if surprise >= SURE:
            found.append((surprise, one))
    return [one for _, one in sorted(found, key=lambda pair: (-pair[0], pair[1].word))]


def _word(word: str, own: Habits, others: Sequence[Habits]) -> Word:
    theirs = fmean(other.rate(other.words[word]) for other in others) if others else 0.0
    return Word(word, own.rate(own.words[word]), theirs, own.texts_with[word])


def _spread(word: str, others: Sequence[Habits]) -> bool:
    return sum(word in other.words for other in others) >= FEWEST_TEXTS


def _pooled(others: Sequence[Habits]) -> Counter[str]:
    found: Counter[str] = Counter()
    for other in others:
        found.update(other.words)
    return found


def _surprise(own: int, own_total: int, others: int, others_total: int) -> float:
    """Dunning's G² for a word that occurs `own` times among `own_total` words, and `others` among `others_total`."""
    rate = (own + others) / max(1, own_total + others_total)
    parts = ((own, own_total * rate), (others, others_total * rate))
    return 2 * sum(seen * math.log(seen / expected) for seen, expected in parts if seen and expected)
