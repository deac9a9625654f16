"""Failures that pass, those that do not, and answers that lie."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest

from fakes.web_server import Answer, FakeClock, WebServer, polite_fetcher, web_server
from feature_pipeline.errors import (
    HttpStatusError,
    TooLargeError,
    UnreachableError,
)
from feature_pipeline.fetching.bodies import PIECE, inflated


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


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


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (b'{"items": [{"backoff": 90}], "has_more": true, "backoff": 10, "quota_max": 300, "quota_remaining": 9}', 10),
        (b'{"items": [{"backoff": 90}], "has_more": true, "quota_max": 300, "quota_remaining": 9}', 0),
        (b'{"backoff":12}\n', 12),
        (b"not JSON at all", 0),
    ],
)
def test_an_answer_may_ask_for_a_pause_before_the_next(
    server: WebServer, tmp_path: Path, body: bytes, wait: int
) -> None:
    server.routes["/a"], server.routes["/b"] = Answer(body), Answer(b"x")
    clock = FakeClock()
    with polite_fetcher(tmp_path, clock, obey_robots=False, delay_seconds=0) as fetcher:
        assert fetcher.get(f"{server.url}/a").body == body
        assert fetcher.get(f"{server.url}/b").body == b"x"
    assert clock.slept == ([pytest.approx(wait)] if wait else [])


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


def trickle(parts: list[bytes], stop: Event) -> Iterator[bytes]:
    for part in parts:
        yield part
        stop.wait(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"abc", length=100),
        Answer(gzip.compress(b"abc" * 1000, mtime=0)[:-10], headers={"Content-Encoding": "gzip"}),
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
        ("gzip", gzip.compress(b"hello", mtime=0) + gzip.compress(b" world", mtime=0)),
        ("x-gzip", gzip.compress(b"hello world", mtime=0) + b"\0" * 50),
        ("deflate", zlib.compress(b"hello world")),
        ("deflate", zlib.compress(b"hello world")[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello world", mtime=0), mtime=0)),
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
        data = gzip.compress(data, mtime=0)
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
