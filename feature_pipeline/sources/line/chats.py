"""The text of a LINE chat history → its messages.

    [LINE] Chat history with Ann
    Saved on: 5/1/2024, 12:00

    Wed, 5/1/2024
    21:03<tab>Ann<tab>text

The day stands once, above its messages, in the order of the phone's region; the desktop program has blanks for tabs.
A message of several lines stands in quotation marks. What LINE itself says has no sender's column.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise, takewhile

from feature_pipeline.formats.local_times import CJK_DATE, afternoon_hour
from feature_pipeline.source_bases.text_chats import TextMessage

TITLE = re.compile(r"\s*\[LINE\] ?(.+)")
DAY = re.compile(
    r"(?P<before>[^\W\d_]{1,12}[.,]{0,2}\s+)?(\d{1,4})[./](\d{1,2})[./](\d{1,4})\.?\s*(?P<after>[(（]?[^\W\d_]{1,12}[.)）]{0,2})?\s*"
)
HALF = r"오전|오후|午前|午後|上午|下午|凌晨|早上|中午|晚上|[AaPp][Mm]"
CLOCK = re.compile(rf"(?:({HALF})\s?)?(\d{{1,2}})(?::|\.(?=\d\d\t))(\d{{2}})\s?({HALF})?(?:\t| )")
PLACEHOLDER = re.compile(r"\[[^\[\]\n]{2,24}\]|\((?:emoji|絵文字|이모티콘|表情貼)\)")
BARE_PLACEHOLDERS = frozenset({
    "スタンプ", "写真", "動画", "画像", "ボイスメッセージ", "ファイル", "連絡先", "位置情報", "アルバム", "ノート",
    "ギフト",
    "貼圖", "照片", "影片", "語音訊息", "檔案", "스티커", "사진", "동영상", "สติกเกอร์", "รูป", "วิดีโอ",
    "sticker", "photo", "photos", "video",
})  # fmt: skip
CALL = re.compile(r"☎.*", re.DOTALL)
TAKEN_BACK = re.compile(
    r".{0,60}(?:unsent a message|メッセージの送信を取り消しました"
    r"|收回(?:了|訊息|已).{0,6}|撤回了.{0,8}|메시지.{0,6}취소.{0,6}|ยกเลิกข้อความ)\.?"
)
BUDDHIST = 543  # years that Thai calendars are ahead
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDERS = ("ymd", "dmy", "mdy")


def is_chat(head: str) -> bool:
    """Whether a text that begins so is a chat history."""
    lines = head.lstrip("\ufeff \r\n").splitlines()[:40]
    day = next((number for number, line in enumerate(lines) if _is_day(line)), None)
    if day is None or not any(CLOCK.match(line) for line in lines[day + 1 :]):
        return False
    titled = bool(lines) and bool(TITLE.match(lines[0]))
    columns = any(line.count("\t") >= 2 and CLOCK.match(line) for line in lines)
    return titled or (day == 0 and (columns or bool(re.search(r"曜日|요일|星期|วัน", lines[0]))))


def read_chat(text: str, known: Sequence[str]) -> tuple[str, list[TextMessage]]:
    """(title, messages); `known`: what the author may be called, for files without columns."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    titled = TITLE.match(first)
    title = titled[1].strip() if titled else ""
    items = list(_items(lines))
    days = [day for day, _, _ in items if day is not None]
    order = _order(days)
    without_columns = [body for _, clock, body in items if not clock[0].endswith("\t")]
    names = sorted({*known, *_names_in(title), *_repeated(without_columns)} - {""}, key=len, reverse=True)
    return title, [_message(day, order, clock, body, names) for day, clock, body in items]


def _is_day(line: str) -> bool:
    return bool(DAY.fullmatch(line.strip()) or (CJK_DATE.match(line.strip()) and len(line) < 30))


def _items(lines: Sequence[str]) -> Iterator[tuple["re.Match[str] | None", "re.Match[str]", str]]:
    """(day, clock, the rest of the line with the lines that go on)."""
    day: re.Match[str] | None = None
    clock: re.Match[str] | None = None
    body: list[str] = []
    until = -1  # the line that ends the quotation marks that are open
    for number, line in enumerate(lines):
        starts = number > until and CLOCK.match(line)
        is_day = number > until and _is_day(line)
        if (starts or is_day) and clock is not None:
            yield day, clock, "\n".join(body).rstrip("\n")
            clock = None
        if is_day:
            day = DAY.fullmatch(line.strip()) or CJK_DATE.match(line.strip())
        elif starts:
            clock, body = starts, [line[starts.end() :]]
            until = _closing(lines, number)
        elif clock is not None:
            body.append(line)
    if clock is not None:
        yield day, clock, "\n".join(body).rstrip("\n")


