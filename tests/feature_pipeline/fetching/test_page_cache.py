"""Nothing is asked for twice within a collection, and only changes travel in the next."""

import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.web_server import Answer, FakeClock, WebServer, fetching_settings, polite_fetcher, web_server
from feature_pipeline.errors import (
    HttpStatusError,
    SourceError,
)
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def in_seconds(clock: FakeClock, seconds: float) -> datetime:
    return datetime.fromtimestamp(clock.time + seconds, tz=UTC)


def test_within_a_collection_nothing_is_asked_twice_not_even_after_a_restart(server: WebServer, tmp_path: Path) -> None:
    server.routes |= {"/a": Answer(b"first"), "/b": Answer(status=404)}
    for unchanged in (False, True):
        with polite_fetcher(tmp_path) as fetcher:
            page = fetcher.get(f"{server.url}/a")
            assert (page.body, page.unchanged) == (b"first", unchanged)
            with pytest.raises(HttpStatusError):
                fetcher.get(f"{server.url}/b")
        server.routes["/a"] = Answer(b"second")
    assert server.counts == {"/robots.txt": 1, "/a": 1, "/b": 1}


def test_the_next_collection_asks_whether_a_page_has_changed(server: WebServer, tmp_path: Path) -> None:
    def conditional(_: str, headers: object) -> Answer:
        sent = server.asked[-1][1]
        same = sent.get("if-none-match") == '"1"' and sent.get("if-modified-since") == "Mon, 01 Jan 2024 00:00:00 GMT"
        given = {"ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "Content-Type": "text/html"}
        return Answer(status=304) if same else Answer(b"body", headers=given)

    server.routes["/a"] = conditional
    seen = []
    for _ in range(3):
        cache = PageCache(tmp_path / "pages.sqlite")
        with PoliteFetcher(fetching_settings(delay_seconds=0), cache) as fetcher:
            page = fetcher.get(f"{server.url}/a")
            seen.append((page.body, page.content_type, page.unchanged))
            cache.complete()
    assert seen == [(b"body", "text/html", False), (b"body", "text/html", True), (b"body", "text/html", True)]
    assert server.counts["/a"] == 3


def test_a_304_that_nobody_asked_for_is_an_error(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(status=304)
    with polite_fetcher(tmp_path) as fetcher, pytest.raises(HttpStatusError, match="answers 304"):
        fetcher.get(f"{server.url}/a")


def test_what_a_site_dates_is_not_asked_for_again(server: WebServer, tmp_path: Path) -> None:
    clock = FakeClock()
    changed = in_seconds(clock, -3 * 86400).isoformat()
    server.routes["/a"] = Answer(b"x")

    def collect(modified: str) -> int:
        before = server.counts["/a"]
        cache = PageCache(tmp_path / "pages.sqlite", now=lambda: clock.time)
        with PoliteFetcher(fetching_settings(), cache, clock=clock.clock) as fetcher:
            fetcher.get(f"{server.url}/a", modified=modified)
            cache.complete()
        return server.counts["/a"] - before

    assert collect(changed) == 1
    assert collect(changed) == 0
    assert collect("") == 1
    clock.time += 10 * 86400
    assert collect(changed) == 0
    assert collect(in_seconds(clock, -86400).isoformat()) == 1  # changed since
    assert collect(in_seconds(clock, -3600).isoformat()) == 1  # the day may be all that is known of it
    clock.time += 31 * 86400
    assert collect(changed) == 1  # nobody is taken at their word for ever


def test_what_was_begun_days_ago_is_asked_for_again(server: WebServer, tmp_path: Path) -> None:
    clock = FakeClock()
    server.routes["/a"] = Answer(b"x")
    for _ in range(2):
        with polite_fetcher(tmp_path, clock) as fetcher:
            fetcher.get(f"{server.url}/a")
        clock.time += 2 * 86400
    assert server.counts["/a"] == 2


def test_what_varies_is_told_apart(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = lambda path, headers: Answer(f"{headers['accept']} {headers['authorization']}".encode())
    asked = [{"Accept": "a/b"}, {"Accept": "c/d"}, {"Accept": "a/b", "Authorization": "one"}]
    with polite_fetcher(tmp_path) as fetcher:
        bodies = [fetcher.get(f"{server.url}/a", headers=headers).body for headers in [*asked, *asked]]
    assert bodies == [b"a/b None", b"c/d None", b"a/b one"] * 2
    assert server.counts["/a"] == 3


def test_what_a_collection_did_not_meet_is_dropped(server: WebServer, tmp_path: Path) -> None:
    server.routes |= {"/a": Answer(b"a"), "/b": Answer(b"b", headers={"ETag": '"1"'})}
    cache = PageCache(tmp_path / "pages.sqlite")
    with PoliteFetcher(fetching_settings(delay_seconds=0), cache) as fetcher:
        for paths in (["/a", "/b"], ["/a"], ["/b"]):
            for path in paths:
                fetcher.get(server.url + path)
            cache.complete()
    assert "if-none-match" not in server.asked[-1][1]


def test_what_is_removed_is_on_no_disk(server: WebServer, tmp_path: Path) -> None:
    canary = bytes(range(256)) * 8  # as it is stored, in compressed form
    server.routes |= {
        "/a": Answer(canary, headers={"Set-Cookie": "id=secret", "X-Canary": "canary-of-a"}),
        "/b": Answer(b"b"),
    }
    cache = PageCache(tmp_path / "pages.sqlite")
    with PoliteFetcher(fetching_settings(delay_seconds=0), cache) as fetcher:
        fetcher.get(f"{server.url}/b")
        fetcher.get(f"{server.url}/a")
        assert zlib.compress(canary) in cache.path.read_bytes()
        assert b"secret" not in cache.path.read_bytes()
        cache.drop_failed()
        on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert zlib.compress(canary) not in on_disk
        assert b"canary-of-a" not in on_disk
        assert fetcher.get(f"{server.url}/b").unchanged
        assert not fetcher.get(f"{server.url}/a").unchanged
        cache.delete()
    assert list(tmp_path.iterdir()) == []


def test_a_broken_cache_is_begun_anew(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(b"x")
    (tmp_path / "pages.sqlite").write_bytes(b"this is no database at all" * 100)
    with polite_fetcher(tmp_path) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"x"
    with sqlite3.connect(tmp_path / "pages.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM pages").fetchone() == (2,)
    connection.close()


def test_a_cache_that_cannot_be_written_says_where(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    server.routes["/a"] = Answer(b"x")
    with (
        PoliteFetcher(fetching_settings(), PageCache(tmp_path / "file" / "pages.sqlite")) as fetcher,
        pytest.raises(SourceError, match=r"file/pages\.sqlite cannot be used"),
    ):
        fetcher.get(f"{server.url}/a")


def test_after_a_failure_errors_and_the_last_answer_are_asked_for_anew(server: WebServer, tmp_path: Path) -> None:
    server.routes |= {"/a": Answer(b"first"), "/b": Answer(status=401), "/c": Answer(b"no JSON")}
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock) as fetcher:
        fetcher.get(f"{server.url}/a")
        with pytest.raises(HttpStatusError):
            fetcher.get(f"{server.url}/b")
        fetcher.get(f"{server.url}/c")
    cache = PageCache(tmp_path / "pages.sqlite")
    cache.drop_failed()
    cache.close()
    server.routes |= {"/a": Answer(b"second"), "/b": Answer(b"let in"), "/c": Answer(b"{}")}
    with polite_fetcher(tmp_path, clock) as fetcher:
        assert [fetcher.get(f"{server.url}/{name}").body for name in "abc"] == [b"first", b"let in", b"{}"]
