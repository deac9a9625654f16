"""What a detector yields, and how the findings of all detectors are merged into one list."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from feature_pipeline.privacy.pseudonyms import PSEUDONYM

SQUASHED = re.compile(r"[\s().-]+")


class Detected(NamedTuple):
    """Characters [start, end) of a text are a value of some kind.

    `value` is the same for all spellings of one thing, and names its pseudonym; `reason` is for people.
    """

    start: int
    end: int
    kind: str
    value: str
    reason: str


class Allowed:
    """The author's allow-list: exact values in any case and with any spacing, or "*" for any part of one."""

    def __init__(self, allow: Sequence[str]) -> None:
        entries = [_squash(entry) for entry in allow if entry.strip()]
        self._exact = {entry for entry in entries if "*" not in entry}
        globs = [".*".join(map(re.escape, entry.split("*"))) for entry in entries if "*" in entry]
        self._globs = re.compile("|".join(globs)) if globs else None

    def __contains__(self, written: str) -> bool:
        value = _squash(written)
        return value in self._exact or bool(self._globs and self._globs.fullmatch(value))


def matches(
    pattern: re.Pattern[str], text: str, hints: Sequence[str], *, before: int, after: int
) -> Iterator[re.Match[str]]:
    """The pattern's matches around literals of which each holds one: from `before` characters ahead to `after` behind.

    Finding a literal costs a hundredth of trying a pattern at every place. Without hints it is tried everywhere.
    """
    if not hints:
        yield from pattern.finditer(text)
    windows: list[list[int]] = []
    for place in sorted(place for hint in hints for place in _places(text, hint)):
        if windows and place - before <= windows[-1][1]:
            windows[-1][1] = place + after
        else:
            windows.append([max(0, place - before), place + after])
    for start, end in windows:
        yield from pattern.finditer(text, start, end)


def _places(text: str, hint: str) -> Iterator[int]:
    place = text.find(hint)
    while place >= 0:
        yield place
        place = text.find(hint, place + 1)


def disjoint(text: str, found: Sequence[Detected], allowed: Allowed) -> list[Detected]:
    """Those that are to be masked, by their place. Of two that overlap the one found first stays.

    What is allowed masks nothing and keeps others from masking parts of it; so does a pseudonym.
    """
    if not found:
        return []
    taken = bytearray(len(text))
    for pseudonym in PSEUDONYM.finditer(text):
        taken[pseudonym.start() : pseudonym.end()] = b"\1" * len(pseudonym[0])
    kept = []
    for one in found:
        if taken.find(1, one.start, one.end) >= 0:
            continue
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
        if text[one.start : one.end] not in allowed and one.value not in allowed:
            kept.append(one)
    return sorted(kept)


def _squash(value: str) -> str:
    """ "+44 (20) 7946-0958" → "+442079460958", as the same number may be written in many ways."""
    return (
        SQUASHED.sub("", value).casefold()
        if any(c.isdigit() for c in value) and "@" not in value
        else (" ".join(value.casefold().split()))
    )
