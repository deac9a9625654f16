"""One page after another: bounded, patient, polite, and never asked for twice."""

import gzip
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest

from fakes.web_server import Answer, FakeClock, WebServer, fetching_settings, polite_fetcher, web_server
from feature_pipeline.errors import (
    AddressRefusedError,
    HttpStatusError,
    RobotsRefusedError,
    SourceError,
    TooLargeError,
    UnreachableError,
)
from feature_pipeline.fetching.bodies import PIECE, inflated
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher

HTML = {"Content-Type": 'Text/HTML; Charset="ISO-8859-1"'}


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def test_an_answer_says_what_it_is(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a?b=1"] = Answer(b"caf\xe9", headers={**HTML, "X-Name": "Füchse"})
    with polite_fetcher(tmp_path) as fetcher:
        page = fetcher.get(f"{server.url}/a?b=1#part", headers={"Accept": "text/html"})
    assert (page.url, page.body, page.unchanged) == (f"{server.url}/a?b=1", b"caf\xe9", False)
    assert (page.content_type, page.charset) == ("text/html", "iso-8859-1")
    assert page.headers["content-type"] == HTML["Content-Type"]
    path, sent = server.asked[-1]
    assert path == "/a?b=1"
    assert (sent["host"], sent["accept"]) == (f"127.0.0.1:{server.port}", "text/html")
    assert sent["user-agent"].startswith("LLM-Twin/")


def test_nothing_happens_before_the_first_request(tmp_path: Path) -> None:
    cache = PageCache(tmp_path / "sub" / "pages.sqlite")
    with PoliteFetcher(fetching_settings(), cache) as fetcher:
        assert fetcher is not None
        cache.complete()
        assert cache.forget(["http://example.org/"]) == 0
    assert list(tmp_path.iterdir()) == []


# Robots


def test_robots_txt_is_asked_once_and_obeyed(server: WebServer, tmp_path: Path) -> None:
    server.routes["/robots.txt"] = Answer(
        b"User-agent: *\nDisallow: /private\n\nUser-agent: llm-twin\nDisallow: /mine\n"
    )
    server.routes |= dict.fromkeys(["/a", "/private", "/mine"], Answer(b"x"))
    with polite_fetcher(tmp_path) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"x"
        assert fetcher.get(f"{server.url}/private").body == b"x"  # the group with our name speaks for us alone
        with pytest.raises(RobotsRefusedError, match=r"/mine .*obey_robots=false"):
            fetcher.get(f"{server.url}/mine")
        assert fetcher.get(f"{server.url}/mine", robots=False).body == b"x"
    assert server.counts == {"/robots.txt": 1, "/a": 1, "/private": 1, "/mine": 1}
    with polite_fetcher(tmp_path / "other", obey_robots=False) as fetcher:
        assert fetcher.get(f"{server.url}/mine").body == b"x"
    assert server.counts["/robots.txt"] == 1


def test_where_a_redirect_leads_is_asked_of_robots_too(server: WebServer, tmp_path: Path) -> None:
    server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /mine")
    server.routes["/a"] = Answer(status=301, headers={"Location": "/mine"})
    with polite_fetcher(tmp_path) as fetcher, pytest.raises(RobotsRefusedError):
        fetcher.get(f"{server.url}/a")
    assert "/mine" not in server.paths


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_txt_all_is_allowed(server: WebServer, tmp_path: Path, status: int) -> None:
    server.routes |= {"/robots.txt": Answer(status=status), "/a": Answer(b"x")}
    with polite_fetcher(tmp_path) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"x"


def test_while_robots_txt_fails_nothing_is_fetched(server: WebServer, tmp_path: Path) -> None:
    server.routes |= {"/robots.txt": Answer(status=503), "/a": Answer(b"x"), "/b": Answer(b"x")}
    with polite_fetcher(tmp_path) as fetcher:
        for path in ["/a", "/b"]:
            with pytest.raises(UnreachableError, match=r"robots\.txt allows cannot be known.* 503"):
                fetcher.get(server.url + path)
    assert server.counts == {"/robots.txt": 4}


# Politeness


def test_a_host_is_left_its_delay_between_requests(server: WebServer, tmp_path: Path) -> None:
    server.routes |= dict.fromkeys(["/a", "/b", "/c"], Answer(b"x"))
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock, delay_seconds=2.5) as fetcher:
        for path in ["/a", "/b", "/a", "/c"]:
            fetcher.get(server.url + path)
    assert clock.slept == [2.5, 2.5, 2.5]  # robots.txt, /a, /b, /c; what is remembered costs no wait


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("0.5", 1.0), ("86400", 30.0), ("soon", 1.0)])
def test_crawl_delay_counts_within_reason(server: WebServer, tmp_path: Path, asked: str, waited: float) -> None:
    server.routes |= {"/robots.txt": Answer(f"User-agent: *\nCrawl-delay: {asked}".encode()), "/a": Answer(b"x")}
    server.routes["/b"] = Answer(b"x")
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock) as fetcher:
        fetcher.get(f"{server.url}/a")
        fetcher.get(f"{server.url}/b")
    assert clock.slept == [1.0, waited]