def _closing(lines: Sequence[str], number: int) -> int:
    """The line that closes the quotation mark that line `number` opens; -1 when it opens none."""
    text = lines[number].rpartition("\t")[2]
    if not text.startswith('"') or (text.endswith('"') and len(text) > 1):
        return -1
    for later in range(number + 1, len(lines)):
        if lines[later].endswith('"'):
            return later
        if CLOCK.match(lines[later]) and "\t" in lines[later]:
            return -1
    return -1


def _message(
    day: "re.Match[str] | None", order: str, clock: "re.Match[str]", body: str, names: Sequence[str]
) -> TextMessage:
    moment = _date(day, order) if day else None
    hour, minute = afternoon_hour(int(clock[2]), clock[1] or "", clock[4] or ""), int(clock[3])
    at = (
        datetime(moment.year, moment.month, moment.day, hour, minute).isoformat()
        if moment and hour < 24 and minute < 60
        else ""
    )
    sender, text = _sender(clock, body, names)
    if not sender:
        deleted = TAKEN_BACK.fullmatch(text)
        return TextMessage(at, "", "", "deleted message" if deleted else "notice of LINE")
    if "\n" in text and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    bare = text.strip()
    if not bare or PLACEHOLDER.fullmatch(bare) or bare.lower() in BARE_PLACEHOLDERS:
        return TextMessage(at, sender, "", "media" if bare else "empty")
    if CALL.fullmatch(bare):
        return TextMessage(at, sender, "", "call")
    if TAKEN_BACK.fullmatch(bare):
        return TextMessage(at, sender, "", "deleted message")
    return TextMessage(at, sender, text)


def _sender(clock: "re.Match[str]", body: str, names: Sequence[str]) -> tuple[str, str]:
    if clock[0].endswith("\t"):
        sender, tab, text = body.partition("\t")
        return (sender.strip(), text) if tab and "\n" not in sender else ("", body)
    if body.startswith("☎") or TAKEN_BACK.fullmatch(body):
        return "", body
    for name in names:
        if body.startswith(f"{name} "):
            return name, body[len(name) + 1 :]
    sender, _, text = body.partition(" ")
    return (sender, text) if text else ("", body)


def _names_in(title: str) -> Iterator[str]:
    """What remains of "Chat history with Ann", "Annとのトーク履歴", "與Ann的聊天記錄" in its usual languages."""
    for form in (
        r"(?:chat history (?:with|in)) (.+)",
        r"(.+?)(?:との|の)?トーク履歴",
        r"[與与和](.+?)的(?:聊天|對話).*",
        r"(.+?) ?님?과의 (?:대화|채팅).*",
        r"ประวัติการ(?:แชท|สนทนา)กับ ?(.+)",
    ):
        if match := re.fullmatch(form, title.removesuffix(".txt"), re.IGNORECASE):
            yield match[1].strip()


def _repeated(bodies: Sequence[str]) -> Iterator[str]:
    """What several messages begin with, word for word: a name, where no column ends it."""
    by_first: dict[str, list[list[str]]] = {}
    for body in bodies:
        words = body.partition("\n")[0].split(" ")
        by_first.setdefault(words[0], []).append(words[:-1])
    for begun in by_first.values():
        if len(begun) > 1:
            alike = takewhile(lambda words: len(set(words)) == 1, zip(*begun, strict=False))
            yield " ".join(words[0] for words in alike)


def _date(day: "re.Match[str]", order: str) -> date | None:
    numbers = [int(part) for part in day.groups() if part and part.isdecimal()]
    if len(numbers) != 3:
        return None
    by = dict(zip("ymd" if day.re is CJK_DATE else order, numbers, strict=True))
    year = by["y"] + 2000 if by["y"] < 100 else by["y"]
    try:
        return date(year - BUDDHIST if year > 2400 else year, by["m"], by["d"])
    except ValueError:
        return None


def _order(days: Sequence["re.Match[str]"]) -> str:
    """Which of day, month and year comes first: all dates must exist, each weekday's name stand for one weekday, and no
    day go back in time. What that leaves open: days first."""
    distinct = list({day[0]: day for day in days}.values())

    def badness(order: str) -> tuple[int, int, int]:
        found = [(day, _date(day, order)) for day in distinct]
        moments = [moment for _, moment in found if moment]
        weekdays: dict[str, set[int]] = {}
        for day, moment in found:
            word = "" if day.re is CJK_DATE else (day["before"] or day["after"] or "").strip(" .,()（）").casefold()
            if moment and word:
                weekdays.setdefault(word, set()).add(moment.weekday())
        english = sum(
            moment is not None and word[:3] in WEEKDAYS and WEEKDAYS.index(word[:3]) not in weekdays[word]
            for word in weekdays
            for moment in moments[:1]
        )
        unsteady = sum(len(days_of) - 1 for days_of in weekdays.values()) + english
        backwards = sum(later < earlier for earlier, later in pairwise(moments))
        return len(found) - len(moments), unsteady, backwards

    return min(ORDERS, key=lambda order: (*badness(order), ORDERS.index(order)))
