"""What is right and wrong with an answer: pure functions of the answer, what was asked and what the author wrote.

Words are those of text.words, so that scripts without spaces are measured too: there a word is about two characters.
"""

import calendar
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import regex  # type: ignore[import-untyped]

from feature_store.records import Document
from model_registry.ports import Cited
from text.sentences import WITHOUT_MARKS, ends_sentence
from text.words import folded_words, size, without_possessive, words

HEADING = re.compile(r"\(\d{4}-\d\d-\d\d\)")  # of a passage, as prompts show it
EMOJI_END = regex.compile(r"[\s\p{Extended_Pictographic}\u200d\ufe0f]*(?<!\d)\Z")  # after a sentence's mark
CLAIMED = re.compile(r"\b(?:I am|I['’]m|[Mm]y name is|[Cc]all me)\s+((?:[A-Z][\w'’-]+\s?)+)")

Facts = Sequence[Sequence[str]]  # groups of regular expressions


def ends(finish_reason: str, text: str) -> bool:
    """Whether it came to its own end ("stop"), and that is the end of a sentence, with quotation marks, brackets and
    emoji that may follow. Thai and Lao mark no sentence."""
    if finish_reason != "stop" or not text.strip():
        return False
    last = EMOJI_END.sub("", text, count=1)
    return ends_sentence(last) or WITHOUT_MARKS.search(last[-1:]) is not None


def states(text: str, facts: Facts) -> bool:
    """Whether of every group one pattern is found in `text`, whatever its case, the form of its apostrophes and the
    commas in its thousands. Raises ValueError without a group: nothing would be asked for."""
    if not facts:
        raise ValueError("a question of fact needs at least one group of patterns")
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.replace("’", "'"))
    return all(any(re.search(pattern, plain, re.IGNORECASE) for pattern in group) for group in facts)


def sources(text: str, cited: Collection[str], documents: Mapping[str, Document]) -> list[str]:
    """What may support `text`: the posts that it cites (by id), whole, and the titles of those that it names; each with
    the date, as prompts and people write it."""
    folded = text.casefold()
    found = []
    for document in documents.values():
        if document.id in cited:
            found.append(f"{document.title}\n{_date(document)}\n{document.text}")
        elif document.title and document.title.casefold() in folded:
            found.append(f"{document.title}\n{_date(document)}")
    return found


def leaks_heading(text: str) -> bool:
    """Whether the heading that prompts put above a passage stands in it: "(2024-03-05)"."""
    return HEADING.search(text) is not None


def is_verbatim(citations: Iterable[Cited], documents: Mapping[str, Document]) -> bool:
    """Whether every quotation is, to the letter, a span of the text of the document that it is of."""
    return all(c.document_id in documents and c.quote in documents[c.document_id].text for c in citations)


def says_name(text: str, name: str) -> bool:
    """Whether `name`, or the first word of it, stands in `text`."""
    first = next(iter(folded_words(name)), "")
    return first in map(without_possessive, folded_words(text)) or name.casefold() in text.casefold()


def other_names(text: str, name: str) -> set[str]:
    """Whom else it says to be: the words after "I am" and the like, in English, that are no part of `name`. Folded."""
    own = set(folded_words(name))
    claimed = {without_possessive(word) for match in CLAIMED.finditer(text) for word in folded_words(match[1])}
    return claimed - own - {"i"}


def length(text: str) -> float:
    """In words of a script with spaces."""
    return sum(map(size, words(text)))


def _date(document: Document) -> str:
    """As "2024-03-05, 5 March 2024"."""
    try:
        day = date.fromisoformat(document.created_at[:10])
    except ValueError:
        return document.created_at[:10]
    return f"{day.isoformat()}, {day.day} {calendar.month_name[day.month]} {day.year}"
