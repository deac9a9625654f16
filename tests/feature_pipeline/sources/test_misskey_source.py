"""Misskey's export of notes."""

import json
from pathlib import Path
from typing import Any

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post, PostKind


def note(key: str, text: str | None, **more: Any) -> dict[str, Any]:
    known = {"replyId": None, "renoteId": None, "poll": None, "cw": None, "visibility": "public", "localOnly": False}
    return {"id": key, "text": text, "createdAt": "2024-05-01T06:30:00.000Z", "fileIds": [], **known, **more}


def read(folder: Path, *notes: dict[str, Any]) -> tuple[dict[str, Post], dict[str, int]]:
    (folder / "notes-2024-05-01-10-30-00.json").write_text(json.dumps(notes), encoding="utf-8")
    assert recognise(Location(str(folder), FakeFetcher())) == "misskey"
    source = opened(str(folder), "misskey")
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}, source.ignored


def test_notes(tmp_path: Path) -> None:
    posts, ignored = read(
        tmp_path,
        note("a", "The $[tada.speed=2s fog $[x2 came]] in.", cw="Weather"),
        note("b", "And went.", replyId="a", visibility="home"),
        note("c", "To whom?", replyId="elsewhere"),
        note("d", "For friends.", visibility="followers"),
        note("e", None, renoteId="of-another"),
        note("f", "So true.", renoteId="of-another"),
        note("g", None, fileIds=["1"]),
        note("a", "The fog came in."),
    )
    assert [*posts] == ["a", "b", "c", "d", "f"]
    first, answer = posts["a"], posts["b"]
    assert (first.title, first.content, first.created_at) == (
        "Weather", "The fog came in.", "2024-05-01T06:30:00+00:00"
    )  # fmt: skip
    assert (answer.kind, answer.context, answer.visibility) == (PostKind.REPLY, "The fog came in.", "public")
    assert (posts["c"].context, posts["d"].visibility, posts["f"].content) == ("", "private", "So true.")
    assert ignored == {"files alone": 1, "renotes": 1, "repeated": 1}
