"""Dates as people and programs write them → ISO 8601 in UTC.

A date without a time is its midnight; a time without a zone is taken as UTC. What is not surely a date is "": a
wrong date would put a post into the wrong split.
"""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# Hours from UTC of the abbreviations that blogs write; IANA names are looked up in the system's database.
ZONES = {
    name: float(hours)
    for hours, names in {
        "0": "UTC GMT Z WET WEZ", "1": "BST CET MEZ WEST WESZ WAT", "2": "CEST MESZ EET OEZ SAST CAT",
        "3": "EEST OESZ MSK EAT TRT", "3.5": "IRST", "4": "GST MSD", "5": "PKT", "5.5": "IST", "5.75": "NPT",
        "7": "ICT WIB", "8": "AWST HKT SGT PHT", "9": "JST KST", "9.5": "ACST", "10": "AEST", "10.5": "ACDT",
        "11": "AEDT", "12": "NZST", "13": "NZDT", "-2": "BRST", "-2.5": "NDT", "-3": "BRT ART ADT CLST",
        "-3.5": "NST", "-4": "EDT AST CLT", "-5": "EST CDT COT PET", "-6": "CST MDT", "-7": "MST PDT",
        "-8": "PST AKDT", "-9": "AKST", "-10": "HST",
    }.items()
    for name in names.split()
}  # fmt: skip
OFFSET_AT_END = re.compile(
    r"^(.*\d(?:\s*[AaPp]\.?[Mm]\.?)?)\s*\(?(?:GMT|UTC)\s?([+-])(\d{1,2})(?::?(\d\d))?\)?\s*(?:\([^()]*\))?$"
)
ZONE_AT_END = re.compile(r"^(.*\d(?:\s*[AaPp]\.?[Mm]\.?)?)\s*\[?([A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+)+|[A-Z]{1,4})\]?$")
YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:$|[T\s]+(.*)$)")
DAY_FIRST = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:$|[T\s]+(.*)$)")
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
HALF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
IDEOGRAPHIC = re.compile(r"^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]\s*(?:\([^()]*\))?\s*(.*)$")
BETWEEN = re.compile(
    r"(?<=\d)(?:st|nd|rd|th)\b|,|\b(?:at|of|the)\b|(?<=[a-z])\.(?=\s)|(?<=\d)-(?=[a-z])|(?<=[a-z])-(?=\d)",
    re.IGNORECASE,
)
IN_WORDS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
IN_PATH = re.compile(r"(?:^|/)(\d{4})([-/_.])(\d{1,2})\2(\d{1,2})(?!\d)")
COMPACT_IN_PATH = re.compile(r"(?:^|/)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
SHORTEST_EPOCH = 10**9  # seconds: September 2001; smaller numbers are years, days or nothing


def to_utc(value: object) -> str:
    """`value` (a string, a number of seconds or milliseconds, a date, a datetime) as ISO 8601 in UTC, or ""."""
    if value is None:  # most often: a file has one of the many keys that dates are under
        return ""
    with suppress(ValueError, OverflowError):
        if moment := as_written(value):
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat(timespec="seconds")
    return ""


def as_written(value: object) -> datetime | None:
    """The moment in the zone that it was written with, without one if there was none; None for what is no date."""
    with suppress(ValueError, OverflowError, TypeError, OSError):
        return _moment(value)
    return None


def names_zone(text: str) -> bool:
    """Whether it ends with the name of a zone that is known here, not with an offset."""
    named = ZONE_AT_END.match(text.strip())
    return named is not None and _zone(named[2]) is not None


def from_path(path: str) -> str:
    """The date that a file's name or folders begin with: "2023-04-02-fog.md", "2023/04/02/fog.html", "2023_04_02"."""
    if match := IN_PATH.search(path):
        return to_utc("-".join((match[1], match[3], match[4])))
    compact = COMPACT_IN_PATH.search(path)
    return to_utc("-".join(compact.groups())) if compact else ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip().strip("\"'")
    if re.fullmatch(r"\d{10,13}(\.\d*)?", text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 100 * SHORTEST_EPOCH else seconds, tz=UTC)
    return _from_text(text)


def _from_text(text: str) -> datetime | None:
    zone: ZoneInfo | timezone | None = None
    if offset := OFFSET_AT_END.match(text):  # "GMT+0200 (CEST)", as JavaScript writes it
        text, sign, hours, minutes = offset.groups(default="00")
        zone = timezone(timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1))
    elif named := ZONE_AT_END.match(text):
        zone = _zone(named[2])
        text = named[1] if zone else text
    text = IDEOGRAPHIC.sub(r"\1-\2-\3 \4", WEEKDAY.sub("", text)).strip()
    moment = _numeric(text) or _in_words(text)
    if moment is not None and moment.tzinfo is None and zone is not None:
        return moment.replace(tzinfo=zone)
    return moment


def _zone(name: str) -> ZoneInfo | timezone | None:
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    with suppress(ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError
        return ZoneInfo(name) if "/" in name else None
    return None


def _numeric(text: str) -> datetime | None:
    if match := YEAR_FIRST.match(text):
        year, month, day, time = match.groups()
    elif match := DAY_FIRST.match(text):
        first, separator, second, year, time = match.groups()
        day, month = (first, second) if separator == "." or int(first) > 12 else (second, first)
        if separator != "." and int(day) <= 12:
            return None  # 04/05/2023 is April in one country and May in another
    else:
        return datetime.fromisoformat(text) if re.match(r"\d{8}(T|$)", text) else None
    moment = datetime(int(year), int(month), int(day))
    if not time:
        return moment
    clock = re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", re.sub(r"^(?=\d:)", "0", time.strip()))
    with suppress(ValueError):
        return datetime.fromisoformat(f"{moment:%Y-%m-%d}T{clock}")
    with suppress(ValueError):
        return datetime.strptime(f"{year}-{month}-{day} {clock.upper()}", "%Y-%m-%d %I:%M %p")
    return moment  # the day is sure, whatever stands behind it


def _in_words(text: str) -> datetime | None:
    if not MONTH.search(text):
        return None
    if not HALF_DAY.search(text):  # of mail's dates, which have none: "3:58 PM" would be read as 3:58
        with suppress(ValueError, TypeError, IndexError):
            return parsedate_to_datetime(text)
    text = re.sub(r"(?i)\bsept\b", "Sep", text)
    plain = BETWEEN.sub(" ", text)
    plain = " ".join(plain.split())
    for day in IN_WORDS:
        for time in TIMES:
            with suppress(ValueError):
                return datetime.strptime(plain, day + time)
    return None
