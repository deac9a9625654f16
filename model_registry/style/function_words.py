"""Function words, in any language: the most frequent words. Content words are masked.

A text whose content words are reduced to their casing and ending keeps its style and loses its topic (Stamatatos 2018,
"Masking topic-related information to enhance authorship attribution", JASIST 69).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise

from model_registry.style.features import TOKEN, casing, fold, show_breaks

ENDING = 2  # letters of a masked word that stay: they carry inflection
SHORTEST = 4  # letters of a word that keeps its ending
MASKS = {"lower": "*", "capital": "^*", "upper": "^^*", "mixed": "*^*"}
NUMBER = "0"
GRAM_SIZES = (2, 3, 4)
MASKED_TOKEN = re.compile(rf"[*^]+\w*|{TOKEN.pattern}|[^\w\s]")  # a masked word is one token


def most_frequent(groups: Sequence[Sequence[Iterable[str]]], limit: int) -> dict[str, float]:
    """The items that occur in most documents, most frequent first, with the share of documents. Every document is given
    as its items. Groups have the same weight, however many documents each has."""
    shares: Counter[str] = Counter()
    for group in groups:
        found = Counter(item for document in group for item in set(document))
        for item, documents in found.items():
            shares[item] += documents / len(group) / len(groups)  # type: ignore[assignment]
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))[:limit])


def mask(text: str, known: Set[str]) -> str:
    """The folded text, with each word that is not `known` (lower case) reduced to its casing and its last letters."""

    def masked(match: re.Match[str]) -> str:
        word = match.group()
        if word == NUMBER or word.lower() in known:
            return word
        ending = word[-ENDING:].lower() if len(word) >= SHORTEST else ""
        return MASKS[casing(word)] + ending

    return TOKEN.sub(masked, show_breaks(fold(text)))


def character_grams(masked: str) -> Counter[str]:
    """n-grams of the characters between two spaces, with one space at either end."""
    found: Counter[str] = Counter()
    for piece in masked.split():
        padded = f" {piece} "
        for size in GRAM_SIZES:
            found.update(padded[start : start + size] for start in range(len(padded) - size + 1))
    return found


def word_grams(masked: str) -> Counter[str]:
    """Words and marks (in lower case), one by one and in pairs."""
    tokens = MASKED_TOKEN.findall(masked.lower())
    return Counter([*tokens, *(" ".join(pair) for pair in pairwise(tokens))])
