"""What a word is, for every count and comparison.

The default word boundaries of Unicode (UAX #29, section 4), by the tables of the `regex` package. So an apostrophe
inside a word belongs to it (don't, l’eau), and so do a full stop between letters (e.g) and a full stop or a comma
between digits (3.14, 1,000); a hyphen parts words, and combining marks stay with their letter. A run of katakana is one
word; in the other scripts that are written without spaces every character is one, as there is no dictionary.

Two tailorings: an underscore parts words, as in prose it marks emphasis; so does a colon, as in ICU's root locale.
"""

import regex  # type: ignore[import-untyped]

# The same scripts as \p{WB=Other} and \p{WB=Katakana} below, for character classes of `re`: Thai, Lao, Burmese, Khmer,
# kana, Han
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
FIRST_UNSPACED = "\u0e00"
SIZE_UNSPACED = 0.5

BASE = r"[\p{WB=ALetter}\p{WB=Hebrew_Letter}\p{WB=Numeric}]"
LETTERS = rf"{BASE}[\p{{WB=ALetter}}\p{{WB=Hebrew_Letter}}\p{{WB=Numeric}}\p{{WB=Extend}}\p{{WB=Format}}\p{{WB=ZWJ}}]*+"
MARK_INSIDE = (  # between letters, between digits
    r"[\"',.’·״](?:(?<=[^\W\d]['’·.])(?=\p{L})|(?<=\d[.,'’])(?=\d)|(?<=\p{Hebrew}[\"״])(?=\p{Hebrew}))"
)
CHARACTER = r"[\p{Alphabetic}&&\p{WB=Other}][\p{WB=Extend}\p{WB=ZWJ}]*+"
WORD = regex.compile(
    rf"{LETTERS}(?:{MARK_INSIDE}{LETTERS})*+|\p{{WB=Katakana}}[\p{{WB=Katakana}}\p{{WB=Extend}}]*+|{CHARACTER}",
    regex.V1,
)
ONE_CHARACTER = regex.compile(CHARACTER, regex.V1)


def words(text: str) -> list[str]:
    """In order, as written."""
    found: list[str] = WORD.findall(text)
    return found


def count_words(text: str) -> int:
    return len(WORD.findall(text))


def folded_words(text: str) -> list[str]:
    """In order, case folded, with straight apostrophes: words to be compared."""
    return words(text.casefold().replace("’", "'"))


def without_possessive(word: str) -> str:
    """A folded word without the ending of an English possessive: annie's → annie."""
    return word.removesuffix("'s")


def is_unspaced(word: str) -> bool:
    """Whether it is a character of a script without spaces, which stands for a part of a word."""
    return word >= FIRST_UNSPACED and ONE_CHARACTER.fullmatch(word) is not None


def size(word: str) -> float:
    """In words of a script with spaces: 1, or SIZE_UNSPACED, as a Chinese or Japanese word has about two characters."""
    return SIZE_UNSPACED if is_unspaced(word) else 1.0
