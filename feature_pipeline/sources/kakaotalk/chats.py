"""The text of a KakaoTalk chat → its messages.

On computers the day stands above its messages, and the clock in each; on phones each has both:

    --------------- 2024년 5월 1일 수요일 ---------------        2024년 5월 1일 오후 9:03, 앤 : 안녕
    [앤] [오후 9:03] 안녕                                        2024. 5. 1. 오후 9:03, 앤 : 안녕

What KakaoTalk itself says stands between them, without a sender.
"""

import re
from collections.abc import Iterator

from feature_pipeline.formats.local_times import local_time
from feature_pipeline.source_bases.text_chats import TextMessage

TITLES = (
    re.compile(r"(.*?)(?: \d+)?\s?님과 카카오톡 대화"),
    re.compile(r"KakaoTalk Chats? with (.*?)(?: and \d+ others?)?\s*", re.IGNORECASE),
    re.compile(r"(.*?) ?카카오톡 대화"),
)
SAVED = re.compile(r"(?:저장한 날짜|Date Saved|Saved on)\s?:.*", re.IGNORECASE)
DAY = re.compile(r"-{3,}\s*(\S.*?\S)\s*-{3,}\s*")
CLOCK = r"(?:(?:오전|오후|AM|PM)\s?)?\d{1,2}:\d{2}(?:\s?[AaPp]\.?[Mm]\.?)?"
ON_COMPUTER = re.compile(rf"\[(.{{1,60}}?)\] \[({CLOCK})\] ?(.*)")
ON_PHONE = re.compile(rf"(.{{8,34}}?\s{CLOCK}),? ?([^:\n]{{1,60}}?) : ?(.*)")
STAMPED = re.compile(rf"(\S.{{6,34}}?\s{CLOCK})(?:, ?(.*))?")
DAY_ALONE = re.compile(r"\d{4}\s?[년.]\s?\d{1,2}\s?[월.]\s?\d{1,2}\s?[일.]?(?:\s?[월화수목금토일]요일)?")
NOTICE = re.compile(
    r".{1,60}님(?:이|을|를|과|께서)? ?.{0,60}"
    r"(?:들어왔습니다|나갔습니다|초대(?:했|하였)습니다|내보냈습니다|되었습니다)\.?.*"
    r"|채팅방 관리자가 메시지를 가렸습니다\.?"
    r"|.{1,60} (?:joined|left|has left|invited .{1,60} to) (?:this|the) chat ?room\.?.*"
    r"|.{1,60} (?:invited|was removed).{0,60}\.|운영정책.*|타인, 기관 등의 사칭.*",
)
MEDIA = re.compile(
    r"사진(?: \d+장)?|동영상|이모티콘|\(이모티콘\)|음성메시지|보이스노트|파일: ?.+|지도: ?.+|샵검색: ?.+|연락처: ?.+"
    r"|photos?(?: \d+)?|\d+ photos|videos?|emoticons?|\(emoticon\)|stickers?|voice (?:note|message)"
    r"|file: ?.+|map: ?.+|contact: ?.+",
    re.IGNORECASE,
)
DELETED = re.compile(
    r"삭제된 메시지입니다\.?|이 메시지는 삭제되었습니다\.?|this message (?:was|has been) deleted\.?", re.IGNORECASE
)
CALL = re.compile(r"(?:보이스톡|페이스톡|라이브톡|그룹콜|voice call|video call|live talk)(?: .{0,30})?", re.IGNORECASE)


def is_chat(head: str) -> bool:
    """Whether a text that begins so is a chat of KakaoTalk."""
    lines = head.lstrip("\ufeff \r\n").splitlines()[:40]
    if not any(_is_message(line) for line in lines):
        return False
    if any(title.fullmatch(line.strip()) for line in lines[:4] for title in TITLES):
        return True
    return any(ON_COMPUTER.fullmatch(line) for line in lines) and any(DAY.fullmatch(line) for line in lines)


def _is_message(line: str) -> bool:
    match = ON_PHONE.fullmatch(line)
    return bool(ON_COMPUTER.fullmatch(line)) or (match is not None and local_time(match[1]) is not None)


def read_chat(text: str) -> tuple[str, list[TextMessage]]:
    """(title, messages)."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    titles = (title.fullmatch(line.strip()) for line in lines[:4] for title in TITLES)
    found = next((match for match in titles if match), None)
    return (found[1].strip() if found else ""), list(_messages(lines))


def _messages(lines: list[str]) -> Iterator[TextMessage]:
    day, sender, at = "", "", ""
    body: list[str] | None = None
    for line in lines:
        notice = ""
        started: tuple[str, str, str] | None = None  # sender, ISO 8601, text
        if match := DAY.fullmatch(line):
            day = match[1]
        elif match := ON_COMPUTER.fullmatch(line):
            started = match[1], _at(f"{day} {match[2]}"), match[3]
        elif (match := ON_PHONE.fullmatch(line)) and (moment := _at(match[1])):
            started = match[2].strip(), moment, match[3]
        elif (match := STAMPED.fullmatch(line)) and _at(match[1]):
            notice = match[2] or ""
        elif NOTICE.fullmatch(line.strip()):
            notice = line
        elif not DAY_ALONE.fullmatch(line.strip()):
            if body is not None:
                body.append(line)
            continue
        if body is not None:
            yield _message(sender, at, "\n".join(body).rstrip("\n"))
            body = None
        if notice:
            yield TextMessage("", "", "", "notice of KakaoTalk")
        if started:
            sender, at, first = started
            body = [first]
    if body is not None:
        yield _message(sender, at, "\n".join(body).rstrip("\n"))


def _message(sender: str, at: str, text: str) -> TextMessage:
    ignored = why_ignored(text)
    return TextMessage(at, sender, "" if ignored else text, ignored)


def why_ignored(text: str) -> str:
    """What a message is in place of its sender's own words; "" when it is words."""
    bare = text.strip()
    if not bare:
        return "empty"
    if DELETED.fullmatch(bare):
        return "deleted message"
    if MEDIA.fullmatch(bare):
        return "media"
    return "call" if CALL.fullmatch(bare) else ""


def _at(text: str) -> str:
    moment = local_time(text)
    return moment.isoformat() if moment else ""
