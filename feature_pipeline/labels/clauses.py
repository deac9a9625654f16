"""Parts of English sentences that questions are made of: subjects, what follows a verb, the author's "my" as "your"."""

import re
from collections.abc import Collection

from text.stop_words import STOP_WORDS_OF
from text.words import folded_words, words

MOST_WORDS_OF_REST = 7  # of what follows the verb

YOURS = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you",
         "our": "your", "ours": "yours", "ourselves": "yourselves"}  # fmt: skip
FIRST_PERSON = ("I", "We")
POINTING = "he she it they him her them his its their theirs this that these those you your one here"
UNKNOWN = frozenset(POINTING.split())
OWN_CLAUSE = re.compile(r"\b(?:I|[Ww]e)\b")
BOUNDARY = re.compile(
    r"\s*(?:[,;:–—]|\s-\s|\s(?:and|but|or|so|which|who|whom|that|because|when|while|if|as|after|before|until|since|"
    r"where|than|though|although|to)\s)"
)
NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
MONEY = rf"(?:[£$€]\d[\d,.]*|(?:{NUMBER}|\d[\d.,]*) (?:pounds?|dollars?|euros?|pence|cents)\b)"
NAME = r"(?:(?:Mr|Mrs|Ms|Dr|St|Sir|Miss)\.? )?[A-Z][\w’'-]*[\w](?: [A-Z][\w’'-]*[\w]){0,2}"
NOUN = r"(?:The|My|Our) (?:[a-z][a-z-]+ ){0,2}?[a-z][a-z-]+"


def is_noun(subject: str) -> bool:
    return subject.startswith(("The ", "My ", "Our ")) and subject.split()[1][0].islower()


def is_subject(subject: str, names: Collection[str]) -> bool:
    """Whether who is asked would know what is meant. `names` are words known to be names."""
    if subject in FIRST_PERSON:
        return True
    first, *others = subject.split()
    if is_noun(subject):
        return not set(others) & STOP_WORDS_OF["en"]
    return first.rstrip(".") in names and first.casefold() not in STOP_WORDS_OF["en"]


def is_clear(text: str) -> bool:
    """Whether it can be asked without what stands around it. Another "I" begins a clause of its own."""
    return not UNKNOWN.intersection(folded_words(text)) and not OWN_CLAUSE.search(text)


def to_clause_end(text: str) -> str:
    """What follows a verb, to the end of its clause."""
    boundary = BOUNDARY.search(text)
    return text[: boundary.start()] if boundary else text


def is_short_clause(text: str) -> bool:
    """Whether it ends with its clause, can be asked, and is short enough to be."""
    ends = text == to_clause_end(f" {text}").strip()
    return ends and len(words(text)) <= MOST_WORDS_OF_REST and is_clear(text)


def inside(subject: str) -> str:
    """A subject as it stands inside a question."""
    return to_you(subject[0].lower() + subject[1:] if is_noun(subject) else subject)


def to_you(text: str) -> str:
    """What is the author's as "your"."""
    return re.sub(r"\b(?:[Ii]|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|ourselves)\b(?!['’])", _yours, text)


def _yours(match: re.Match[str]) -> str:
    return YOURS[match[0].casefold()]
