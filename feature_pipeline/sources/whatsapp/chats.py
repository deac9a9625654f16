"""The text of a WhatsApp export → its messages.

There is no format but what the phone makes of it: "[31/12/2023, 23:59:58] Maud: text" on iPhones and "31/12/23, 23:59 -
Maud: text" on Android, dates and times as the phone's region writes them, notices in its language. Until 2016 iPhones
wrote "31/12/13, 23:59:58: Maud: text", and Android "23:59, 31 Dec - Maud: text", without the year when it was the
current one. What WhatsApp itself puts into an iPhone's export begins with U+200E, in every language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from feature_pipeline.formats.local_times import afternoon_hour, month_of
from feature_pipeline.sources.whatsapp.named_months import NAMED, named_moments

MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_M = f"[{MARKS}]*"
_DATE = (
    rf"(?P<first>\d{{1,4}}){_M}(?:\.\s?|[/-]|[年년]\s?){_M}(?P<second>\d{{1,2}}){_M}(?:\.\s?|[/-]|[月월]\s?){_M}"
    r"(?P<third>\d{1,4})"
)
_TIME = r"(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{2})(?:[:.](?P<seconds>\d{2}))?"
_GAP = r"(?P<gap>[^\d\[\]]{1,15}?)"  # ", " or " at ", and in East Asia the half of the day
_HALF = r"(?P<half>[^\d\]\-–]{0,14}?)"
BRACKETED = re.compile(rf"{_M}\[{_M}{_DATE}{_GAP}{_TIME}{_HALF}\]\s")
DASHED = re.compile(rf"{_M}{_DATE}{_GAP}{_TIME}{_HALF}(?:\s[-–]|:)\s")
CLOCK_FIRST = re.compile(rf"{_M}{_TIME}{_HALF},(?P<gap>\s){_DATE} [-–]\s")  # as in Vietnam
SENDER = re.compile(r"([^\n:]{1,120}?)\s?:(?:\s|$)")
SAYS = re.compile(r"[\"“”„«»]")  # a notice quotes what a group is called now, and no person is called so

CAPITALS = re.compile(r"\b[AP]M\b")
PROBED_LINES = 200
FIRST_YEAR = 2009  # of WhatsApp: an earlier one is not a date, or of an unsupported calendar
BUDDHIST = 543  # years that Thai calendars are ahead
ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True, slots=True)
class ChatMessage:
    at: str  # ISO 8601 as the phone's clock showed it, zone unknown; "" when the date cannot be read
    sender: str  # "" for what WhatsApp itself says
    text: str  # as it stands there, with WhatsApp's marks


@dataclass(frozen=True, slots=True)
class _Head:
    date: tuple[int, int, int]  # as written
    year_digits: tuple[int, int]  # of the first and the last number
    hour: int
    minute: int
    second: int
    slashed: bool
    capitals: bool  # says "AM" or "PM" so
    padded: bool  # writes 03 for 3


def is_chat(text: str, *, from_the_first_line: bool) -> bool:
    """Whether a text that begins so is an export: lines with a date and a time, and a sender."""
    lines = _lines(text)
    pattern = _pattern(lines)
    if from_the_first_line and not pattern.match(lines[0]):
        return False
    return any(SENDER.match(line[match.end() :]) for line in lines if (match := pattern.match(line)))


def _lines(text: str) -> list[str]:
    return text.lstrip("\ufeff \r\n").replace("\r\n", "\n").split("\n")


def _pattern(lines: Sequence[str]) -> re.Pattern[str]:
    """All lines of a chat are written by one phone: what looks like another phone's was pasted into a message."""
    return max(
        *(BRACKETED, DASHED, NAMED, CLOCK_FIRST),
        key=lambda pattern: sum(bool(pattern.match(line)) for line in lines[:PROBED_LINES]),
    )


def read_chat(text: str) -> list[ChatMessage]:
    """Every message and notice, in order; [] for a text that is no export."""
    lines = _lines(text)
    pattern = _pattern(lines)
    matches: list[re.Match[str]] = []
    bodies: list[list[str]] = []
    for line in lines:
        match = pattern.match(line)
        if match and _is_head(match):
            matches.append(match)
            bodies.append([line[match.end() :]])
        elif bodies:
            bodies[-1].append(line)
    moments = named_moments(matches) if pattern is NAMED else _moments(matches)
    return [_message(moment, "\n".join(body)) for moment, body in zip(moments, bodies, strict=True)]


def _is_head(match: re.Match[str]) -> bool:
    return bool(month_of(match[5])) if match.re is NAMED else _head(match) is not None


def _moments(matches: Sequence[re.Match[str]]) -> list[datetime | None]:
    heads = [head for match in matches if (head := _head(match))]
    order = _order(heads)
    return [_moment(head, order) for head in heads]


def _message(moment: datetime | None, body: str) -> ChatMessage:
    at = moment.isoformat() if moment else ""
    match = SENDER.match(body)
    if match is None or SAYS.search(match[1]):
        return ChatMessage(at=at, sender="", text=body.strip("\n"))
    sender = re.sub(f"[{MARKS}]", "", match[1]).strip().removeprefix("~").strip()
    return ChatMessage(at=at, sender=sender, text=body[match.end() :].rstrip("\n"))


def _head(match: re.Match[str]) -> _Head | None:
    first, second, third, gap, half = match.group("first", "second", "third", "gap", "half")
    minute, seconds = match["minute"], match["seconds"]
    hours = afternoon_hour(int(match["hour"]), *(re.sub(rf"[{MARKS}]|klo|kl|日|일", "", part) for part in (gap, half)))
    if hours > 23 or int(minute) > 59:
        return None
    return _Head(
        date=(int(first), int(second), int(third)),
        year_digits=(len(first), len(third)),
        hour=hours,
        minute=int(minute),
        second=min(59, int(seconds or 0)),
        slashed="/" in match[0],
        capitals=bool(CAPITALS.search(gap + half)),
        padded=first.startswith("0") or second.startswith("0"),
    )


def _order(heads: Sequence[_Head]) -> str:
    """Which of day, month and year comes first, by the whole chat: all dates must exist and none go back in time.

    What that leaves open is decided by habit: 3/4/22, 2:08 PM is how the United States write, others put days first.
    """
    if not heads:
        return ORDERS[0]
    american = heads[0].slashed and heads[0].capitals and not any(head.padded for head in heads)
    habits = sorted(ORDERS, key=lambda order: (order == "ymd", (order == "mdy") != american))

    def badness(order: str) -> tuple[int, int, int]:
        moments = [_moment(head, order) for head in heads]
        known = [moment for moment in moments if moment]
        backwards = sum(later < earlier for earlier, later in pairwise(known))
        return len(moments) - len(known), backwards, habits.index(order)

    return min(ORDERS, key=badness)


def _moment(head: _Head, order: str) -> datetime | None:
    numbers = dict(zip(order, head.date, strict=True))
    digits = head.year_digits[0 if order == "ymd" else 1]
    if digits not in (2, 4) or (4 in head.year_digits and digits != 4):
        return None
    year = numbers["y"] + 2000 if digits == 2 else numbers["y"]
    year -= BUDDHIST if year > 2400 else 0
    try:
        moment = datetime(year, numbers["m"], numbers["d"], head.hour, head.minute, head.second)
    except ValueError:
        return None
    return moment if year >= FIRST_YEAR else None