# Redirects


def test_redirects_are_followed_and_remembered(server: WebServer, tmp_path: Path) -> None:
    for number, status in enumerate([301, 302, 303, 307, 308]):
        target = f"/{number + 1}" if number % 2 else f"{server.url}/{number + 1}#part"
        server.routes[f"/{number}"] = Answer(status=status, headers={"Location": target})
    server.routes["/5"] = Answer(b"end")
    with polite_fetcher(tmp_path) as fetcher:
        assert (fetcher.get(f"{server.url}/0").url, fetcher.get(f"{server.url}/5").body) == (f"{server.url}/5", b"end")
        assert fetcher.get(f"{server.url}/3").url == f"{server.url}/5"
    assert set(server.counts.values()) == {1}


def test_redirects_in_a_circle_and_without_end_are_given_up(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(status=302, headers={"Location": "/b"})
    server.routes["/b"] = Answer(status=302, headers={"Location": "/a"})
    for number in range(20):
        server.routes[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    with polite_fetcher(tmp_path) as fetcher:
        with pytest.raises(HttpStatusError, match="in a circle"):
            fetcher.get(f"{server.url}/a")
        with pytest.raises(HttpStatusError, match="more than 5 times"):
            fetcher.get(f"{server.url}/0")
    assert "/7" not in server.paths


def test_a_redirect_without_a_target_is_an_error(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(status=302)
    with polite_fetcher(tmp_path) as fetcher, pytest.raises(HttpStatusError, match="answers 302"):
        fetcher.get(f"{server.url}/a")


def test_another_origin_is_not_told_secrets(server: WebServer, tmp_path: Path) -> None:
    with web_server({"/there": Answer(b"x")}) as other:
        server.routes["/near"] = Answer(status=302, headers={"Location": "/far"})
        server.routes["/far"] = Answer(status=302, headers={"Location": f"{other.url}/there"})
        secrets = {"Authorization": "Bearer hunter2", "X-Api-Key": "hunter3", "Cookie": "id=4", "Accept": "text/html"}
        with polite_fetcher(tmp_path) as fetcher:
            fetcher.get(f"{server.url}/near", headers=secrets, robots=False)
        assert [sent.get("authorization") for _, sent in server.asked] == ["Bearer hunter2"] * 2
        path, sent = other.asked[-1]
        assert path == "/there"
        assert not {"authorization", "x-api-key", "cookie"} & sent.keys()
        assert sent["accept"] == "text/html"
    stored = (tmp_path / "pages.sqlite").read_bytes()
    assert b"hunter" not in stored


def test_https_does_not_become_http() -> None:
    from feature_pipeline.fetching.addresses import web_address
    from feature_pipeline.fetching.polite import _target

    with pytest.raises(AddressRefusedError, match="from https to plain http"):
        _target(web_address("https://example.org/a"), "http://example.org/a")
    assert str(_target(web_address("http://example.org/a"), "https://example.org/b")) == "https://example.org/b"
    assert str(_target(web_address("https://example.org/a"), "//example.com/b")) == "https://example.com/b"


# Failures that pass, and those that do not


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520])
def test_what_may_pass_is_asked_again(server: WebServer, tmp_path: Path, status: int) -> None:
    server.routes["/a"] = [Answer(status=status), Answer(status=status), Answer(b"x")]
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock, obey_robots=False) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"x"
    assert server.counts["/a"] == 3
    first, second = clock.slept
    assert 1 <= first <= 2 <= second <= 3


