"""The detectors run over a text, and pseudonyms take the place of what they find."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from feature_pipeline.privacy import accounts, addresses, emails, names, national_ids, passwords, phones, secrets
from feature_pipeline.privacy.detection import Allowed, Detected, disjoint
from feature_pipeline.privacy.pseudonyms import pseudonym
from feature_pipeline.privacy.replacing import Replacements
from feature_store.records import Document, Finding, Span

MOST_ROUNDS = 5
# Most short posts have neither, and need not be searched for what has.
DIGIT = re.compile(r"\d")
LONG_NUMBER = re.compile(r"\d(?:[A-Z\s().\u2010-\u2013/-]{0,3}\d){5}")  # six digits; the fewest are a sort code's


class Masked(NamedTuple):
    """Characters [start, end) of a masked text are a pseudonym of what was written there."""

    start: int
    end: int
    kind: str
    written: str  # "" in a text that was masked before
    reason: str


class Masker:
    """The detectors, set up for one document."""

    def __init__(
        self, document: Document, *, people: Sequence[str], allow: Sequence[str], phone_region: str | None
    ) -> None:
        self._author = document.author
        self._language = document.language
        self._people = names.people_of(tuple(people), tuple(allow))
        self._avoid = names.names_to_avoid(tuple(people), tuple(allow))
        self._allowed = Allowed(allow)
        self._region = phone_region

    def mask(
        self, text: str, marked: tuple[Span, ...] = (), findings: tuple[Finding, ...] = ()
    ) -> tuple[str, tuple[Span, ...], list[Masked]]:
        """Until nothing more is found: beside a pseudonym other words may come to look like something."""
        known = [Masked(*finding, "", "") for finding in findings]
        for _ in range(MOST_ROUNDS):
            found = self.detect(text, marked)
            if not found:
                break
            news = [self._pseudonym(one, text[one.start : one.end]) for one in found]
            replacements = Replacements([(one.start, one.end, new) for one, new in zip(found, news, strict=True)])
            places = [(replacements.shift(one.start), new) for one, new in zip(found, news, strict=True)]
            kept = [
                old._replace(start=replacements.shift(old.start), end=replacements.shift(old.end))
                for old in known
                if not replacements.touch(old.start, old.end)
            ]
            added = [
                Masked(start, start + len(new), one.kind, text[one.start : one.end], one.reason)
                for one, (start, new) in zip(found, places, strict=True)
            ]
            text, marked, known = replacements.apply(text), replacements.shift_spans(marked), sorted(kept + added)
        return text, marked, known

    def detect(self, text: str, marked: Sequence[Span] = ()) -> list[Detected]:
        """What is to be masked, sorted and disjoint. Of two detectors that take the same words the first is right."""
        found = [*secrets.detect(text), *passwords.detect(text), *emails.detect(text)]
        if LONG_NUMBER.search(text):
            code = [span for span in marked if span.kind == "code"]
            found += [*accounts.detect(text), *national_ids.detect(text)]
            found += phones.detect(text, region=self._region, code=code)
        if DIGIT.search(text):
            found += addresses.detect(text)
        found += names.detect(text, self._people, language=self._language)
        return disjoint(text, found, self._allowed)

    def _pseudonym(self, one: Detected, written: str) -> str:
        return pseudonym(self._author, one.kind, one.value, written=written, avoid=self._avoid)
