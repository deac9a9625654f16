"""A site on a real server, with all that goes wrong on one: collected fully, politely, and taken up after a kill."""

import gzip
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest

from fakes.fetching import opened
from fakes.web_server import Answer, FakeClock, Route, WebServer, fetching_settings, web_server
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher
from feature_pipeline.source_contract import Unreached
from feature_store.records import Post

PAGES = 200
WORDS = "The gull sat on the rail and looked at the sea, as it had done the day before. "
HTML = {"Content-Type": "text/html; charset=utf-8"}
DELAY = 1.5


def page(number: int, *, extra: str = "") -> bytes:
    return (
        f"<html><head><title>Post {number}</title><meta charset=utf-8></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Post {number}</h1><p>{WORDS * 3}Füchse {number}.</p>{extra}</article></body></html>"
    ).encode()


def with_etag(body: bytes) -> Route:
    def answer(_: str, headers: Mapping[str, str]) -> Answer:
        etag = f'"{hash(body)}"'
        return (
            Answer(status=304) if headers.get("If-None-Match") == etag else Answer(body, headers={**HTML, "ETag": etag})
        )

    return answer


def urlset(server: WebServer, numbers: range, *more: str) -> bytes:
    urls = [f"{server.url}/posts/{number}" for number in numbers] + [server.url + path for path in more]
    return ("<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>").encode()


