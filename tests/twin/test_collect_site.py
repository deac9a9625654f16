"""A site through the command line: killed in the middle, taken up by `twin sync`, collected again when it changes."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Event

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.engine import PATIENCE
from fakes.web_server import Answer, WebServer, web_server
from feature_store.records import Post
from twin import wiring
from twin.cli import run

PAGES = 30
KILLED_AT = 12
WORDS = "The gull sat on the rail and looked at the sea, as it had done the day before, and said nothing. "


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    monkeypatch.setenv("TWIN_FETCHING__ALLOW_HOSTS", "[127.0.0.1]")
    monkeypatch.setenv("TWIN_FETCHING__DELAY_SECONDS", "0")
    monkeypatch.setenv("TWIN_FETCHING__ATTEMPTS", "1")
    with web_server() as running:
        urls = "".join(f"<url><loc>{running.url}/posts/{number}</loc></url>" for number in range(PAGES))
        running.routes["/"] = Answer(b"<html><body><a href='/posts/1'>x</a></body></html>")
        running.routes["/sitemap.xml"] = Answer(f"<urlset>{urls}</urlset>".encode())
        for number in range(PAGES):
            running.routes[f"/posts/{number}"] = page(number)
        yield running


def page(number: int, more: str = "") -> Answer:
    markup = (
        f"<html><head><title>Post {number}</title></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>Post {number}</h1><p>{WORDS * 3} It was day {number}.{more}</p></article></body></html>"
    )
    return Answer(markup.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def posts() -> list[Post]:
    return wiring.feature_store(load_settings()).posts("maud")


@pytest.mark.slow
def test_a_killed_collection_is_taken_up_by_sync_without_asking_twice(server: WebServer) -> None:
    reached, killed = Event(), Event()
    served = 0

    def counting(path: str, _: Mapping[str, str]) -> Answer:
        nonlocal served
        served += 1
        if served == KILLED_AT:
            reached.set()
            assert killed.wait(60)
        return page(int(path.rsplit("/", 1)[1]))

    for number in range(PAGES):
        server.routes[f"/posts/{number}"] = counting
    process = subprocess.Popen(
        [sys.executable, "-m", "twin", "collect", f"{server.url}/", "--author", "Maud"],
        env=os.environ,
        stderr=subprocess.PIPE,
    )
    assert reached.wait(PATIENCE), process.communicate()
    process.kill()
    assert process.wait() == -signal.SIGKILL
    killed.set()
    assert posts() == []

    assert run(["sync", "Maud", "--collect-only"]) == ExitCode.OK
    assert len(posts()) == PAGES
    asked = Counter(path for path in server.paths if path.startswith("/posts/"))
    assert len(asked) == PAGES
    assert sum(asked.values()) <= PAGES + 1  # the one in flight when it was killed


@pytest.mark.slow
def test_new_changed_gone_and_unreachable_pages(server: WebServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["collect", f"{server.url}/", "--author", "Maud"]) == ExitCode.OK
    assert len(posts()) == PAGES
    server.routes["/posts/3"] = page(3, more=" And then it flew.")
    server.routes["/posts/4"] = Answer(status=410)
    server.routes["/posts/5"] = Answer(status=503)
    capsys.readouterr()
    assert run(["sync", "--collect-only"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "1 changed" in out
    assert "1 could not be reached this time" in out
    by_url = {post.url: post for post in posts()}
    assert len(by_url) >= PAGES - 1
    assert "And then it flew." in by_url[f"{server.url}/posts/3"].content
    assert f"{server.url}/posts/5" in by_url  # what was collected of it before stays
    server.routes["/posts/5"] = page(5)
    assert run(["sync", "--collect-only"]) == ExitCode.OK
    assert f"{server.url}/posts/4" not in {post.url for post in posts()}


def test_a_wrong_answer_is_not_remembered(server: WebServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.routes["/feed.json"] = Answer(status=401)
    assert run(["collect", f"{server.url}/feed.json", "--author", "Maud"]) == ExitCode.BAD_INPUT
    assert "answers 401" in capsys.readouterr().err
    assert run(["status", "--json"]) == ExitCode.OK
    assert '"authors": []' in capsys.readouterr().out  # and nobody was made
    items = ",".join(f'{{"id": "{i}", "content_text": "{WORDS} {i}"}}' for i in range(3))
    server.routes["/feed.json"] = Answer(
        f'{{"version": "https://jsonfeed.org/version/1", "title": "x", "items": [{items}]}}'.encode()
    )
    assert run(["collect", f"{server.url}/feed.json", "--author", "Maud"]) == ExitCode.OK
    assert len(posts()) == 3


def test_a_private_address_is_refused(
    server: WebServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWIN_FETCHING__ALLOW_HOSTS", "[]")
    assert run(["collect", f"{server.url}/", "--author", "Maud"]) == ExitCode.BAD_INPUT
    assert "allow_hosts" in capsys.readouterr().err
    assert server.asked == []
