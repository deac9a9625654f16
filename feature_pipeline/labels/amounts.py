"""Questions after prices and measures in English sentences."""

import re
from collections.abc import Collection, Iterator

from feature_pipeline.labels.clauses import (
    MONEY,
    NAME,
    NOUN,
    NUMBER,
    inside,
    is_clear,
    is_subject,
    to_clause_end,
    to_you,
)
from text.words import words

BASE_OF_PAYING = {
    "charge": "do you charge",
    "charged": "did you charge",
    "paid": "did you pay",
    "spent": "did you spend",
}
SUBJECT = rf"(?P<subject>{NOUN}|{NAME})"
NEARLY = r"(?:me |us )?(?:about |only |now )?"
PAYMENT = re.compile(rf"(?:I|We) (?P<verb>{'|'.join(BASE_OF_PAYING)}) {NEARLY}{MONEY} (?P<what>(?:for|on) .+)$")
COST = re.compile(rf"{SUBJECT} (?P<verb>costs?) {NEARLY}{MONEY}")
MEASURE = re.compile(
    rf"{SUBJECT} (?P<verb>is|was) {NEARLY}{NUMBER}(?: and a half)? [a-z]+ (?P<how>long|deep|high|wide|tall|thick|old)\b"
)
DURATION = re.compile(rf"{SUBJECT} took {NEARLY}{NUMBER} (?:minutes|hours|days|weeks|months|years)\b")


def amounts(text: str, names: Collection[str]) -> Iterator[str]:
    """How much …? How long …? `text` is a sentence without its mark."""
    if match := PAYMENT.match(text):
        what = to_clause_end(match["what"])
        if is_clear(what) and len(words(what)) > 1:
            yield f"How much {BASE_OF_PAYING[match['verb']]} {to_you(what)}?"
    if (match := COST.match(text)) and is_subject(match["subject"], names):
        yield f"How much {'does' if match['verb'] == 'costs' else 'did'} {inside(match['subject'])} cost?"
    if (match := MEASURE.match(text)) and is_subject(match["subject"], names):
        yield f"How {match['how']} {match['verb']} {inside(match['subject'])}?"
    if (match := DURATION.match(text)) and is_subject(match["subject"], names):
        yield f"How long did {inside(match['subject'])} take?"
