import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_store.records import Post

USERS = [
    {"id": "U1", "team_id": "T1", "name": "maud", "real_name": "Maud Ferrier",
     "profile": {"display_name": "maudf", "email": "maud@example.org"}},
    {"id": "U2", "team_id": "T1", "name": "ann", "real_name": "Ann Lee", "profile": {"display_name": ""}},
    {"id": "UB", "name": "bot", "is_bot": True},
]  # fmt: skip


def said(ts: str, user: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"17053092{ts}.000100", "team": "T1", **more}


GENERAL = [
    said("00", "U1", "<@U1> has joined the channel", subtype="channel_join"),
    said("01", "U2", "Is there fog, <@U1>?", thread_ts="1705309201.000100", reply_count=2),
    said(
        "02",
        "U1",
        "Yes &amp; no &lt;3 &amp;lt; <https://a.org|here>, <@U2|ann>, in <#C2|fog> <!here> <mailto:a@b.org|a@b.org>",
    ),
    said("03", "U1", "In the thread.", thread_ts="1705309201.000100", parent_user_id="U2"),
    said("04", "UB", "beep", subtype="bot_message", bot_id="B1"),
    said("05", "U1", "posted by an app", bot_id="B1"),
    said("06", "U1", "", files=[{"id": "F1", "name": "x.png"}]),
    said("07", "U1", "The pier", files=[{"id": "F1", "name": "x.png"}], upload=True),
    said("08", "U1", "<@U1> uploaded a file: <https://x|x> and commented: Look.", subtype="file_share"),
    said("09", "U1", "<@U1|maud> uploaded a file: <https://x|x>", subtype="file_share"),
    said("10", "U3", "From elsewhere", user_profile={"real_name": "Bo Berg"}),
]
NEXT_DAY = [
    said(
        "50",
        "U1",
        "Late answer.\n&gt; quoted\n```\ncode\n```",
        thread_ts="1705309201.000100",
        subtype="thread_broadcast",
    ),
    said("51", "U1", "waves", subtype="me_message", edited={"user": "U1", "ts": "1705309251.000100"}),
]
OWN = [
    "Yes & no <3 &lt; here, @Ann Lee, in #fog @here a@b.org",
    "In the thread.",
    "The pier",
    "Look.",
    "Late answer.\n> quoted\n```\ncode\n```",
    "waves",
]


def export(tmp_path: Path, files: dict[str, Any] | None = None, *, around: str = "") -> Path:
    path = tmp_path / "Harbour Slack export Jan 1 2024 - Jan 31 2024.zip"
    files = files or {
        "users.json": USERS,
        "channels.json": [{"id": "C1", "name": "general", "members": ["U1", "U2"]}, {"id": "C2", "name": "fog"}],
        "dms.json": [{"id": "D1", "members": ["U1", "U2"]}],
        "general/2024-01-16.json": NEXT_DAY,
        "general/2024-01-15.json": GENERAL,
        "D1/2024-01-15.json": [said("20", "U2", "Psst."), said("21", "U1", "What?")],
        "integration_logs.json": [],
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, data in files.items():
            file.writestr(around + name, data if isinstance(data, str) else json.dumps(data))
    return path


def read(path: Path, me: tuple[str, ...] = ()) -> list[Post]:
    return [post for post in opened(path, me=me).read() if isinstance(post, Post)]


@pytest.mark.parametrize("around", ["", "export/"])
def test_a_workspace(tmp_path: Path, around: str) -> None:
    source = opened(export(tmp_path, around=around))
    posts = {post.source_id: post for post in source.read() if isinstance(post, Post)}
    general = [post for key, post in posts.items() if key.startswith("C1/")]
    assert [post.content for post in general] == OWN
    assert [post.context for post in general[:2]] == ["Is there fog, @Maud Ferrier?"] * 2
    assert general[4].context == "Is there fog, @Maud Ferrier?"
    assert general[5].context == "From elsewhere"
    assert general[0].people == ("Ann Lee",)
    assert general[5].people == ("Bo Berg",)
    assert general[0].created_at == "2024-01-15T09:00:02+00:00"
    direct = posts["D1/1705309221.000100"]
    assert (direct.content, direct.context) == ("What?", "Psst.")
    assert source.name == "slack:T1/U1"
    assert source.ignored == {"files": 2, "notice of Slack": 1, "written by bots": 2, "written by others": 3}


def test_who_the_author_is(tmp_path: Path) -> None:
    path = export(tmp_path)
    for me in ("maud@example.org", "@maudf", "MAUD", "U1"):
        assert len(read(path, me=(me,))) == 7
    assert [post.content for post in read(path, me=("Bo Berg",))] == ["From elsewhere"]
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud Ferrier \(7\), Ann Lee \(2\), Bo Berg \(1\).*--me"):
        opened(path, me=("nobody",))


def test_odd_shapes(tmp_path: Path) -> None:
    odd = [
        None,
        5,
        {},
        {"type": "message", "user": ["U1"], "text": {}, "ts": None},
        {"type": "message", "user": "U1", "text": "Fog."},
    ]
    files = {
        "users.json": [None, 3, *USERS],
        "channels.json": {"no": "list"},
        "x/2024-01-15.json": odd,
        "y/2024-01-15.json": {},
    }
    [post] = read(export(tmp_path, files))
    assert (post.content, post.created_at) == ("Fog.", "")


def test_broken_and_empty_exports(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="broken JSON"):
        opened(export(tmp_path, {"users.json": USERS, "x/2024-01-15.json": "[{"}))
    with pytest.raises(EmptySourceError):
        opened(export(tmp_path, {"users.json": USERS, "x/2024-01-15.json": []}))
    with pytest.raises(SourceError, match="no export of Slack"):
        opened(export(tmp_path, {"users.json": USERS}), kind="slack")
