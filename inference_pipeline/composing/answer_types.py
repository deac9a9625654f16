"""What kind of thing a question asks for, by its wording, and whether a sentence has one: a sum of money, a duration, a
measure, a time, how often, an age, a number. English alone so far."""

import re
from dataclasses import dataclass

from text.words import folded_words

NUMBERS_IN_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million half dozen"
)
NUMBER = rf"(?:\d[\d.,:]*|\b(?:{'|'.join(NUMBERS_IN_WORDS.split())})\b)"
DURATION = r"(?:second|minute|min|hour|hr|day|night|week|weekend|fortnight|month|year|decade)s?\b"
LENGTH = (
    r"(?:m|km|cm|mm|ft|mph|(?:kilo|centi|milli)?met(?:re|er)s?|miles?|feet|foot|inch(?:es)?|yards?|knots?|degrees?)\b"
)
CURRENCY = r"(?:crown|pound|dollar|buck|euro|cent|shilling|franc)s?|pence|[pk]|usd|eur|gbp"
MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|midnight|noon|morning|evening|night|yesterday"
SEASONS = "spring|summer|autumn|winter"


@dataclass(frozen=True, slots=True)
class AnswerType:
    asks: re.Pattern[str]  # in a question, folded and without marks
    found: re.Pattern[str]  # in a sentence


def _type(asks: str, found: str) -> AnswerType:
    return AnswerType(re.compile(rf"\b(?:{asks})\b"), re.compile(found, re.IGNORECASE))


# The first that a question asks for is its type.
TYPES = (
    _type(
        r"costs?|charged?|prices?|fees?|fares?|pay|paid|spend|spent|earn(?:ed)?|worth|expensive|cheap"
        r"|set (?:me|you) back|how much (?:money|is|was|did|do|does|for|are|were)",
        rf"[£$€¥] ?\d|\d ?[£$€]|\d[\d.,]* ?(?:{CURRENCY})\b|\b(?:free|nothing)\b",
    ),
    _type(
        r"how long|how many (?:seconds|minutes|hours|days|nights|weeks|months|years)",
        rf"{NUMBER}[ -]+(?:\w+ )?{DURATION}",
    ),
    _type(r"how (?:far|deep|tall|high|wide|big|strong|fast)", rf"{NUMBER}[ -]*{LENGTH}"),
    _type(
        r"when|what time|what year|what date|which (?:year|day|month)|how late|how early",
        rf"\b(?:1\d|20)\d\d\b|\b(?:{MONTHS}|{DAYS}|{SEASONS})\b|\bmay \d|\d of may\b|\d:\d\d|\bat {NUMBER}"
        rf"|\bo['’]clock\b"
        rf"|\b\d+ ?[ap]\.?m\b|\byears? ago\b|\blast (?:week|month|year)\b",
    ),
    _type(
        r"how often",
        rf"\b(?:every|each|daily|weekly|monthly|once|twice)\b|{NUMBER} times\b|\ban? (?:day|week|month|year|night)\b",
    ),
    _type(
        r"how old",
        rf"{NUMBER}[ -]+{DURATION}|\b(?:aged|born|birthday)\b|\b(?:am|is|was|were|are|be|turned) {NUMBER}",
    ),
    _type(r"how (?:much|many|heavy|long)|what (?:number|size|age)", rf"{NUMBER}|\b(?:once|twice)\b"),
)


def answer_type(question: str) -> AnswerType | None:
    """None where its wording asks for nothing that a pattern finds."""
    asked = " ".join(folded_words(question))
    return next((type_ for type_ in TYPES if type_.asks.search(asked)), None)