def test_what_does_not_pass_says_so(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(status=500)
    with polite_fetcher(tmp_path) as fetcher:
        with pytest.raises(UnreachableError, match=r"/a answers 500\. Tried 4 times"):
            fetcher.get(f"{server.url}/a")
        server.routes["/a"] = Answer(b"well again")
        assert fetcher.get(f"{server.url}/a").body == b"well again"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_lasting_error_is_asked_for_once(server: WebServer, tmp_path: Path, status: int) -> None:
    server.routes["/a"] = Answer(status=status)
    with polite_fetcher(tmp_path) as fetcher:
        for _ in range(2):
            with pytest.raises(HttpStatusError, match=rf"/a answers {status}") as caught:
                fetcher.get(f"{server.url}/a")
            assert caught.value.status == status
    assert server.counts["/a"] == 1


def in_seconds(clock: FakeClock, seconds: float) -> datetime:
    return datetime.fromtimestamp(clock.time + seconds, tz=UTC)


@pytest.mark.parametrize("status", [429, 503, 403])
def test_retry_after_is_waited_for(server: WebServer, tmp_path: Path, status: int) -> None:
    clock = FakeClock()
    server.routes["/a"] = [
        Answer(status=status, headers={"Retry-After": "17"}),
        Answer(status=status, headers={"Retry-After": format_datetime(in_seconds(clock, 17 + 30), usegmt=True)}),
        Answer(b"x"),
    ]
    with polite_fetcher(tmp_path, clock, obey_robots=False) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"x"
    assert clock.slept == [17, 30]


@pytest.mark.parametrize("header", ["seconds", "unix", "iso"])
def test_the_end_of_a_spent_limit_is_waited_for(server: WebServer, tmp_path: Path, header: str) -> None:
    clock = FakeClock()
    reset = {"seconds": "42", "unix": str(int(clock.time) + 42), "iso": in_seconds(clock, 42).isoformat()}[header]
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    server.routes["/a"] = [Answer(status=403, headers=spent), Answer(b"x")]
    with polite_fetcher(tmp_path, clock) as fetcher:
        assert fetcher.get(f"{server.url}/a", robots=False).body == b"x"
    assert clock.slept == [42]


def test_a_longer_wait_than_is_granted_says_when_to_come_back(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(status=429, headers={"Retry-After": "86400"})
    server.routes["/b"] = Answer(status=429, headers={"Retry-After": "9" * 400})
    with polite_fetcher(tmp_path, obey_robots=False) as fetcher:
        with pytest.raises(UnreachableError, match=r"until 2023-11-15 22:13 UTC.*max_wait_seconds is 300"):
            fetcher.get(f"{server.url}/a")
        with pytest.raises(UnreachableError, match=r"until 2055-"):
            fetcher.get(f"{server.url}/b")
    assert server.counts == {"/a": 1, "/b": 1}


def test_a_host_that_is_not_there_is_given_up(tmp_path: Path) -> None:
    with web_server() as server:
        url = server.url
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock, obey_robots=False, attempts=2) as fetcher:
        for number in range(3):
            with pytest.raises(UnreachableError, match=r"cannot be connected to.*Tried 2 times"):
                fetcher.get(f"{url}/{number}")
        waited = len(clock.slept)
        with pytest.raises(UnreachableError, match="3 times in a row"):
            fetcher.get(f"{url}/4")
    assert len(clock.slept) == waited


# Answers that lie


def trickle(parts: list[bytes], stop: Event) -> Iterator[bytes]:
    for part in parts:
        yield part
        stop.wait(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"abc", length=100),
        Answer(gzip.compress(b"abc" * 1000)[:-10], headers={"Content-Encoding": "gzip"}),
        Answer(b"\x1f\x8b\x08broken beyond", headers={"Content-Encoding": "gzip"}),
        Answer(b"\x0b\x02\x80abc\x03", headers={"Content-Encoding": "br"}),
        Answer(pieces=lambda: iter([b"5\r\nab"]), headers={"Transfer-Encoding": "chunked"}),
        Answer(b"abc", headers={"Content-Length": "7"}),
        Answer(pieces=lambda: iter([b"abc"]), headers={"Content-Length": "99999999999999999999999"}),
        Answer(pieces=lambda: iter([b"abc"]), headers={"Content-Length": "-1"}),
    ],
)
def test_a_broken_answer_is_asked_for_again_and_then_reported(
    server: WebServer, tmp_path: Path, answer: Answer
) -> None:
    server.routes["/a"] = answer
    with polite_fetcher(tmp_path, attempts=2) as fetcher:
        with pytest.raises(UnreachableError, match=r"/a answers what cannot be read: .*Tried 2 times"):
            fetcher.get(f"{server.url}/a")
        server.routes["/a"] = Answer(b"whole")
        assert fetcher.get(f"{server.url}/a").body == b"whole"
    assert server.counts["/a"] == 3


