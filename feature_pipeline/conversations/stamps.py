"""The time at which a line was said, wherever it stands near the line's beginning, and what is beside it."""

import re
from typing import NamedTuple

CLOCK = re.compile(
    r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?(?![\d:]*\d)"
    r"(?P<half>[\s\u202f]?[AaPp]\.?[\s\u202f]?[Mm]\b\.?)?(?: ?(?:Uhr|UTC|GMT|Z)\b)?(?:[+-]\d{2}:?\d{2})?"
    r"|(?:(?<=[ ,])|^)\d{1,2}[.h]\d{2}(?:\.\d{2})?(?=[\])]?(?:\s*[-–:\t]|\s*$))"
)
WITHIN = 60  # characters
CLOSING = " \t\u202f\u200e\u200f*_])},.;|-–—:"
WORD = re.compile(r"[^\W\d_]+")
DATE = re.compile(
    r"\d{1,4}\s?[./\-年년]\s?\d{1,2}|\d{4}|\d{1,2}(?:st|nd|rd|th|\.)?,?\s+[^\W\d_]{3,}|[^\W\d_]{3,}\.?\s+\d{1,2}"
)
# What a date has in words, in the languages of most programs.
DAY_WORDS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec today yesterday at the on
    montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so januar februar märz mai juni juli
    oktober dezember jän mär mrz okt dez heute gestern um
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim janvier février mars avril juin juillet
    août septembre octobre novembre décembre janv févr avr juil déc aujourd hui hier à le
    lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre ene abr ago dic hoy ayer las a de
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio gennaio febbraio aprile maggio giugno luglio settembre
    ottobre dicembre gen mag giu lug set ott oggi ieri alle
    segunda terça quarta quinta sexta feira seg ter qua qui sex janeiro fevereiro março maio junho julho setembro
    outubro novembro dezembro fev out hoje ontem às
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo januari februari maart mei augustus mrt om
    mandag måndag tirsdag tisdag onsdag torsdag fredag lördag lørdag søndag söndag maj des den kl klo
    понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс января февраля марта апреля мая
    июня июля августа сентября октября ноября декабря сегодня вчера в
    styczeń stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    """.split()  # noqa: SIM905 - a list of words is read as one
)
EAST_ASIAN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
HALVES = frozenset(
    {"오전", "오후", "午前", "午後", "上午", "下午", "凌晨", "早上", "中午", "晚上", "am", "pm", "a", "p", "m"}
)


class Stamp(NamedTuple):
    before: str  # what stands before the time
    lead: str  # of it, a name that comes first; "" when it is a date or nothing
    behind: str
    dated: bool  # a date goes with the time
    closed: bool  # the time stands in brackets
    halved: bool  # says AM or PM


def stamp_of(line: str) -> Stamp | None:
    clock = CLOCK.search(line, 0, WITHIN)
    if clock is None:
        return None
    before, behind = line[: clock.start()], line[clock.end() :]
    return Stamp(
        before,
        _lead(before),
        behind,
        dated=bool(DATE.search(before)),
        closed=behind.lstrip()[:1] in ("]", ")") and before.rstrip()[-1:] in ("[", "(", ",", *"0123456789"),
        halved=bool(clock["half"]),
    )


def _lead(before: str) -> str:
    """The words of `before` that are no date: who speaks, if the name comes first."""
    number = re.search(r"\d", before)
    text = before[: number.start()] if number else before
    words = WORD.findall(text)
    if len(words) <= 2 and all(_is_of_date(word) for word in words):
        return ""
    while words and _is_of_date(words[-1]) and not EAST_ASIAN.search(words[-1]) and len(words) > 1:
        text = text[: text.rindex(words.pop())]
    return text.strip(CLOSING + "([<>\"'")


def _is_of_date(word: str) -> bool:
    if word.casefold() in HALVES or word.casefold() in DAY_WORDS:
        return True
    return bool(re.search(r"曜|요일|[年月日년월일]|星期|周|วัน", word))
