"""Google Chat, by Takeout."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post

ANN, MAUD = ("Ann Lee", "ann@example.org"), ("Maud Ferrier", "maud@example.org")


def said(who: tuple[str, str], text: str, minute: int, topic: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "creator": {"name": who[0], "email": who[1], "user_type": "Human"},
        "created_date": f"Wednesday, May 1, 2024 at 6:{minute:02}:00\u202fPM UTC",
        "text": text,
        "topic_id": topic,
        "message_id": f"s/{topic}/{number}",
        **more,
    }


def takeout(folder: Path, *, user: bool = True) -> Path:
    groups = folder / "Takeout" / "Google Chat" / "Groups"
    chats = {
        "DM abc": [said(ANN, "Is it foggy?", 0, "t1", 1), said(MAUD, "Thick.", 2, "t2", 2)],
        "Space xyz": [
            said(ANN, "Who winds the clock?", 0, "t1", 1),
            said(ANN, "Lunch?", 1, "t2", 2),
            said(MAUD, "I do.", 30, "t1", 3),
            said(MAUD, "", 31, "t1", 4, attached_files=[{"original_name": "a.jpg"}]),
            said(ANN, "Gone", 32, "t1", 5, message_state="DELETED"),
        ],
    }
    for name, messages in chats.items():
        (groups / name).mkdir(parents=True)
        (groups / name / "messages.json").write_text(json.dumps({"messages": messages}), encoding="utf-8")
    if user:
        (groups.parent / "Users" / "User 1").mkdir(parents=True)
        info = {"user": {"name": MAUD[0], "email": MAUD[1], "user_type": "Human"}, "membership_info": []}
        (groups.parent / "Users" / "User 1" / "user_info.json").write_text(json.dumps(info), encoding="utf-8")
    return folder


def test_own_messages_with_what_they_answer(tmp_path: Path) -> None:
    takeout(tmp_path)
    assert recognise(Location(str(tmp_path), FakeFetcher())) == "google_chat"
    source = opened(str(tmp_path), "google_chat", author_name="Somebody")
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert source.name == "google_chat:maud@example.org"
    assert [(post.content, post.context, post.created_at) for post in posts] == [
        ("Thick.", "Is it foggy?", "2024-05-01T18:02:00+00:00"),
        ("I do.", "Who winds the clock?", "2024-05-01T18:30:00+00:00"),
    ]
    assert source.ignored == {"deleted messages": 1, "files": 1, "written by others": 3}


def test_without_the_account_one_is_asked_who_one_is(tmp_path: Path) -> None:
    takeout(tmp_path, user=False)
    with pytest.raises(WhoIsTheAuthorError, match="Ann Lee"):
        opened(str(tmp_path), "google_chat", author_name="Somebody")
    named = opened(str(tmp_path), "google_chat", me=("maud@example.org",))
    assert [post.content for post in named.read() if isinstance(post, Post)] == ["Thick.", "I do."]
