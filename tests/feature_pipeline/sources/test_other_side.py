"""Whatever people say to one another: the other side's words never become the author's text, in any kind of chat.

Each message of the others carries a canary. It may stand in the context of a post, from which an example's request is
made, and nowhere else.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.fetching import opened
from fakes.online_index import HashEncoder
from feature_pipeline.chunking import chunk_documents
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_pipeline.labels.examples import label
from feature_store.records import ExampleKind, Post, Split

ME, CANARY = "Maud Ferrier", "kanarifugl"
START = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
WORDS = [
    "fog",
    "clock",
    "pier",
    "half",
    "past",
    "six,",
    "winds",
    "it?",
    "café",
    "霧",
    "안개",
    "😀",
    "tea:",
    "no!",
    "(yes)",
    "[sic]",
    "<3",
    "a&b",
    "“so”",
    '"quoted"',
    "'tis",
    "-",
    "–",
    "10:15",
    "@Ann",
    "#fog",
    "*bold*",
    "_so_",
    "https://example.org/a",
    "3/4",
    "ok",
]


class Said(NamedTuple):
    sender: str
    text: str
    at: datetime

    @property
    def ms(self) -> int:
        return int(self.at.timestamp() * 1000)


Chat = Sequence[Said]
Files = dict[str, str | bytes]


def telegram_json(chat: Chat) -> Files:
    messages = [
        {
            "id": n,
            "type": "message",
            "date_unixtime": str(s.ms // 1000),
            "from": s.sender,
            "from_id": f"user{s.sender}",
            "text": s.text,
        }
        for n, s in enumerate(chat)
    ]
    return {"result.json": json.dumps({"name": "Fog", "type": "private_group", "id": 7, "messages": messages})}


def telegram_html(chat: Chat) -> Files:
    said = "".join(
        f'<div class="message default clearfix" id="message{n}"><div class="body"><div class="pull_right date details" '
        f'title="{s.at:%d.%m.%Y %H:%M:%S} UTC+00:00">x</div><div class="from_name">\n{s.sender}\n</div>'
        f'<div class="text">\n'
        f"{escape(s.text).replace(chr(10), '<br>')}\n</div></div></div>"
        for n, s in enumerate(chat)
    )
    title = '<div class="page_header"><div class="text bold">\nFog club\n</div></div>'
    return {"messages.html": f'<body>{title}<div class="page_body chat_page">{said}</div></body>'}


def discord_json(chat: Chat) -> Files:
    messages = [
        {"id": f"{1196400000000000001 + n}", "type": "Default", "timestamp": s.at.isoformat(), "content": s.text,
         "author": {"id": s.sender, "name": s.sender, "nickname": s.sender, "isBot": False}}
        for n, s in enumerate(chat)
    ]  # fmt: skip
    return {"a.json": json.dumps({"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": messages})}


def discord_html(chat: Chat) -> Files:
    said = "".join(
        "<div class=chatlog__message-group><div class=chatlog__message-container "
        f"data-message-id={1196400000000000001 + n}>"
        f'<div class=chatlog__message><span class=chatlog__author title="{s.sender}">{s.sender}</span><div class='
        f"chatlog__content><span class=chatlog__markdown-preserve>{escape(s.text)}</span></div></div></div></div>"
        for n, s in enumerate(chat)
    )
    return {"Harbour - fog [123456789012345678].html": f"<body>{said}</body>"}


def discord_text(chat: Chat) -> Files:
    said = "".join(f"[{s.at:%d/%m/%Y %H:%M}] {s.sender}\n{s.text}\n\n" for s in chat)
    head = f"{'=' * 62}\nGuild: Harbour\nChannel: Text / fog\n{'=' * 62}\n\n"
    return {"Harbour - fog [123456789012345678].txt": f"{head}{said}{'=' * 62}\nExported {len(chat)} message(s)\n"}


def whatsapp(stamp: str) -> Callable[[Chat], Files]:
    return lambda chat: {
        "WhatsApp Chat with Fog.txt": "".join(f"{s.at.strftime(stamp)}{s.sender}: {s.text}\n" for s in chat)
    }


def meta_json(chat: Chat) -> Files:
    messages = [{"sender_name": s.sender, "timestamp_ms": s.ms, "content": s.text, "type": "Generic"} for s in chat]
    people = [{"name": name} for name in sorted({s.sender for s in chat})]
    value = {"participants": people, "messages": messages[::-1], "title": "Crew", "thread_path": "inbox/c"}
    mangled = json.dumps(value, ensure_ascii=False).encode().decode("latin-1")
    return {"messages/inbox/c/message_1.json": json.dumps(json.loads(mangled, strict=False))}


def meta_encrypted(chat: Chat) -> Files:
    messages = [{"senderName": s.sender, "timestamp": s.ms, "text": s.text, "type": "Generic"} for s in chat]
    return {
        "Crew_1.json": json.dumps(
            {"participants": sorted({s.sender for s in chat}), "threadName": "C", "messages": messages}
        )
    }


def meta_html(chat: Chat) -> Files:
    said = "".join(
        f'<section class="_a6-g"><h2 class="_a6-h">{s.sender}</h2><div class="_a6-p"><div><div></div><div>'
        f'{escape(s.text).replace(chr(10), "<br/>")}</div></div></div><footer class="_a6-o"><div class="_a72d">'
        f"{s.at:%b %d, %Y %I:%M:%S %p}</div></footer></section>"
        for s in reversed(chat)
    )
    return {"messages/inbox/c/message_1.html": f"<html><head><title>Crew</title></head><body>{said}</body></html>"}


def line(chat: Chat) -> Files:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if "\n" in text else text

    said = "".join(f"{s.at:%H:%M}\t{s.sender}\t{quoted(s.text)}\n" for s in chat)
    return {"[LINE] Fog.txt": f"[LINE] Chat history in Fog\nSaved on: 2024/05/02 12:00\n\n2024/05/01(Wed)\n{said}"}


def kakaotalk_computer(chat: Chat) -> Files:
    said = "".join(f"[{s.sender}] [{s.at:%I:%M %p}] {s.text}\n" for s in chat)
    return {"KakaoTalk_fog.txt": f"KakaoTalk Chats with Fog\n\n{'-' * 15} 2024년 5월 1일 수요일 {'-' * 15}\n{said}"}


def kakaotalk_phone(chat: Chat) -> Files:
    said = "".join(f"2024. 5. 1. {s.at:%H:%M}, {s.sender} : {s.text}\n" for s in chat)
    return {"KakaoTalk_fog.txt": f"안개 님과 카카오톡 대화\n저장한 날짜 : 2024. 5. 2. 12:00\n\n{said}"}


def slack(chat: Chat) -> Files:
    people = sorted({s.sender for s in chat})
    users = [{"id": f"U{n}", "team_id": "T", "real_name": name, "profile": {}} for n, name in enumerate(people)]
    day = [
        {
            "type": "message",
            "user": f"U{people.index(s.sender)}",
            "ts": f"{s.ms / 1000:.6f}",
            "text": escape(s.text, quote=False),
        }
        for s in chat
    ]
    return {"users.json": json.dumps(users), "fog/2024-05-01.json": json.dumps(day)}


def chatgpt(chat: Chat) -> Files:
    nodes = {
        str(n): {
            "id": str(n), "parent": str(n - 1) if n else None, "children": [str(n + 1)] if n + 1 < len(chat) else [],
            "message": {"id": str(n), "author": {"role": "user" if s.sender == ME else "assistant"},
                        "create_time": s.ms / 1000, "content": {"content_type": "text", "parts": [s.text]}},
        }
        for n, s in enumerate(chat)
    }  # fmt: skip
    return {"conversations.json": json.dumps([{"title": CANARY, "mapping": nodes, "current_node": str(len(chat) - 1)}])}


def google_chat(chat: Chat) -> Files:
    messages = [
        {
            "creator": {"name": s.sender, "email": f"{s.sender}@example.org", "user_type": "Human"},
            "created_date": f"{s.at:%A, %B %d, %Y at %I:%M:%S %p} UTC",
            "text": s.text,
            "topic_id": f"t{n // 2}",
            "message_id": f"m{n}",
        }
        for n, s in enumerate(chat)
    ]
    return {"Google Chat/Groups/Space 1/messages.json": json.dumps({"messages": messages})}


def claude(chat: Chat) -> Files:
    messages = [
        {
            "uuid": str(n),
            "text": s.text,
            "sender": "human" if s.sender == ME else "assistant",
            "created_at": s.at.isoformat(),
        }
        for n, s in enumerate(chat)
    ]
    return {"conversations.json": json.dumps([{"uuid": "c", "name": CANARY, "chat_messages": messages}])}


def kakaotalk_csv(chat: Chat) -> Files:
    rows = "".join('{:%Y-%m-%d %H:%M:%S},"{}","{}"\n'.format(s.at, s.sender, s.text.replace('"', '""')) for s in chat)
    return {"KakaoTalk_Chat_fog_2024-05-02-12-00-00.csv": f"\ufeffDate,User,Message\n{rows}"}


def misskey(chat: Chat) -> Files:
    """An export has the account's own notes; of what these answer and quote, the ids."""
    notes = [
        {"id": str(n), "text": s.text, "createdAt": s.at.isoformat(), "replyId": str(n - 1) if n else None,
         "renoteId": None, "cw": None, "visibility": "public"}
        for n, s in enumerate(chat) if s.sender == ME
    ]  # fmt: skip
    return {"notes-2024-05-01.json": json.dumps(notes or [{"id": "x", "text": "", "renoteId": "y", "replyId": None,
                                                          "visibility": "", "cw": None}])}  # fmt: skip


