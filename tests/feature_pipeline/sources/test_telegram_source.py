import json
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened
from feature_pipeline.cleaning import clean, own_words
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_store.records import Post, PostKind


def said(id: int, sender: str, text: Any, **more: Any) -> dict[str, Any]:  # noqa: A002
    names = {"user1": "Maud Ferrier", "user2": "Ann Lee", "channel9": "Maud's Fog"}
    return {
        "id": id,
        "type": "message",
        "date": f"2024-01-15T10:{id % 60:02}:00",
        "date_unixtime": str(1705309200 + 60 * id),
        "from": names[sender],
        "from_id": sender,
        "text": text,
        **more,
    }


MESSAGES = [
    {"id": 0, "type": "service", "date": "2024-01-15T09:00:00", "actor": "Ann Lee", "action": "phone_call", "text": ""},
    said(1, "user2", "Is there fog?"),
    said(2, "user2", ["At the ", {"type": "bold", "text": "pier"}, "?"]),
    said(
        3,
        "user1",
        [
            "Yes, ",
            {"type": "mention", "text": "@annlee"},
            " and ",
            {"type": "mention_name", "text": "Bo", "user_id": 5},
            ", see ",
            {"type": "text_link", "text": "this", "href": "https://example.org"},
            " 😀\n\n  two",
        ],
        edited="2024-01-15T10:05:00",
    ),
    said(4, "user1", "Then at nine.", reply_to_message_id=1),
    said(5, "user1", "", photo="(File not included)", width=1),
    said(6, "user1", "The pier", photo="photos/1.jpg"),
    said(7, "user1", "Not mine", forwarded_from="Bo"),
    said(8, "user1", "Not mine either", forwarded_from=None),
    said(9, "user1", "gif", via_bot="@gif"),
    said(10, "user1", "", poll={"question": "When?"}),
    said(11, "user1", "", media_type="sticker", sticker_emoji="😀"),
    said(12, "user1", [{"type": "blockquote", "text": "Is there\nfog?"}, "Still."]),
]
PERSONAL = {"name": "Ann Lee", "type": "personal_chat", "id": 2, "messages": MESSAGES}
CHANNEL = {
    "name": "Maud's Fog",
    "type": "public_channel",
    "id": 9,
    "messages": [
        said(1, "channel9", "Fog over the pier."),
        said(2, "channel9", "Signed.", author="Maud Ferrier"),
        said(3, "channel9", "By Bo.", author="Bo"),
    ],
}
ACCOUNT = {"user_id": 1, "first_name": "Maud", "last_name": "Ferrier", "phone_number": "+44"}
FULL = {
    "about": "Here is the data you requested.",
    "personal_information": ACCOUNT,
    "contacts": {"list": []},
    "chats": {"about": "This page lists all chats.", "list": [PERSONAL, CHANNEL]},
    "left_chats": {
        "about": "",
        "list": [{"name": "Old", "type": "private_group", "id": 7, "messages": [said(1, "user1", "Bye.")]}],
    },
}
OWN = [
    "Yes, @annlee and Bo, see this 😀\n\n  two",
    "Then at nine.",
    "The pier",
    "> Is there\n> fog?\nStill.",
]


def export(tmp_path: Path, data: Any, name: str = "DataExport_2024-01-15/result.json") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def read(path: Path, me: tuple[str, ...] = ()) -> list[Post]:
    return [post for post in opened(path, me=me).read() if isinstance(post, Post)]


def test_code_is_marked_as_code(tmp_path: Path) -> None:
    text = ["Try this:\n", {"type": "pre", "text": "wind(key)\n\nset(hands)", "language": "python"}, "\nIt ticks."]
    chat = {"name": "Ann Lee", "type": "personal_chat", "id": 2, "messages": [said(1, "user1", text)]}
    (tmp_path / "result.json").write_text(json.dumps(chat))
    (post,) = opened(str(tmp_path), me=("Maud Ferrier",)).read()
    assert isinstance(post, Post)
    found = clean(post, min_words=1)
    assert own_words(found.text, found.marked).split() == ["Try", "this:", "It", "ticks."]
    assert [found.text[span.start : span.end] for span in found.marked] == ["wind(key)\n\nset(hands)"]