@pytest.fixture
def server() -> Iterator[WebServer]:
    """200 posts: two sitemaps and a feed name them; some misbehave in ways that pass."""
    with web_server() as running:
        lists = [f"{running.url}/sitemap-{half}.xml" for half in ("1", "2.xml.gz")]
        named = "".join(
            f"<sitemap><loc>{url}</loc></sitemap>" for url in [f"{lists[0]}", f"{running.url}/sitemap-2.xml.gz"]
        )
        routes: dict[str, Route | list[Route]] = {
            "/": Answer(b"<html><body><ul><li><a href='/posts/0'>One</a></ul></body></html>", headers=HTML),
            "/robots.txt": Answer(f"User-agent: *\nDisallow: /private\nSitemap: {running.url}/index.xml\n".encode()),
            "/index.xml": Answer(f"<sitemapindex>{named}</sitemapindex>".encode()),
            "/sitemap-1.xml": Answer(urlset(running, range(PAGES // 2), "/private/x", "/tag/sea", "/gone", "/loop")),
            "/sitemap-2.xml.gz": Answer(
                gzip.compress(urlset(running, range(PAGES // 2, PAGES), "/moved", "/posts/3?utm_source=x"), mtime=0)
            ),
            "/private/x": Answer(page(-1), headers=HTML),
            "/tag/sea": Answer(page(-2), headers=HTML),
            "/loop": Answer(status=302, headers={"Location": "/loop2"}),
            "/loop2": Answer(status=302, headers={"Location": "/loop"}),
            "/moved": Answer(status=301, headers={"Location": "/posts/7"}),
        }
        routes |= {f"/posts/{number}": with_etag(page(number)) for number in range(PAGES)}
        whole = Answer(page(10), headers=HTML)
        cut = replace(
            whole, body=gzip.compress(whole.body, mtime=0)[:-20], headers={**HTML, "Content-Encoding": "gzip"}
        )
        latin = page(14).decode().encode("latin-1").replace(b"charset=utf-8", b"charset=x")
        routes["/posts/10"] = [Answer(status=429, headers={"Retry-After": "20"}), whole]
        routes["/posts/11"] = [Answer(status=503), Answer(status=500), replace(whole, body=page(11))]
        routes["/posts/12"] = [replace(whole, length=100_000), replace(whole, body=page(12))]
        routes["/posts/13"] = [cut, replace(whole, body=page(13))]
        routes["/posts/14"] = replace(whole, body=latin)
        running.routes.update(routes)
        yield running


def collect(
    server: WebServer, folder: Path, clock: FakeClock, path: str = "/"
) -> tuple[list[Post | Unreached], dict[str, int], bool]:
    cache = PageCache(folder / "pages.sqlite", now=lambda: clock.time)
    with PoliteFetcher(fetching_settings(delay_seconds=DELAY), cache, clock=clock.clock) as fetcher:
        source = opened(server.url + path, fetcher=fetcher)
        items = list(source.read())
        cache.complete()
        return items, source.ignored, source.lists_all


def test_a_site_is_collected_fully_and_politely(server: WebServer, tmp_path: Path) -> None:
    clock = FakeClock()
    items, ignored, lists_all = collect(server, tmp_path, clock)
    posts = [item for item in items if isinstance(item, Post)]
    assert sorted(post.url for post in posts) == sorted(f"{server.url}/posts/{number}" for number in range(PAGES))
    assert all(f"Füchse {post.url.rpartition('/')[2]}." in post.content for post in posts)
    assert not [post for post in posts if post.problem]
    assert [item.source_id for item in items if isinstance(item, Unreached)] == [f"{server.url}/loop"]
    assert ignored == {"gone": 1, "lists of posts": 1, "refused by robots.txt": 1}
    assert not lists_all  # /loop may come back
    assert "/private/x" not in server.paths
    again = {f"/posts/{number}": times for number, times in [(10, 2), (11, 3), (12, 2), (13, 2)]}
    assert {path: count for path, count in server.counts.items() if count > 1} == again
    waits = Counter(clock.slept)
    assert waits[20.0] == 1
    assert waits[DELAY] >= len(server.asked) - 1 - 5  # before all but the first and what was asked again
    assert min(clock.slept) >= DELAY


def test_the_next_time_only_changes_travel(server: WebServer, tmp_path: Path) -> None:
    clock = FakeClock()
    before, _, _ = collect(server, tmp_path, clock)
    server.routes["/posts/5"] = with_etag(page(5, extra="<p>And one more thing.</p>"))
    server.asked.clear()
    answers: Counter[int] = Counter()
    ask = server.answer

    def counted(path: str, headers: Mapping[str, str]) -> Answer:
        answer = ask(path, headers)
        answers[answer.status] += 1
        return answer

    server.answer = counted  # type: ignore[method-assign]
    after, _, _ = collect(server, tmp_path, clock)
    changed = set(after) - set(before)
    assert [item.source_id for item in changed] == [f"{server.url}/posts/5"]
    assert answers[304] == PAGES - 6  # five have no validator, and one has changed
    assert max(server.counts.values()) == 1


@pytest.mark.parametrize(
    "broken",
    [
        Answer(b"abc", length=1000, headers=HTML),
        Answer(status=503),
        Answer(status=429, headers={"Retry-After": "99999"}),
        Answer(gzip.compress(bytes(20_000_000), mtime=0), headers={**HTML, "Content-Encoding": "gzip"}),
        Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    ],
    ids=["cut", "down", "limit", "bomb", "inward"],
)
def test_one_page_that_stays_broken_costs_no_other(server: WebServer, tmp_path: Path, broken: Answer) -> None:
    server.routes["/posts/20"] = broken
    server.routes["/index.xml"] = Answer(urlset(server, range(15, 25)))
    items, _, lists_all = collect(server, tmp_path, FakeClock())
    good = [item for item in items if isinstance(item, Post) and not item.problem]
    (bad,) = [item for item in items if item not in good]
    assert len(good) == 9
    assert bad.source_id == f"{server.url}/posts/20"
    assert (bad.problem if isinstance(bad, Post) else bad.reason).count("/posts/20")
    assert lists_all == isinstance(bad, Post)


def test_a_feed_with_teasers_is_read_with_its_pages(server: WebServer, tmp_path: Path) -> None:
    items = "".join(
        f"<item><title>P{n}</title><link>/posts/{n}</link><description>A gull…</description></item>" for n in range(30)
    )
    rss = f"<rss version='2.0'><channel><title>M</title><link>{server.url}/</link>{items}</channel></rss>"
    server.routes["/feed.xml"] = Answer(rss.encode(), headers={"Content-Type": "application/rss+xml"})
    found, _, _ = collect(server, tmp_path, FakeClock(), "/feed.xml")
    assert len(found) == 30
    assert all(isinstance(post, Post) and "Füchse" in post.content for post in found)
    assert server.counts["/posts/3"] == server.counts["/feed.xml"] == 1


def test_without_a_sitemap_the_links_lead_everywhere(server: WebServer, tmp_path: Path) -> None:
    del server.routes["/index.xml"]
    server.routes["/robots.txt"] = Answer(status=404)
    for number in range(PAGES):
        links = f"<a href='/posts/{number + 1}'>next</a> <a href='{number // 2}#part'>older</a>"
        server.routes[f"/posts/{number}"] = Answer(page(number, extra=links), headers=HTML)
    items, _, lists_all = collect(server, tmp_path, FakeClock())
    assert len(items) == PAGES
    assert lists_all
    assert max(server.counts.values()) == 1


@pytest.mark.slow
def test_a_killed_collection_is_taken_up_where_it_was(server: WebServer, tmp_path: Path) -> None:
    reached, released = Event(), Event()
    at = "/posts/60"
    served = server.routes[at]
    assert callable(served)

    def hold(path: str, headers: Mapping[str, str]) -> Answer:
        reached.set()
        released.wait(60)
        return served(path, headers)

    server.routes[at] = hold
    command = [sys.executable, "-m", "fakes.collect_a_site", server.url + "/", str(tmp_path)]
    roots = [str(Path(__file__).parents[2]), str(Path(__file__).parents[3])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(roots)}
    server.routes["/posts/10"] = server.routes["/posts/11"] = with_etag(page(10))  # no waiting in real time
    server.routes["/posts/12"] = server.routes["/posts/13"] = with_etag(page(12))
    process = subprocess.Popen(command, env=environment)
    assert reached.wait(120)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    released.set()
    server.routes[at] = served
    assert not (tmp_path / "collected").exists()
    before = server.counts

    assert subprocess.run(command, env=environment, check=False).returncode == 0
    collected = [urlsplit(url).path for url in (tmp_path / "collected").read_text().splitlines()]
    assert sorted(collected) == sorted(f"/posts/{number}" for number in range(PAGES))
    assert before["/posts/59"] == 1
    assert "/posts/61" not in before
    assert {path: count for path, count in server.counts.items() if count > 1} == {at: 2}