def imessage(chat: Chat) -> Files:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, date INTEGER, "
        "is_from_me INTEGER); CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT); CREATE TABLE chat (ROWID "
        "INTEGER PRIMARY KEY, guid TEXT); CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);"
    )
    people = sorted({s.sender for s in chat})
    connection.executemany("INSERT INTO handle VALUES (?, ?)", [(n, name) for n, name in enumerate(people, 1)])
    rows = [
        (n, f"g{n}", s.text, people.index(s.sender) + 1, (s.ms // 1000 - 978_307_200) * 10**9, int(s.sender == ME))
        for n, s in enumerate(chat, 1)
    ]
    connection.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    return {"chat.db": connection.serialize()}


def mails(chat: Chat, quotation: Callable[[Said], str]) -> Iterator[str]:
    for n, s in enumerate(chat):
        answered = f"\n\n{quotation(chat[n - 1])}" if n and chat[n - 1].sender != s.sender else ""
        yield (
            f"From: {s.sender} <{s.sender.replace(' ', '.')}@example.org>\nDate: {s.at:%a, %d %b %Y %H:%M:%S +0000}\n"
            f"To: x@example.org\nSubject: Fog\nMessage-ID: <{n}@example.org>\nContent-Type: text/plain; charset=utf-8\n"
            f"Content-Transfer-Encoding: 8bit\n\n{s.text}{answered}\n"
        )


def marked(said: Said) -> str:
    lines = "\n".join(f"> {line_}" for line_ in said.text.split("\n"))
    return f"On {said.at:%a, %d %b %Y at %H:%M}, {said.sender} <a@example.org> wrote:\n{lines}"


def below_headers(said: Said) -> str:
    head = f"From: {said.sender} <a@example.org>\nSent: {said.at:%d %B %Y %H:%M}\nTo: x\nSubject: Fog"
    return f"________________________________\n{head}\n\n{said.text}"


def mbox(chat: Chat) -> Files:
    start = "From x@example.org Mon Jan 15 10:00:00 2024\n"
    return {"mail.mbox": "".join(f"{start}{mail}\n" for mail in mails(chat, marked))}


def eml(chat: Chat) -> Files:
    return {f"{n}.eml": mail for n, mail in enumerate(mails(chat, below_headers))}


def saved_texts(chat: Chat) -> Files:
    return {f"{n}.txt": mail for n, mail in enumerate(mails(chat, marked))}


def saved_pages(chat: Chat) -> Files:
    def page(number: int, said: Said) -> str:
        before = chat[number - 1] if number else None
        body = escape(said.text).replace("\n", "<br>")
        if before is not None and before.sender != said.sender:
            answered = escape(before.text).replace("\n", "<br>")
            body += f'<hr><div id="divRplyFwdMsg"><b>From:</b> {before.sender}<br></div><div>{answered}</div>'
        head = f"<b>From: </b>{said.sender}<br><b>Date: </b>{said.at:%d %b %Y %H:%M}<br><b>Subject: </b>Fog<br><br>"
        return f"<html><body><div>{head}</div><div>{body}</div></body></html>"

    return {f"{n}.html": page(n, said) for n, said in enumerate(chat)}


FORMS: dict[str, Callable[[Chat], Files]] = {
    "telegram, JSON": telegram_json, "telegram, HTML": telegram_html, "discord, JSON": discord_json,
    "discord, HTML": discord_html, "discord, text": discord_text,
    "whatsapp, iPhone": whatsapp("[%d/%m/%Y, %H:%M:%S] "), "whatsapp, Android": whatsapp("%d/%m/%Y, %H:%M - "),
    "whatsapp, old": whatsapp("%d/%m/%y %H:%M:%S: "), "meta, JSON": meta_json, "meta, encrypted": meta_encrypted,
    "meta, HTML": meta_html, "line": line, "kakaotalk, computer": kakaotalk_computer,
    "kakaotalk, phone": kakaotalk_phone,
    "whatsapp, named months": whatsapp("%H:%M, %d %b %Y - "), "google_chat": google_chat,
    "slack": slack, "chatgpt": chatgpt, "claude": claude, "kakaotalk, CSV": kakaotalk_csv,
    "misskey": misskey, "imessage": imessage,
    "mbox": mbox, "mbox, single mails": eml, "folder, mails as texts": saved_texts,
    "folder, mails as pages": saved_pages,
    "whatsapp, halves of the day": whatsapp("%d/%m/%y, %I:%M %p - "),
    "whatsapp, iPhone in America": whatsapp("\u200e[%m/%d/%y, %I:%M:%S\u202f%p] "),
}  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=4, max_size=9).map(" ".join), min_size=1, max_size=3).map(
    "\n".join
)
TURNS = st.lists(
    st.tuples(st.sampled_from([ME, ME, "Ann Lee", "Bo"]), TEXTS, st.integers(0, 90)), min_size=1, max_size=7
)


