"""Dates and times as programs write them for people: half days, the months' names, in the languages that they speak.

They come without a zone, and are kept as they stand, as if they were UTC.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

AFTERNOON = frozenset({
    "pm", "下午", "晚上", "中午", "午後", "오후", "م", "μμ", "بعدازظهر", "بظ", "ch", "ös", "odp", "odpoledne", "popol",
    "du",
    "ptg", "ip", "em", "nm", "หลังเที่ยง", "अपराह्न", "pasdite", "мп", "غروب", "מ", "אחהצ",
})  # fmt: skip
FORENOON = frozenset({
    "am", "上午", "凌晨", "早上", "清晨", "午前", "오전", "ص", "πμ", "قبلازظهر", "قظ", "sa", "öö", "dop", "dopoledne",
    "dopol",
    "de", "pg", "ap", "fm", "vm", "ก่อนเที่ยง", "पूर्वाह्न", "paradite", "пп", "לפנהצ",
})  # fmt: skip
# How the names of the twelve months begin, without accents.
MONTHS = tuple(
    tuple(names.split())
    for names in (
        "jan ene gen янв січ oca sty led ιαν",
        "feb fev фев лют sub lut uno φεβ",
        "mar mrz maa mrt маp мар бер bre μαρ",
        "apr abr avr апр кві nis kwi dub απρ",
        "may mai mei mag maj мая май тра kve μαι",
        "jun juin giu июн чер haz cze cer ιουν",
        "jul juil lug июл лип tem lip cerv ιουλ",
        "aug ago aou авг сер agu sie srp αυγ",
        "sep set сен вер eyl wrz zar σεπ",
        "oct okt ott out окт жов eki paz rij οκτ",
        "nov ноя лис kas lis νοε",
        "dec dez dic дек гру ara gru pro δεκ",
    )
)
CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?!\d)|(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])")
WORD = re.compile(r"[^\W\d_]+(?:\.\s?[^\W\d_]+\.?)?")
NUMBER = re.compile(r"\d+")
LONGEST = 9  # digits of a number that is looked at
CJK_DATE = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")


def afternoon_hour(hour: int, *words: str) -> int:
    """`hour` of 24, where one of `words` may say which half of the day it is in."""
    halves = {re.sub(r"[\W_]", "", word).casefold() for word in words}
    after, before = bool(halves & AFTERNOON), bool(halves & FORENOON)
    return hour % 12 + 12 * after if (after or before) and hour <= 12 else hour


def month_of(word: str) -> int:
    """1 to 12; 0 for what is no month's name."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    found = [(len(name), number) for number, names in enumerate(MONTHS, 1) for name in names if plain.startswith(name)]
    return max(found)[1] if found else 0


def local_time(text: str, *, day_first: bool | None = None) -> datetime | None:
    """The moment in "Sep 25, 2024 9:03:21 pm", "25. Sept. 2024, 21:03", "2024년 5월 1일 오후 9:03"; None when it has
    not both a day and a time, or its numbers leave open which of them is the month, unless
    `day_first` says it."""
    clock = next(iter(CLOCK.finditer(text)), None)
    if clock is None:
        return None
    hour, minute, second = (int(part or 0) for part in (clock.groups()[:3] if clock[1] else clock.groups()[3:]))
    before, after = text[: clock.start()], text[clock.end() :]
    halves = [*WORD.findall(before)[-1:], *WORD.findall(after)[:1]]
    day = next(filter(None, (_day(part, day_first) for part in (before, after, f"{before} {after}"))), None)
    try:
        return datetime(*day, afternoon_hour(hour, *halves), minute, second) if day else None
    except ValueError:
        return None


def is_day_first(texts: Sequence[str]) -> bool:
    """Whether moments of one file, in their order, put the day before the month: so that all exist and none goes back.

    Where that leaves it open: who writes AM and PM puts the month first.
    """

    def badness(day_first: bool) -> tuple[int, int]:
        moments = [local_time(text, day_first=day_first) for text in texts]
        known = [moment for moment in moments if moment]
        return len(moments) - len(known), sum(later < earlier for earlier, later in pairwise(known))

    habit = not any(re.search(r"\d\s?[AP]\.?M\b", text, re.IGNORECASE) for text in texts)
    other, usual = badness(not habit), badness(habit)
    return habit if usual <= other else not habit


def _day(text: str, day_first: bool | None) -> tuple[int, int, int] | None:
    """(year, month, day)."""
    if match := CJK_DATE.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    numbers = [int(number[:LONGEST]) for number in NUMBER.findall(text)]
    months = [month for word in re.findall(r"[^\W\d_]{3,}", text) if (month := month_of(word))]
    years = [number for number in numbers if number > 31]
    if len(numbers) == 2 and months and years:
        day = next((number for number in numbers if number <= 31), 0)
        return years[0], months[-1], day
    if len(numbers) == 3 and years and numbers[0] == years[0]:
        return numbers[0], numbers[1], numbers[2]
    if len(numbers) == 3 and years and numbers[2] == years[0]:
        first, second = numbers[:2]
        if "." in text or (first > 12 if day_first is None else day_first):
            return numbers[2], second, first
        if second > 12 or day_first is False:
            return numbers[2], first, second
    return None
