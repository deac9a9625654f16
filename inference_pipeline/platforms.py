"""Where a text is to appear, how long it may be there, and how one that is too long is ended."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from text.sentences import cut_after_sentences
from text.words import count_words

Platform = Literal["blog", "x", "linkedin", "mastodon", "bluesky", "mail"]

ADDRESS = re.compile(r"https?://\S+")
X_ADDRESS = 23  # any address counts so much on X and Mastodon
# What counts one on X; everything else counts two (docs.x.com, "Counting characters", configuration version 3)
X_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
ELLIPSIS = "…"
TOKENS_PER_WORD = 2  # room, not an estimate: English takes 1.3, and a text that is ready ends by itself
FEWEST_TOKENS = 48


def length_on_x(text: str) -> int:
    """Never less than X counts: an emoji of several characters counts each of them here."""
    return _without_addresses(text, lambda rest: sum(1 if _is_single(ord(c)) else 2 for c in rest))


def length_on_mastodon(text: str) -> int:
    return _without_addresses(text, len)


def _without_addresses(text: str, measure: Callable[[str], int]) -> int:
    return X_ADDRESS * len(ADDRESS.findall(text)) + measure(ADDRESS.sub("", text))


def _is_single(code: int) -> bool:
    return any(low <= code <= high for low, high in X_SINGLE)


@dataclass(frozen=True, slots=True)
class Limits:
    """`words`: how long a post is there when nobody says it. `characters` None: no limit."""

    words: int
    characters: int | None = None
    measure: Callable[[str], int] = len


PLATFORMS: dict[Platform, Limits] = {
    "blog": Limits(words=400),
    "x": Limits(words=40, characters=280, measure=length_on_x),
    "linkedin": Limits(words=150, characters=3000, measure=lambda text: len(text.encode("utf-16-le")) // 2),
    "mastodon": Limits(words=70, characters=500, measure=length_on_mastodon),
    "bluesky": Limits(words=40, characters=300),  # it counts graphemes, which are never more than characters
    "mail": Limits(words=200),
}


def tokens_for(words: int) -> int:
    """In which a text of so many words has room."""
    return max(FEWEST_TOKENS, TOKENS_PER_WORD * words)


def end_within(text: str, limits: Limits, *, words: int, complete: bool, sentences: int | None = None) -> str:
    """The longest beginning of `text` that ends with a sentence, within the platform's characters, `words` words, and
    `sentences` sentences where a number is given.

    Where `complete` is false the text was cut off, and its last sentence does not count. The first sentence is kept
    whatever its words; when it alone is too long for the platform it is cut between words, and ends in "…".
    """
    pieces = cut_after_sentences(text.strip())
    if not complete and len(pieces) > 1:
        pieces.pop()
    ended, size = "", 0
    for piece in pieces[:sentences]:
        size += count_words(piece)
        if (ended and size > words) or not _fits(ended + piece.rstrip(), limits):
            break
        ended += piece
    return ended.rstrip() if ended or not pieces else _cut(pieces[0].rstrip(), limits)


def _fits(text: str, limits: Limits) -> bool:
    return limits.characters is None or limits.measure(text) <= limits.characters


def _cut(text: str, limits: Limits) -> str:
    """`text` is too long."""
    fitting = max((n for n in range(len(text)) if _fits(text[:n] + ELLIPSIS, limits)), default=0)
    space = max(text.rfind(" ", 0, fitting + 1), text.rfind("\n", 0, fitting + 1))
    return text[: space if space > fitting // 2 else fitting].rstrip() + ELLIPSIS