def chat_of(turns: Sequence[tuple[str, str, int]]) -> list[Said]:
    at, chat = START, []
    for number, (sender, text, minutes) in enumerate(turns):
        at += timedelta(minutes=minutes)
        mark = f"eigenwort{number}" if sender == ME else f"{CANARY}{number}"
        chat.append(Said(sender, "\n".join(f"{mark} {line_}" for line_ in text.split("\n")), at))
    return chat


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=TURNS)
def test_the_other_side_is_never_the_authors_text(form: str, turns: list[tuple[str, str, int]]) -> None:
    chat = chat_of(turns)
    own = [number for number, said in enumerate(chat) if said.sender == ME]
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FORMS[form](chat).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        takes_me = form not in ("chatgpt", "claude", "misskey", "imessage")
        try:
            posts = [
                post
                for post in opened(folder, form.partition(",")[0], me=(ME,) if takes_me else ()).read()
                if isinstance(post, Post)
            ]
        except (WhoIsTheAuthorError, EmptySourceError):
            assert not own  # she has said nothing
            return

    assert [sum(f"eigenwort{number} " in post.content for post in posts) for number in own] == [1] * len(own)
    documents = [replace(clean(post, min_words=1, min_words_short=1), split=Split.TRAIN) for post in posts]
    chunks = chunk_documents(documents, encoder=HashEncoder(), chunk_tokens=64)
    examples = label(documents, chunks, example_tokens=64)
    for text in (
        *(f"{post.content} {post.title} {post.url} {post.source_id}" for post in posts),
        *(f"{document.text} {document.title}" for document in documents),
        *(chunk.text for chunk in chunks),
        *(example.target for example in examples),
        *(passage.text for example in examples for passage in example.passages),
        *(example.request for example in examples if example.kind is not ExampleKind.REPLY),
    ):
        assert CANARY not in text
