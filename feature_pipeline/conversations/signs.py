"""The marks by which programs' exports of conversations, and pages that beside them hold nobody's text, are known."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple


class Sign(NamedTuple):
    what: str
    kind: str = ""  # of the source that reads it
    way_out: str = ""  # of a page that is no conversation


class _Mark(NamedTuple):
    words: Sequence[str]  # one of which stands in the text: looked for first, as that is fast
    pattern: re.Pattern[str]
    sign: Sign


def _class(sign: Sign, *names: str) -> _Mark:
    """A tag that has a class of such a name. A page that shows code has no such tag: "<" is "&lt;" there."""
    alternatives = "|".join(map(re.escape, names))
    tag = rf"<\w+\b[^<>]*\bclass\s*=\s*[\"']?(?:[^\"'<>]*[\s\"'])?(?:{alternatives})(?![^\s\"'>])"
    return _Mark(names, re.compile(tag), sign)


def _said(sign: Sign, pattern: str, *words: str) -> _Mark:
    return _Mark(words, re.compile(pattern, re.MULTILINE), sign)


TAKEOUT = Sign(
    "Google's overview of a Takeout archive",
    way_out="of which nothing is anybody's text. Name the folder of what you wrote",
)
ACTIVITY = Sign(
    "Google's list of what was searched, watched and opened",
    way_out="which holds no text of yours. What you wrote is in other folders of the archive: name these",
)
TELEGRAM = Sign("a chat of Telegram", "telegram")
DISCORD = Sign("a channel of Discord", "discord")
LINE = Sign("a chat of LINE", "line")
KAKAOTALK = Sign("a chat of KakaoTalk", "kakaotalk")
META = Sign("a page of a Facebook, Messenger, Instagram or Threads export", "meta")
CHATGPT = Sign(
    "chats with ChatGPT", way_out="which are in conversations.json of the same export: name that, or the archive"
)
FROM_DATABASE = (
    "so the other side's words are in it too. It was not read as an article: on a Mac, collect their database: "
    "twin collect ~/Library/Messages/chat.db"
)
GMAIL = Sign(
    "mails that Gmail laid out to be printed",
    way_out="so the other side's words are in them too. They were not read as an article: get the mail itself at "
    "takeout.google.com, and collect that",
)
PHONE = Sign("messages of an iPhone or a Mac, exported", way_out=FROM_DATABASE)

PAGES = (
    _class(TELEGRAM, "chat_page", "list_page", "message default clearfix", "message service"),
    _class(DISCORD, "chatlog__message-group", "chatlog__message-container", "chatlog__message", "chatlog__content"),
    _class(META, "_a6-g", "_a706", "_2lej"),
    _class(ACTIVITY, "outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"),
    _class(TAKEOUT, "extracted-folder", "data-folder-name", "archive-browser"),
    _said(
        GMAIL, r"<\w+[^<>]*\bclass=[\"']?maincontent\b[\s\S]{0,6000}<table[^<>]*\bclass=[\"']?message\b", "maincontent"
    ),
    _class(PHONE, *(f"{way} {by}" for way in ("sent", "received") for by in ("iMessage", "SMS", "RCS", "MMS"))),
    _said(CHATGPT, r"\bvar jsonData\s*=\s*\[\s*\{\s*\"(?:title|id|mapping|create_time)\"", "var jsonData"),
    _said(Sign("a chat with ChatGPT"), r"<\w+[^<>]*\bdata-message-author-role=", "data-message-author-role"),
    _said(Sign("a chat with Claude"), r"<\w+[^<>]*(?:data-testid=\"user-message\"|font-claude-)", "claude"),
    _said(Sign("a chat of Teams"), r"<\w+[^<>]*(?:fui-Chat\w*Message|data-tid=\"chat-pane)", "fui-Chat", "chat-pane"),
)
TEXTS = (
    _said(LINE, r"\A\s*\[LINE\] ?\S", "[LINE]"),
    _said(
        LINE,
        r"\A\s*\d{4}[./]\d{1,2}[./]\d{1,2} ?\(?\S{0,4}(?:曜日|요일|星期.|วัน\S*)\)?\s*\n\d{1,2}:\d{2}[ \t]",
        *("曜日", "요일", "星期", "วัน"),
    ),
    _said(
        KAKAOTALK,
        r"\A(?:[^\n]*\n){0,5}?[^\n]*(?:카카오톡 대화|KakaoTalk 대화|KakaoTalk Chats? with )",
        *("카카오톡", "KakaoTalk"),
    ),
    _said(DISCORD, r"\A\s*={20,}\n(?:Guild|Server): [^\n]*\n(?:Category: [^\n]*\n)?Channel: ", "===="),
    _said(
        Sign("a log of IRC"),
        r"^(?:--- Log opened |\*{4} BEGIN LOGGING AT |Session Start: \w{3} \w{3} \d)",
        *("Log opened", "BEGIN LOGGING", "Session Start"),
    ),
    _said(Sign("a transcript of what people said"), r"\AWEBVTT\b", "WEBVTT"),
)
OVERVIEWS = {"archive_browser.html"}
ACTIVITIES = {"myactivity.html", "watch-history.html", "search-history.html"}


def sign_of(text: str, *, name: str, html: bool) -> Sign | None:
    called = PurePosixPath(name).name.casefold()
    if called in OVERVIEWS:
        return TAKEOUT
    if called in ACTIVITIES:
        return ACTIVITY
    for mark in PAGES if html else TEXTS:
        if any(word in text for word in mark.words) and mark.pattern.search(text):
            return mark.sign
    return None
