"""Words, names and numbers of a text in any script, for comparing texts.

A script that is written without spaces has no words that a pattern could find: each of its characters stands for half
a word, as a Chinese or Japanese word has about two.
"""

import re
import unicodedata
from functools import cache

UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SIZE_UNSPACED = 0.5
FIRST_MARK, LAST_MARK = 0x300, 0xFFFF
CAPITALISED_NOUNS = frozenset({"de", "lb"})
SENTENCE_ENDS = ".!?…:;\n"
OPENING = " \t\"'“”‘’«»„()[]*_#>-"  # may stand between the end of a sentence and the next one
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def words(text: str) -> list[str]:
    """In order, case folded, typographic apostrophes straightened; a character each of a script without spaces."""
    return _pattern().findall(text.casefold().replace("’", "'"))


def is_unspaced(word: str) -> bool:
    return re.match(f"[{UNSPACED}]", word) is not None


def size(word: str) -> float:
    """In words: 1, or SIZE_UNSPACED for a character of a script without spaces."""
    return SIZE_UNSPACED if is_unspaced(word) else 1.0


@cache
def _pattern() -> re.Pattern[str]:
    # \w matches no vowel sign or accent that is a character of its own: without these a Hindi word would be several
    marks = "".join(c for c in map(chr, range(FIRST_MARK, LAST_MARK)) if unicodedata.category(c)[0] == "M")
    letter = rf"[^\W_{UNSPACED}]"
    return re.compile(rf"{letter}(?:{letter}|[{marks}]|'(?={letter}))*|[{UNSPACED}]")


def names(text: str, language: str) -> set[str]:
    """Words that are written with a capital inside a sentence, as `plain` has them. None where a capital shows no
    name: in scripts without case, and in a `language` (ISO 639-1) that writes every noun with one."""
    if language in CAPITALISED_NOUNS:
        return set()
    capitals = (match for match in _pattern().finditer(text) if match[0][0].isupper())
    found = {plain(match[0]) for match in capitals if not _opens_sentence(text, match.start())}
    return {name for name in found if name.partition("'")[0] != "i"}


def numbers(text: str) -> set[str]:
    """In digits, without separators of thousands."""
    return {number.replace(",", "") for number in NUMBER.findall(text)}


def plain(word: str) -> str:
    """Case folded, without the ending of a possessive: Annie’s → annie."""
    return word.casefold().replace("’", "'").removesuffix("'s")


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(OPENING)
    return not before or before[-1] in SENTENCE_ENDS
