"""Lemmy, by the API of an account's server."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.apis import FakeApi
from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post, PostKind

BASE = "https://lemmy.example"
ADDRESS = f"{BASE}/u/maud"
PAGE = "<html><script>window.isoData = {}</script></html>"
POST = {"id": 9, "name": "Fog horns?", "body": "Which *one*?", "ap_id": f"{BASE}/post/9"}


def url(page: int) -> str:
    return f"/api/v3/user?username=maud&sort=New&page={page}&limit=50"


def about(**more: Any) -> dict[str, Any]:
    return {"creator": {"name": "maud"}, "community": {"name": "harbours"}, **more}


def posted(number: int, name: str, body: str | None, **more: Any) -> dict[str, Any]:
    post = {"id": number, "name": name, "body": body, "ap_id": f"{BASE}/post/{number}", **more}
    return about(post={**post, "published": "2024-05-01T06:30:00.123456Z"})


def said(number: int, text: str, path: str, **more: Any) -> dict[str, Any]:
    comment = {"id": number, "content": text, "path": path, "ap_id": f"{BASE}/comment/{number}", **more}
    return about(comment={**comment, "published": "2024-05-01T06:30:00"}, post=POST)


ANSWERS = {
    url(1): {
        "posts": [
            posted(1, "The pier", "It is **gone**."), posted(2, "A picture", None), posted(3, "x", "y", deleted=True)
        ],
        "comments": [said(30, "The old one.", "0.30"), said(31, "No, the new one.", "0.30.31")],
    },
    url(2): {
        "posts": [],
        "comments": [
            said(32, "Since May.", "0.5.32"), said(33, "x", "0.6.33", removed=True), said(34, "So.", "0.7.34")
        ],
    },
    url(3): {"posts": [], "comments": []},
    "/api/v3/comment?id=5": {"comment_view": {"comment": {"id": 5, "content": "Since > when?"}}},
}  # fmt: skip


def read(answers: dict[str, Any]) -> dict[str, Post]:
    fetcher = FakeApi(answers).fetcher(BASE)
    fetcher.pages[ADDRESS] = PAGE
    source = opened(ADDRESS, fetcher=fetcher)
    assert source.name == "lemmy:maud@lemmy.example"
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}


def test_posts_and_comments_with_what_these_answer() -> None:
    posts = read(ANSWERS)

    assert [*posts] == ["post 1", "post 2", "comment 30", "comment 31", "comment 32", "comment 34"]
    first, picture = posts["post 1"], posts["post 2"]
    assert (first.title, first.content, first.tags) == ("The pier", "It is **gone**.", ("harbours",))
    assert (first.created_at, first.url) == ("2024-05-01T06:30:00+00:00", f"{BASE}/post/1")
    assert (picture.title, picture.content, picture.kind) == ("", "A picture", PostKind.POST)
    contexts = {name: post.context for name, post in posts.items() if post.kind is PostKind.COMMENT}
    assert contexts == {
        "comment 30": "Fog horns?\n\nWhich *one*?",
        "comment 31": "The old one.",
        "comment 32": "Since > when?",
        "comment 34": "",  # what it answers cannot be had
    }


def test_of_what_a_server_gives_only_the_accounts_own_is_read() -> None:
    other = {**said(40, "kanarifugl", "0.40"), "creator": {"name": "ann"}}
    assert "comment 40" not in read({**ANSWERS, url(3): {"posts": [], "comments": [other]}, url(4): {"comments": []}})


def test_who_is_not_there_and_who_has_written_nothing() -> None:
    with pytest.raises(SourceError, match="knows no account 'maud'"):
        read({url(1): 404})
    with pytest.raises(EmptySourceError, match="no post and no comment"):
        read({url(1): {"posts": [], "comments": []}})


def test_a_page_of_another_service_is_not_its() -> None:
    other = FakeFetcher({ADDRESS: "<html>Discourse</html>"})
    assert recognise(Location(ADDRESS, other)) == "site"


def test_an_account_by_its_handle() -> None:
    pages = FakeApi({url(1): ANSWERS[url(3)]}).fetcher(BASE)
    assert opened("lemmy:@maud@lemmy.example", fetcher=pages).name == "lemmy:maud@lemmy.example"


def test_exported_settings_hold_no_text_and_say_so(tmp_path: Path) -> None:
    settings = {"display_name": None, "followed_communities": [], "saved_posts": [], "blocked_communities": []}
    (tmp_path / "maud.json").write_text(json.dumps(settings))

    with pytest.raises(EmptySourceError, match="settings of a Lemmy account"):
        opened(str(tmp_path / "maud.json"))
