import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_store.records import Post

C1, C2 = "111111111111111111", "222222222222222222"
ACCOUNT = {
    "id": "300000000000000001",
    "username": "maud",
    "relationships": [
        {
            "id": "300000000000000002",
            "type": 1,
            "user": {"id": "300000000000000002", "username": "ann", "global_name": "Ann Lee"},
        }
    ],
}
WRITTEN = (
    "<@300000000000000002> and <@!399999999999999999> in <#111111111111111111>: <:fog:412345678901234567> "
    "<a:wave:412345678901234567> <3"
)
READ = "@Ann Lee and @unknown-user in #general: :fog: :wave: <3"


def package(tmp_path: Path, files: dict[str, Any]) -> Path:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, data in files.items():
            file.writestr(name, data if isinstance(data, str) else json.dumps(data))
    return path


def as_csv(rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([("ID", "Timestamp", "Contents", "Attachments"), *rows])
    return out.getvalue()


def read(path: Path, me: tuple[str, ...] = ()) -> list[Post]:
    return [post for post in opened(path, me=me).read() if isinstance(post, Post)]


ROWS = [
    ("1100000000000000003", "2024-01-15 10:02:00.123000+00:00", WRITTEN, ""),
    ("1100000000000000002", "2024-01-15 10:01:00+00:00", 'Two\nlines, "quoted" 😀', ""),
    ("1100000000000000001", "2024-01-15 10:00:00+00:00", "", "https://cdn.discordapp.com/x.png"),
    ("1100000000000000002", "2024-01-15 10:01:00+00:00", 'Two\nlines, "quoted" 😀', ""),
]
CHANNEL = {"id": C1, "type": 0, "name": "general", "guild": {"id": "500000000000000005", "name": "Fog"}}


def test_the_old_package(tmp_path: Path) -> None:
    path = package(
        tmp_path,
        {
            "account/user.json": ACCOUNT,
            "messages/index.json": {C1: "general in Fog", C2: None},
            f"messages/c{C1}/channel.json": CHANNEL,
            f"messages/c{C1}/messages.csv": as_csv(ROWS),
            f"messages/{C2}/channel.json": {"id": C2, "type": 1, "recipients": []},
            f"messages/{C2}/messages.csv": as_csv([("1200000000000000001", "2023-01-01 00:00:00+00:00", "Hello.", "")]),
        },
    )
    source = opened(path)
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert [post.content for post in posts] == [READ, 'Two\nlines, "quoted" 😀', "Hello."]
    assert posts[0].people == ("Ann Lee",)
    assert (posts[0].created_at, posts[0].context) == ("2024-01-15T10:02:00+00:00", "")
    assert posts[0].url == f"https://discord.com/channels/500000000000000005/{C1}/1100000000000000003"
    assert posts[2].url == f"https://discord.com/channels/@me/{C2}/1200000000000000001"
    assert source.name == "discord:300000000000000001"
    assert source.ignored == {"duplicate": 1, "files alone": 1}


@pytest.mark.parametrize(
    ("messages", "account"), [("Messages", "Account"), ("Nachrichten", "Konto"), ("メッセージ", "アカウント")]
)
def test_the_new_package_in_every_language(tmp_path: Path, messages: str, account: str) -> None:
    rows = [
        {"ID": int(key), "Timestamp": at[:19], "Contents": text, "Attachments": files} for key, at, text, files in ROWS
    ]
    files = {
        f"{account}/user.json": ACCOUNT,
        f"{messages}/index.json": {C1: "general"},
        f"{messages}/c{C1}/channel.json": CHANNEL,
        f"{messages}/c{C1}/messages.json": rows,
    }
    posts = read(package(tmp_path, files))
    assert [post.content for post in posts] == [READ, 'Two\nlines, "quoted" 😀']
    assert [post.source_id for post in posts] == [f"{C1}/1100000000000000003", f"{C1}/1100000000000000002"]


def test_one_conversation_alone_and_short_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "messages/c12"
    folder.mkdir(parents=True)
    (folder / "messages.json").write_text(json.dumps([{"ID": 7, "Timestamp": ROWS[0][1], "Contents": "Fog."}]))
    for place in (tmp_path, folder, folder / "messages.json"):
        assert [(post.source_id, post.content) for post in read(place)] == [("12/7", "Fog.")]
    (folder / "messages.json").write_text(json.dumps([{"role": "user", "content": "Fog."}]))
    with pytest.raises(SourceError):
        opened(tmp_path)


def said(id: int, author: dict[str, Any], content: Any, type: str = "Default", **more: Any) -> dict[str, Any]:  # noqa: A002
    return {
        "id": str(id),
        "type": type,
        "timestamp": f"2024-01-15T10:{id:02}:00.000+00:00",
        "content": content,
        "author": author,
        **more,
    }


MAUD = {"id": "1", "name": "maud", "discriminator": "0000", "nickname": "Maud Ferrier", "isBot": False}
ANN = {"id": "2", "name": "ann", "discriminator": "0000", "nickname": "Ann Lee", "isBot": False}
EXPORT = {
    "guild": {"id": "0", "name": "Direct Messages", "iconUrl": ""},
    "channel": {"id": C2, "type": "DirectTextChat", "name": "Ann"},
    "dateRange": {"after": None, "before": None},
    "messages": [
        said(1, ANN, "Is there fog?"),
        said(2, MAUD, "Yes, @Ann Lee.", mentions=[ANN], timestampEdited="2024-01-15T10:03:00+00:00"),
        said(3, ANN, "Sure?"),
        said(4, MAUD, "At the pier.", "Reply", reference={"messageId": "1", "channelId": C2, "guildId": None}),
        said(5, MAUD, "", attachments=[{"id": "1"}]),
        said(6, MAUD, "Pinned a message.", "ChannelPinnedMessage"),
        said(7, {**ANN, "id": "3", "isBot": True}, "beep"),
        said(8, MAUD, "", forwardedMessage={"content": "Not mine."}),
    ],
    "messageCount": 8,
}


def test_a_channel_exported_by_discordchatexporter(tmp_path: Path) -> None:
    path = tmp_path / "Direct Messages - Ann [222222222222222222].json"
    path.write_text(json.dumps(EXPORT, indent=2), encoding="utf-8-sig")
    source = opened(path)
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert [(post.content, post.context) for post in posts] == [
        ("Yes, @Ann Lee.", "Is there fog?"),
        ("At the pier.", "Is there fog?"),
    ]
    assert posts[0].people == ("Ann Lee", "ann")
    assert posts[0].url == f"https://discord.com/channels/@me/{C2}/2"
    assert source.ignored == {
        "files alone": 1,
        "forwarded": 1,
        "notice of Discord": 1,
        "written by bots": 1,
        "written by others": 2,
    }
    assert [post.content for post in read(path, me=("ann",))] == ["Is there fog?", "Sure?"]
    with pytest.raises(WhoIsTheAuthorError, match=r"\(2\), .* \(2\).*--me"):
        opened(path, me=("Bo",))


def test_parts_of_one_channel_are_read_once(tmp_path: Path) -> None:
    for part in ("a.json", "a [part 2].json"):
        (tmp_path / part).write_text(json.dumps(EXPORT), encoding="utf-8")
    source = opened(tmp_path)
    assert len(list(source.read())) == 2
    assert source.ignored["duplicate"] == 2


def test_odd_shapes(tmp_path: Path) -> None:
    files = {
        "Account/user.json": {**ACCOUNT, "relationships": [None, 5, {"user": None}]},
        f"Messages/c{C1}/channel.json": [1],
        f"Messages/c{C1}/messages.json": [
            None,
            5,
            {},
            {"ID": None, "Timestamp": 5, "Contents": "Fog."},
            {"ID": 1, "Contents": ["x"]},
        ],
    }
    assert [(post.content, post.created_at) for post in read(package(tmp_path, files))] == [("Fog.", "")]
    odd = tmp_path / "x.json"
    odd.write_text(json.dumps({**EXPORT, "messages": [None, 5, {}, {"type": "Default", "author": [], "content": 5}]}))
    with pytest.raises((EmptySourceError, WhoIsTheAuthorError)):
        opened(odd)


def test_broken_files(tmp_path: Path) -> None:
    for name, data in (("messages.json", "[{"), ("messages.csv", "a,b\n1,2\n")):
        with pytest.raises(SourceError):
            read(package(tmp_path, {f"messages/c{C1}/{name}": data}))
    with pytest.raises(EmptySourceError):
        opened(package(tmp_path, {"x.txt": "fog"}), kind="discord")
