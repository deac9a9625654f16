"""One page after another, within a site's wishes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.web_server import Answer, FakeClock, WebServer, fetching_settings, polite_fetcher, web_server
from feature_pipeline.errors import (
    AddressRefusedError,
    HttpStatusError,
    RobotsRefusedError,
    UnreachableError,
)
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


def test_http_is_loaded_when_it_is_used() -> None:
    import subprocess

    code = (
        "import sys; import feature_pipeline.fetching.polite;"
        "from feature_pipeline.sources import feed, site, sitemap;"
        "print([name for name in ('httpx2', 'httpcore2', 'stamina', 'protego', 'feedparser') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
