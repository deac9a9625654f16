"""The names and numbers that a text states: what answers get wrong, and what questions can ask for."""

import re
from collections.abc import Iterable

from text.words import WORD, folded_words, without_possessive

CAPITALISED_NOUNS = frozenset({"de", "lb"})
BEFORE_CAPITALS = ".!?…:;\n"  # a capital after one of these shows no name
OPENING = " \t\"'“”‘’«»„()[]*_#>-"  # may stand between the end of a sentence and the next one
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def names(text: str, language: str) -> set[str]:
    """Words that are written with a capital inside a sentence, folded, without possessive endings. None where a capital
    shows no name: in scripts without case, and in a `language` (ISO 639-1) that writes every noun with one."""
    if language in CAPITALISED_NOUNS:
        return set()
    capitals = (match for match in WORD.finditer(text) if match[0][0].isupper())
    inside = (match[0] for match in capitals if not _opens_sentence(text, match.start()))
    found = {without_possessive(word.casefold().replace("’", "'")) for word in inside}
    return {name for name in found if name.partition("'")[0] != "i"}


def numbers(text: str) -> set[str]:
    """In digits, without separators of thousands."""
    return {number.replace(",", "") for number in NUMBER.findall(text)}


def unsupported(text: str, *, question: str, sources: Iterable[str], language: str) -> set[str]:
    """Names and numbers of `text` that stand neither in the question nor in a source, folded."""
    known = "\n".join([question, *sources])
    return (names(text, language) - set(map(without_possessive, folded_words(known)))) | (
        numbers(text) - numbers(known)
    )


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(OPENING)
    return not before or before[-1] in BEFORE_CAPITALS
