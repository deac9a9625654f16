"""Whether a name is a person's or a place's, as far as an author's own English sentences show it."""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from feature_store.records import Document
from text.facts import names
from text.words import without_possessive

PERSON_BEFORE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Miss|Captain|Aunt|Uncle|sister|brother|friend|wife|husband|niece|nephew)\.? \Z"
)
PERSON_AFTER = re.compile(
    r"(?: [A-Z]\w+)? (?:says|said|told|tells|asked|asks|thinks|thought|wants|wanted|laughed|smiled|brought|came|went|"
    r"knows|knew|read|gave|took|has never|does not|did not|held|paid|wrote)\b"
)
PLACE_BEFORE = re.compile(r"\b(?:in|at|near|through|across|outside)\s\Z")
NAME = re.compile(r"[A-Z][\w’'-]*\w")
LOOKED_BACK, LOOKED_AHEAD = 12, 32  # characters
PLACES_FROM = 2  # such prepositions, without a sign of a person: one may stand before anything


class Nature(StrEnum):
    PERSON = "person"
    PLACE = "place"


def natures_of(documents: Iterable[Document]) -> dict[str, Nature | None]:
    """Of every name that stands inside a sentence, folded; None where nothing shows it."""
    known: set[str] = set()
    people: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for document in documents:
        known |= names(document.text, document.language)
        for match in NAME.finditer(document.text):
            name = without_possessive(match[0].casefold().replace("’", "'"))
            before = document.text[max(0, match.start() - LOOKED_BACK) : match.start()]
            after = document.text[match.end() : match.end() + LOOKED_AHEAD]
            people[name] += bool(PERSON_BEFORE.search(before) or PERSON_AFTER.match(after))
            places[name] += bool(PLACE_BEFORE.search(before))
    return {name: _nature(people[name], places[name]) for name in known}


def _nature(as_person: int, as_place: int) -> Nature | None:
    if as_place >= PLACES_FROM and as_place > as_person:
        return Nature.PLACE
    return Nature.PERSON if as_person >= max(1, as_place) else None
