"""An export of several files for every kind of conversations that has such, small."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import test_assistant_sources as assistant
import test_discord_pages as discord_pages
import test_discord_source as discord
import test_google_chat_source as google_chat
import test_meta_pages as meta_pages
import test_meta_source as meta
import test_slack_source as slack
import test_telegram_pages as telegram_pages
import test_telegram_source as telegram

from fakes.seeds import Seed, built, texts

ME = "Maud Ferrier"
WORDS = ("The fog came in at six.", "The ferry went out at seven.", "The clock is slow again.")


def _whatsapp(other: str, number: int) -> str:
    lines = [f"{number}/1/24, 10:00 - {other}: When is it?"]
    lines += [f"{number}/1/24, 10:0{n} - {ME}: {words} To {other}." for n, words in enumerate(WORDS, start=1)]
    return "\n".join(lines) + "\n"


def _line(other: str) -> str:
    lines = [f"[LINE] Chat history with {other}", "Saved on: 2024/05/02 10:00", "", "2024/05/01(Wed)"]
    lines += [f"10:00\t{other}\tWhen is it?"]
    return "\n".join([*lines, *(f"10:0{n}\t{ME}\t{words} {other}." for n, words in enumerate(WORDS, start=1))]) + "\n"


def _kakao(other: str) -> str:
    head = f"{other} 님과 카카오톡 대화\n저장한 날짜 : 2024-05-02 10:00:00\n\n"
    head += "--------------- 2024년 5월 1일 수요일 ---------------\n"
    said = [f"[{ME}] [오전 10:0{n}] {words} {other}." for n, words in enumerate(WORDS, start=1)]
    return head + "\n".join([f"[{other}] [오전 10:00] When is it?", *said]) + "\n"


def _thread(key: str, other: str, first: int) -> Any:
    said = [
        meta.said(other, first, f"When, at {first}?"),
        *(meta.said(ME, first + n, f"{words} At {first}, {other}.") for n, words in enumerate(WORDS, start=1)),
    ]
    return {**meta.thread(*said, title=other, people=(other, ME)), "thread_path": f"inbox/{key}"}


def _meta(folder: Path) -> None:
    inbox = "your_facebook_activity/messages/inbox"
    for part, first in ((1, 100), (2, 0)):
        meta.write(folder, f"{inbox}/ann_1/message_{part}.json", _thread("ann_1", "Ann Lee", first))
    meta.write(folder, f"{inbox}/bo_2/message_1.json", _thread("bo_2", "Bo", 200))
    posts = [{"timestamp": 1704448800 + n, "data": [{"post": words}], "title": ME} for n, words in enumerate(WORDS)]
    meta.write(folder, "your_facebook_activity/posts/your_posts_1.json", posts)
    profile = {"profile_v2": {"name": {"full_name": ME}, "username": "maud"}}
    meta.write(folder, "personal_information/profile_information/profile_information.json", profile)


def _captions(folder: Path) -> None:
    """Whose they are, the profile alone says."""
    for part in (1, 2):
        shown = [
            {"media": [{"title": f"{w} {part}", "creation_timestamp": 1704448800 + n}]} for n, w in enumerate(WORDS)
        ]
        meta.write(folder, f"your_instagram_activity/media/posts_{part}.json", shown)
    profile = {"profile_user": [{"string_map_data": {"Username": {"value": "maud"}, "Name": {"value": ME}}}]}
    meta.write(folder, "personal_information/personal_information.json", profile)


def _meta_pages(folder: Path) -> None:
    def page(name: str, other: str, day: int) -> None:
        said = [
            meta_pages.section(ME, meta_pages.text(f"{w} On {day}, {other}."), f"Sep {day}, 2024 9:0{n}:00 pm")
            for n, w in enumerate(WORDS, start=1)
        ]
        asked = meta_pages.section(other, meta_pages.text("When?"), f"Sep {day}, 2024 9:00:00 pm")
        meta_pages.page(folder / "messages/inbox" / name, other, *reversed([asked, *said]))

    page("ann_1/message_1.html", "Ann Lee", 25)
    page("ann_1/message_2.html", "Ann Lee", 24)
    page("ann_1/message_3.html", "Ann Lee", 23)
    page("bo_2/message_1.html", "Bo", 25)


def _telegram_pages(folder: Path) -> None:
    def page(name: str, other: str, first: int) -> None:
        joined = telegram_pages.said(first, "", f"Joined to the page before, {first}.") if first > 1 else ""
        said = [
            telegram_pages.said(first + 1, other, "When?"),
            telegram_pages.said(first + 2, ME, f"{WORDS[0]} {first}"),
        ]
        said.append(telegram_pages.said(first + 3, "", f"{WORDS[1]} {first}"))
        if first == 11:  # what the next page goes on with is not the author's
            said.append(telegram_pages.said(first + 4, other, "And then?"))
        telegram_pages.export(folder, joined, *said, title=other, name=f"chats/{name}")

    page("chat_1/messages.html", "Ann Lee", 1)
    page("chat_1/messages2.html", "Ann Lee", 11)
    page("chat_1/messages3.html", "Ann Lee", 21)
    page("chat_2/messages.html", "Bo", 1)
    page("chat_3/messages.html", "Bo", 1)  # of the same name


def _telegram(folder: Path) -> None:
    for number, name in enumerate(("Ann Lee", "Bo"), start=2):
        said = [telegram.said(n, "user1", f"{words} {name}.", **{"from": ME}) for n, words in enumerate(WORDS, start=1)]
        chat = {"name": name, "type": "personal_chat", "id": number, "messages": said}
        (folder / f"ChatExport_{number}").mkdir()
        (folder / f"ChatExport_{number}/result.json").write_text(json.dumps(chat), encoding="utf-8")


def _channel(number: int) -> Any:
    ids = f"12345678901234567{number}"
    said = [discord.said(10 * number + n, discord.MAUD, f"{words} {number}") for n, words in enumerate(WORDS)]
    return {**discord.EXPORT, "channel": {**discord.EXPORT["channel"], "id": ids}, "messages": said}


def _channel_page(number: int) -> str:
    said = [
        discord_pages.container(10 * number + n, f"{w} {number}", name="Maud", title="maud")
        for n, w in enumerate(WORDS)
    ]
    return f"{discord_pages.HEAD}{discord_pages.group(*said)}</body></html>"


def _package(folder: Path) -> None:
    rows = [
        [{"ID": n, "Timestamp": "2024-01-15 10:00", "Contents": f"{w} {k}"} for n, w in enumerate(WORDS)]
        for k in (1, 2)
    ]
    files = {"account/user.json": discord.ACCOUNT}
    for key, said in zip((discord.C1, discord.C2), rows, strict=True):
        files |= {f"messages/c{key}/channel.json": {"id": key, "type": 1}, f"messages/c{key}/messages.json": said}
    discord.package(folder, files)


def _google_chat(folder: Path) -> None:
    google_chat.takeout(folder)


def _conversation(number: int) -> Any:
    said = [
        {"uuid": f"m{number}{n}", "text": w, "sender": "human", "created_at": f"2024-05-0{number}T10:00:0{n}Z"}
        for n, w in enumerate(WORDS)
    ]
    return [{**assistant.CLAUDE, "uuid": f"c{number}", "chat_messages": said}]


def _tree(number: int) -> Any:
    return [assistant.chatgpt(assistant.node("a", None, [], "user", WORDS[number]), conversation_id=f"c{number}")]


EXPORTS: dict[str, Callable[[], Seed]] = {
    "meta": lambda: built("meta", _meta, author_name=ME),
    "meta, captions": lambda: built("meta", _captions, author_name=ME),
    "meta, pages": lambda: built("meta", _meta_pages, author_name=ME),
    "telegram": lambda: built("telegram", _telegram, author_name=ME),
    "telegram, pages": lambda: built("telegram", _telegram_pages, author_name=ME),
    "whatsapp": lambda: texts(
        "whatsapp",
        {f"WhatsApp Chat with {name}.txt": _whatsapp(name, n) for n, name in enumerate(("Ann", "Bo"), 1)},
        me=(ME,),
    ),
    "whatsapp, renamed": lambda: texts(
        "whatsapp", {"WhatsApp Chat with Ann.txt": _whatsapp("Ann", 1), "bo.txt": _whatsapp("Bo", 2)}, me=(ME,)
    ),
    "line": lambda: texts("line", {f"[LINE] Chat history with {name}.txt": _line(name) for name in ("Ann", "Bo")}),
    "kakaotalk": lambda: texts(
        "kakaotalk", {f"KakaoTalk_{name}.txt": _kakao(name) for name in ("Ann", "Bo")}, me=(ME,)
    ),
    "discord, package": lambda: built("discord", _package),
    "discord, channels": lambda: texts("discord", {f"{n}.json": _channel(n) for n in (1, 2)}, me=("maud",)),
    "discord, pages": lambda: texts(
        "discord", {f"fog [12345678901234567{n}].html": _channel_page(n) for n in (1, 2)}, me=discord_pages.ME
    ),
    "google_chat": lambda: built("google_chat", _google_chat),
    "chatgpt": lambda: texts(
        "chatgpt",
        {
            "conversations-000.json": _tree(0),
            "conversations-001.json": _tree(1),
            "user.json": {"id": "user-1", "email": "maud@example.org"},
        },
    ),
    "claude": lambda: texts("claude", {f"conversations-00{n}.json": _conversation(n) for n in (1, 2)}),
    "slack": lambda: built("slack", slack.export, me=("maud",)),
}
