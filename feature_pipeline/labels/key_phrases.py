"""What a text is about, in a few words of its own.

Candidates are runs of words between stop words and punctuation (RAKE: Rose, Engel, Cramer, Cowley 2010), weighed as in
YAKE (Campos et al. 2020) by how often their words stand in the document, by casing and by position. All figures are
of the one document: another post changes no phrase of this one. What is taken must look like a noun: a name, or the
end of what an article or a preposition began. In a language without a list of stop words there are no phrases.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from feature_pipeline.prose import ADDRESS
from text.normalise import CODE_SPAN, normalise
from text.sentences import STOP_BEFORE_NAME, sentences
from text.stop_words import NOUN_FOLLOWS_OF, STOP_WORDS_OF, VAGUE_ALONE

LONGEST_PHRASE = 3  # words
LONGEST_NAME = 4
SHORTEST_WORD = 3  # characters
NAME_WEIGHT = 1.6
EXTRA_WORD_WEIGHT = 0.35  # of each word of a phrase after its first
EARLIEST_WEIGHT = 0.5  # on top, for a phrase in the first sentence; half of it for one in the second, and so on
NAME = re.compile(r"(?<=[\w,;] )[A-Z]\w+")
PIECE = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*|\S")  # of a phrase: compounds keep their hyphens
IDENTIFIER = re.compile(r"[\w)\]][_/\\=<>{}|@#$%^&*~]+\w|\w\(|::|[a-z]\.[A-Za-z]|\d[A-Za-z]|[A-Za-z]\d")
HUMPS = re.compile(r"[a-z]+[A-Z]|(?:[A-Z]+[a-z]+){3,}|[A-Z]{6,}")  # camelCase, OfManyWords, SHOUTING
VERBAL = ("ly", "ed", "ing")  # English endings of what is rarely a noun at the end of a phrase
BEFORE_NAMES = "sir lord lady madam dame captain doctor reverend saint master mister miss mrs prof rev"
TITLES = frozenset(BEFORE_NAMES.split())
DESCRIBING = ("ous", "ful", "able", "ible", "less", "ish")  # English endings of what is no noun
BEFORE_NOUNS = "the a an my his her our their your its this these those some any no every each"
DETERMINERS = frozenset(BEFORE_NOUNS.split())


@dataclass(frozen=True, slots=True)
class _Candidate:
    words: tuple[str, ...]  # as written
    sentence: int
    name: bool

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(map(_key, self.words))


def key_phrases(text: str, *, document: str, language: str, limit: int) -> list[str]:
    """At most `limit` phrases of `text`, in its order, none sharing a word with another.

    `document` is the whole that `text` is a part of: its counts are the weights.
    """
    candidates = _candidates(text, language)
    best = _best(candidates, _counts(document, language), limit)
    return [_as_written(candidate) for candidate in sorted(best, key=candidates.index)]


def notes(text: str, *, document: str, language: str, count: int, phrases: int = 2) -> list[str]:
    """At most `count` lines of a few phrases each, in the order of `text`, a line for each part of like length."""
    candidates = _candidates(text, language)
    counts = _counts(document, language)
    total = 1 + max((candidate.sentence for candidate in candidates), default=0)
    lines: list[str] = []
    used: set[str] = set()
    for part in range(count):
        mine = [c for c in candidates if c.sentence * count // total == part and used.isdisjoint(c.keys)]
        best = _best(mine, counts, phrases)
        used.update(key for candidate in best for key in candidate.keys)
        if best:
            lines.append(", ".join(_as_written(candidate) for candidate in sorted(best, key=mine.index)))
    return lines


def names_in(text: str) -> frozenset[str]:
    """Words that stand inside a sentence with a capital."""
    return frozenset(NAME.findall(text))


def candidate_words(text: str) -> Iterator[str]:
    """Words of `text` that could be part of a phrase in some language, as written."""
    for piece in PIECE.findall(_prose(text)):
        if _is_word(piece):
            yield piece


def _best(candidates: Sequence[_Candidate], counts: Counter[str], limit: int) -> list[_Candidate]:
    """Greedy by score. Ties are broken by the text's order."""
    times = Counter(candidate.keys for candidate in candidates)

    def score(candidate: _Candidate) -> float:
        weights = [math.log2(1 + counts[key]) for key in candidate.keys]
        mean = sum(weights) / len(weights)
        repeated = math.log2(1 + times[candidate.keys])
        longer = 1 + EXTRA_WORD_WEIGHT * (len(weights) - 1)
        early = 1 + EARLIEST_WEIGHT / (1 + candidate.sentence)
        return mean * repeated * longer * early * (NAME_WEIGHT if candidate.name else 1)

    chosen: list[_Candidate] = []
    used: set[str] = set()
    for candidate in sorted(candidates, key=score, reverse=True):
        if len(chosen) == limit:
            break
        if used.isdisjoint(candidate.keys):
            chosen.append(candidate)
            used.update(candidate.keys)
    return chosen