def test_the_whole_account(tmp_path: Path) -> None:
    source = opened(export(tmp_path, FULL).parent)
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert [post.content for post in posts] == [*OWN, "Signed.", "Bye."]
    assert posts[0].context == "Is there fog?\nAt the pier?"
    assert posts[1].context == "Is there fog?"
    assert posts[0].people == ("Ann Lee", "Bo", "annlee")
    assert (posts[0].created_at, posts[0].source_id) == ("2024-01-15T09:03:00+00:00", "2/3")
    assert [post.kind for post in posts] == [PostKind.MESSAGE] * 4 + [PostKind.POST, PostKind.MESSAGE]
    assert source.name == "telegram:user1"
    assert source.count() == len(posts)
    assert source.ignored == {
        "forwarded": 2, "made by a bot": 1, "media": 2, "notice of Telegram": 1, "poll": 1, "written by others": 4
    }  # fmt: skip


def test_one_chat_knows_its_other_side(tmp_path: Path) -> None:
    path = export(tmp_path, PERSONAL)
    assert [post.content for post in read(path)] == OWN
    assert opened(path).name == "telegram:chat2"


def test_a_group_asks_who_the_author_is(tmp_path: Path) -> None:
    group = {**PERSONAL, "type": "private_supergroup", "id": 77}
    path = export(tmp_path, group)
    assert [post.content for post in read(path, me=("user1",))] == OWN
    assert [post.content for post in read(path, me=("ann lee",))] == ["Is there fog?", "At the pier?"]
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud Ferrier \(4\), Ann Lee \(2\).*--me"):
        opened(path, me=("Bo",))


def test_a_channel_is_the_authors_when_they_say_so(tmp_path: Path) -> None:
    path = export(tmp_path, CHANNEL)
    assert [post.content for post in read(path, me=("Maud's Fog",))] == ["Fog over the pier.", "Signed.", "By Bo."]
    with pytest.raises(WhoIsTheAuthorError):
        opened(path)


def test_old_exports(tmp_path: Path) -> None:
    """Until 2021: senders are bare numbers, and there are no seconds of the epoch."""
    messages = [
        {**m, "from_id": int(m["from_id"][4:]), "date_unixtime": None}
        for m in (said(1, "user1", "Fog."), said(2, "user2", "?"))
    ]
    path = export(
        tmp_path,
        {"personal_information": ACCOUNT, "chats": {"about": "", "list": [{**PERSONAL, "messages": messages}]}},
    )
    [post] = read(path)
    assert (post.content, post.created_at) == ("Fog.", "2024-01-15T10:01:00+00:00")


@pytest.mark.parametrize(
    "data",
    [
        {"personal_information": {"user_id": 1}, "chats": None},
        {"personal_information": {"user_id": 1}, "chats": {"list": [None, 5, {"messages": [None, 3, {}]}]}},
        {"type": "personal_chat", "messages": [{"type": "message", "text": [None, {"text": []}, [[]]], "from_id": 5}]},
        {"type": "personal_chat", "messages": "no"},
        [],
    ],
)
def test_odd_shapes_are_empty(tmp_path: Path, data: Any) -> None:
    with pytest.raises(EmptySourceError):
        opened(export(tmp_path, data), kind="telegram")


def test_broken_and_deep_files_are_errors(tmp_path: Path) -> None:
    path = export(tmp_path, PERSONAL)
    path.write_text(path.read_text()[:-40])
    with pytest.raises(SourceError, match="broken JSON"):
        opened(path)
    path.write_text('{"type": "personal_chat", "messages": ' + "[" * 100_000)
    with pytest.raises(SourceError, match="too deep"):
        opened(path)


def test_the_odd_message_among_good_ones(tmp_path: Path) -> None:
    odd = {
        **said(3, "user1", "Late."),
        "date_unixtime": "999999999999999999",
        "date": 5,
        "reply_to_message_id": [1],
        "id": None,
    }
    path = export(tmp_path, PERSONAL)
    path.write_text(json.dumps({**PERSONAL, "messages": [said(1, "user2", "Fog?"), odd, said(4, "user1", "\ud83d")]}))
    posts = read(path)
    assert [(post.content, post.created_at[:4]) for post in posts] == [("Late.", ""), ("\ufffd", "2024")]