def test_silence_and_a_trickle_without_end_are_cut_off(server: WebServer, tmp_path: Path) -> None:
    stop = Event()
    server.routes["/silent"] = Answer(pieces=lambda: trickle([b""] * 1000, stop))
    server.routes["/trickle"] = Answer(pieces=lambda: trickle([b"x"] * 1000, stop))
    with polite_fetcher(tmp_path, attempts=1, obey_robots=False, timeout_seconds=0.2, total_seconds=0.4) as fetcher:
        with pytest.raises(UnreachableError, match="/silent is too slow"):
            fetcher.get(f"{server.url}/silent")
        with pytest.raises(UnreachableError, match=r"/trickle is too slow: .* 0\.4 s in all"):
            fetcher.get(f"{server.url}/trickle")
    stop.set()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello") + gzip.compress(b" world")),
        ("x-gzip", gzip.compress(b"hello world") + b"\0" * 50),
        ("deflate", zlib.compress(b"hello world")),
        ("deflate", zlib.compress(b"hello world")[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello world"))),
        ("gzip", b"hello world"),
        ("utf-8", b"hello world"),
        ("identity", b"hello world"),
    ],
)
def test_bodies_are_decompressed(server: WebServer, tmp_path: Path, encoding: str, body: bytes) -> None:
    server.routes["/a"] = Answer(body, headers={"Content-Encoding": encoding})
    with polite_fetcher(tmp_path) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b"hello world"


def test_an_empty_body_is_one(server: WebServer, tmp_path: Path) -> None:
    server.routes["/a"] = Answer(b"", headers={"Content-Encoding": "gzip"})
    with polite_fetcher(tmp_path) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == b""


def bomb(megabytes: int, *, layers: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(megabytes)) + packer.flush()
    for _ in range(layers - 1):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_cut_off_early(server: WebServer, tmp_path: Path, layers: int) -> None:
    packed = bomb(100, layers=layers)
    server.routes["/bomb"] = Answer(packed, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})
    with (
        polite_fetcher(tmp_path, max_page_mb=1) as fetcher,
        pytest.raises(TooLargeError, match=r"/bomb is larger than 1 MB, decompressed.*fetching\.max_page_mb"),
    ):
        fetcher.get(f"{server.url}/bomb")
    assert server.counts["/bomb"] == 1
    if layers == 1:
        assert max(len(piece) for piece in inflated([packed])) == PIECE


def test_a_large_answer_is_not_read_to_its_end(server: WebServer, tmp_path: Path) -> None:
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield b"x" * 100_000

    server.routes["/a"] = Answer(pieces=endless)
    with polite_fetcher(tmp_path, max_page_mb=1) as fetcher, pytest.raises(TooLargeError):
        fetcher.get(f"{server.url}/a")
    assert len(sent) < 1000


# The cache


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


def test_what_is_forgotten_is_on_no_disk(server: WebServer, tmp_path: Path) -> None:
    canary = bytes(range(256)) * 8  # as it is stored, in compressed form
    server.routes |= {
        "/a": Answer(canary, headers={"Set-Cookie": "id=secret", "X-Canary": "canary-of-a"}),
        "/b": Answer(b"b"),
    }
    cache = PageCache(tmp_path / "pages.sqlite")
    with PoliteFetcher(fetching_settings(delay_seconds=0), cache) as fetcher:
        fetcher.get(f"{server.url}/a")
        fetcher.get(f"{server.url}/b")
        assert zlib.compress(canary) in cache.path.read_bytes()
        assert b"secret" not in cache.path.read_bytes()
        assert cache.forget([f"{server.url}/a", f"{server.url}/never"]) == 1
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


def test_http_is_loaded_when_it_is_used() -> None:
    import subprocess

    code = (
        "import sys; import feature_pipeline.fetching.polite;"
        "from feature_pipeline.sources import feed, site, sitemap;"
        "print([name for name in ('httpx2', 'httpcore2', 'stamina', 'protego', 'feedparser') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