def _candidates(text: str, language: str) -> list[_Candidate]:
    stop = STOP_WORDS_OF.get(language)
    if stop is None:
        return []
    prose = _prose(text)
    found: list[_Candidate] = []
    inside = set[str]()  # words that are capitalised inside a sentence
    for number, (start, end) in enumerate(sentences(prose)):
        pieces = PIECE.findall(prose[start:end])
        first = next((i for i, piece in enumerate(pieces) if piece[0].isalpha()), 0)
        inside.update(piece for piece in pieces[first + 1 :] if piece[0].isupper())
        found += _runs(pieces, first, number, stop, language)
    return [candidate for one in found if (candidate := _settled(one, inside, language))]


def _runs(pieces: Sequence[str], first: int, number: int, stop: frozenset[str], language: str) -> Iterator[_Candidate]:
    """Runs of words that are no stop words; only those that look like nouns."""
    run: list[str] = []
    before = ""
    for place, piece in enumerate([*pieces, "."]):
        # what a verb begins inside of a run is no part of the noun: "a woman named Odette"
        ends = not _is_word(piece) or piece.casefold() in stop or (run and language == "en" and _is_verbal(piece))
        if not ends:
            before = before if run else pieces[place - 1].casefold() if place else ""
            run.append(piece)
        elif run:
            if candidate := _candidate(run, before, number, language, begins=place - len(run) == first):
                yield candidate
            run = []


def _candidate(run: Sequence[str], before: str, number: int, language: str, *, begins: bool) -> _Candidate | None:
    """Of a run of words after the word `before`. `begins`: the sentence begins with it."""
    if language != "de" and all(word[0].isupper() for word in run) and len(run) <= LONGEST_NAME:
        # a single word that begins a sentence is no name yet: see _settled
        return _Candidate(tuple(run), number, name=not begins or len(run) > 1)
    if before not in NOUN_FOLLOWS_OF[language] and (begins or run[0][0].islower()):
        return None
    noun = _noun(run, before, language)
    return _Candidate(tuple(noun), number, name=False) if noun else None


def _noun(run: Sequence[str], before: str, language: str) -> Sequence[str]:
    """The part of a run that is likely a noun with what describes it; [] when there is none."""
    if language == "de":
        return [word for word in run if word[0].isupper()][:1]
    if language != "en":
        return run[:1]
    if run[0].casefold().endswith("ly"):
        run = run[1:]
    if not run or len(run) > LONGEST_PHRASE or (_is_verbal(run[0]) and (len(run) == 1 or before not in DETERMINERS)):
        return []
    return run


def _is_verbal(word: str) -> bool:
    return word[0].islower() and word.endswith(VERBAL)


def _settled(candidate: _Candidate, inside: set[str], language: str) -> _Candidate | None:
    """A single capitalised word that begins a sentence is a name only where it is one elsewhere too."""
    word = candidate.words[0]
    if all(len(part) < SHORTEST_WORD or part.casefold() in TITLES for part in candidate.words):
        return None
    alone = language == "en" and len(candidate.words) == 1 and word.islower()
    if alone and (_key(word) in VAGUE_ALONE or word.endswith(DESCRIBING)):
        return None
    if len(candidate.words) > 1 or candidate.name or language == "de" or not word[0].isupper():
        return candidate
    return replace(candidate, name=True) if word in inside else None


@lru_cache(maxsize=4)  # a document is asked about several times in a row
def _counts(document: str, language: str) -> Counter[str]:
    stop = STOP_WORDS_OF.get(language, frozenset())
    return Counter(_key(word) for word in candidate_words(document) if word.casefold() not in stop)


def _prose(text: str) -> str:
    """Without code, addresses and marks: each leaves a break between phrases."""
    plain = normalise(ADDRESS.sub(" ; ", CODE_SPAN.sub(" ; ", text)))
    plain = STOP_BEFORE_NAME.sub("", plain)
    return " ".join(";" if IDENTIFIER.search(piece) else piece for piece in plain.split())


def _is_word(piece: str) -> bool:
    return (
        (len(piece) >= SHORTEST_WORD or (len(piece) == 1 and piece.isupper()))
        and piece[0].isalpha()
        and "'" not in piece
        and "’" not in piece
        and not HUMPS.match(piece)
    )


def _key(word: str) -> str:
    """Singular and plural are one word, roughly."""
    folded = word.casefold()
    return folded[:-1] if len(folded) > SHORTEST_WORD and folded.endswith("s") and not folded.endswith("ss") else folded


def _as_written(candidate: _Candidate) -> str:
    return " ".join(f"{word}." if len(word) == 1 else word for word in candidate.words)
