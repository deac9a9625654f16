"""A post that its parser fails on, or does not end with, is quarantined with its reason, and the others go on."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from fakes.fetching import opened
from fakes.posts import post
from feature_pipeline import cleaning, limits
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.limits import within_limits
from feature_pipeline.sources import dayone, folder
from feature_pipeline.web.feeds import parse_feed
from feature_store.records import ContentType, Post
from twin.cli import run

TEXT = "ok so the bell rang twice before anybody looked up, and it was the wrong bell.\n"


def fails(text: str) -> list[cleaning.Piece]:
    raise KeyError(text)


def never_ends(text: str) -> list[cleaning.Piece]:
    while True:
        with suppress(Exception):  # as parsers do
            sum(range(1000))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.1)


def test_a_parser_that_does_not_end_costs_its_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, never_ends)
    found = cleaning.clean(post(TEXT, content_type=ContentType.RST), min_words=3)
    assert found.quarantine == "cannot be read as text/x-rst: it takes more than 0 s to read"
    assert (found.text, found.marked, found.language) == ("", (), "")


def test_a_parser_that_fails_costs_its_post_and_what_it_says_of_the_text_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, fails)
    bad = post(TEXT, content_type=ContentType.RST)
    found = cleaning.clean(bad, min_words=3)
    assert re.fullmatch(r"cannot be read as text/x-rst: KeyError in test_limits.py, line \d+", found.quarantine)
    assert (found.id, found.post_hash, found.text) == (bad.id, bad.content_hash, "")


def test_what_is_not_the_posts_fault_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(text: str) -> list[cleaning.Piece]:
        raise MemoryError

    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, no_memory)
    with pytest.raises(MemoryError):
        cleaning.clean(post(TEXT, content_type=ContentType.RST), min_words=3)


def test_nothing_is_ended_once_the_post_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "AGAIN_SECONDS", 0.01)
    with pytest.raises(UnreadableItemError):
        within_limits(lambda: never_ends(""), characters=0)
    assert within_limits(lambda: TEXT, characters=0) == TEXT
    began = time.process_time()
    while time.process_time() < began + 0.3:
        pass


def test_a_limit_within_another_leaves_the_outer_one() -> None:
    def outer() -> None:
        with suppress(UnreadableItemError):
            within_limits(lambda: never_ends(""), characters=0)
        within_limits(lambda: None, characters=0)
        never_ends("")

    with pytest.raises(UnreadableItemError, match="more than 0 s"):
        within_limits(outer, characters=10_000)


def fails_with_it(*arguments: object, **named: object) -> Any:
    raise KeyError(arguments)


def never_ends_with_it(*arguments: object, **named: object) -> Any:
    never_ends("")


@pytest.mark.parametrize(
    ("reads", "problem"), [(fails_with_it, "KeyError in test_limits.py, line"), (never_ends_with_it, "more than 0 s")]
)
def test_a_file_that_a_parser_fails_on_is_named_and_the_others_are_collected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: Callable[..., Any], problem: str
) -> None:
    read = folder.read_fields
    monkeypatch.setattr(
        folder, "read_fields", lambda post, *a, **b: (reads if "bad" in post.source_id else read)(post, *a, **b)
    )
    for name in ("a.md", "bad.md", "c.md"):
        (tmp_path / name).write_text(TEXT)
    posts = {post.source_id: post for post in opened(str(tmp_path), "folder").read() if isinstance(post, Post)}
    assert {name: post.content for name, post in posts.items()} == {"a.md": TEXT, "bad.md": "", "c.md": TEXT}
    assert problem in posts["bad.md"].problem


def test_so_is_an_item_of_an_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = dayone._read
    monkeypatch.setattr(
        dayone, "_read", lambda entry, bare: (fails_with_it if entry["uuid"] == "b" else read)(entry, bare)
    )
    entries = ", ".join(
        f'{{"uuid": "{key}", "creationDate": "2024-05-01T06:30:00Z", "text": "It rang."}}' for key in "abc"
    )
    (tmp_path / "Journal.json").write_text(f'{{"metadata": {{}}, "entries": [{entries}]}}')
    posts = [post for post in opened(str(tmp_path), "dayone").read() if isinstance(post, Post)]
    assert [(post.source_id, post.content) for post in posts] == [("a", "It rang."), ("b", ""), ("c", "It rang.")]
    assert "KeyError in test_limits.py" in posts[1].problem


@pytest.mark.parametrize("part", ["recognises", "open", "items"])
def test_a_source_that_fails_as_nobody_foresaw_is_named_and_the_others_are_collected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    monkeypatch.setenv("TWIN_DATA_DIR", str(tmp_path / "data"))
    places = [tmp_path / name for name in ("bad", "good")]
    for place in places:
        place.mkdir()
        (place / "a.md").write_text(TEXT)
        assert run(["collect", str(place), "--author", "Maud"]) == ExitCode.OK
    (places[1] / "b.md").write_text(TEXT)
    where = folder.FolderSource if part == "items" else folder
    works = getattr(where, part)

    def fails(at: Any, *rest: Any) -> Any:
        return (
            fails_with_it() if str(places[0]) in str(getattr(at, "path", getattr(at, "root", ""))) else works(at, *rest)
        )

    monkeypatch.setattr(where, part, fails)
    capsys.readouterr()
    again = ["collect", str(places[0]), *(() if part == "recognises" else ("--as", "folder"))]
    assert run([*again, "--author", "Maud"]) == ExitCode.BAD_INPUT
    said = capsys.readouterr().err
    assert f"{places[0]}" in said
    assert "KeyError in test_limits.py" in said
    run(["sync", "--json", "--collect-only"])
    (author,) = json.loads(capsys.readouterr().out)["authors"]
    assert {source["source"]: source["new"] for source in author["sources"]}[f"folder:{places[1]}"] == 1
    assert "KeyError" in author["failures"].get(f"folder:{places[0]}", "" if part != "recognises" else "KeyError")


@pytest.mark.parametrize("reads", [fails_with_it, never_ends_with_it])
def test_an_answered_text_that_a_parser_fails_on_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, reads: Callable[..., Any]
) -> None:
    monkeypatch.setitem(cleaning.PIECES, ContentType.HTML, reads)
    assert plain_text("<b>When?</b>\r\n", ContentType.HTML) == "<b>When?</b>\n"


@pytest.mark.parametrize("reads", [fails_with_it, never_ends_with_it])
def test_a_feed_that_its_parser_fails_on_is_named(monkeypatch: pytest.MonkeyPatch, reads: Callable[..., Any]) -> None:
    monkeypatch.setattr("feedparser.parse", reads)
    with pytest.raises(SourceError, match=r"https://maud\.example/feed is too broken to be read"):
        parse_feed(b"<rss><channel/></rss>", url="https://maud.example/feed")
