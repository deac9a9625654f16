"""A site by its sitemap, by its feed, and from link to link."""

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import SourceError, UnreachableError
from feature_pipeline.fetching import Fetched
from feature_pipeline.source_contract import Unreached
from feature_pipeline.sources.site.crawling import MAX_BARREN, Frontier, is_trap
from feature_pipeline.web.links import absolute, is_below, is_page, normalised, same_site
from feature_store.records import Post

HOME = "https://maud.example/"
WORDS = "The gull sat on the rail and looked at the sea. " * 10


def post(*links: str, head: str = "") -> Fetched:
    text = f"<html><head>{head}</head><body><article><p>{WORDS}</p>{anchors(*links)}</article></body></html>"
    return html(text)


def listing(*links: str, head: str = "") -> Fetched:
    return html(f"<html><head>{head}</head><body><ul>{anchors(*links)}</ul></body></html>")


def html(text: str) -> Fetched:
    return Fetched("", "text/html", "utf-8", {}, text.encode())


def anchors(*links: str) -> str:
    return "".join(f'<li><a href="{link}">{link} and more words</a></li>' for link in links)


def sitemap(*paths: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{HOME}{path}</loc></url>" for path in paths) + "</urlset>"


def index(*urls: str) -> str:
    return "<sitemapindex>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls) + "</sitemapindex>"


def feed(*paths: str) -> str:
    items = "".join(f"<item><title>T</title><link>{HOME}{path}</link></item>" for path in paths)
    return f"<rss version='2.0'><channel><link>{HOME}</link>{items}</channel></rss>"


def site(pages: dict[str, Fetched | str | Exception], start: str = HOME, **options: object):  # type: ignore[no-untyped-def]
    """Pages by path; where one lies is what it was asked for."""
    fetcher = FakeFetcher()
    for path, page in pages.items():
        url = HOME + path
        if isinstance(page, Fetched):
            page = Fetched(page.url or url, page.content_type, page.charset, page.headers, page.body)
        fetcher.pages[url] = page
    source = opened(start, "site", fetcher=fetcher, **options)
    return source, fetcher


def paths(items: list[Post | Unreached]) -> list[str]:
    return [item.source_id.removeprefix(HOME) for item in items]


def test_a_page_of_html_is_a_site_unless_it_is_something_better() -> None:
    from feature_pipeline.source_contract import Location
    from feature_pipeline.sources import recognise

    fetcher = FakeFetcher({HOME: html("<p>x"), f"{HOME}feed": feed("a"), f"{HOME}sitemap.xml": sitemap("a")})
    kinds = [recognise(Location(HOME + path, fetcher)) for path in ("", "feed", "sitemap.xml")]
    assert kinds == ["site", "feed", "sitemap"]
    no_type = Fetched(HOME, "", "", {}, b"  <!DOCTYPE html><p>x")
    assert recognise(Location(HOME, FakeFetcher({HOME: no_type}))) == "site"


@pytest.mark.parametrize(
    "pages",
    [
        {"robots.txt": "User-agent: *\nSitemap: https://maud.example/s.xml\n", "s.xml": sitemap("a", "b")},
        {"": listing(head='<link rel="sitemap" href="/s.xml">'), "s.xml": sitemap("a", "b")},
        {"sitemap.xml": sitemap("a", "b")},
        {"wp-sitemap.xml": index("/x.xml"), "x.xml": sitemap("a", "b")},
        {"sitemap.xml": html("<p>No sitemap here</p>"), "sitemap_index.xml": sitemap("a", "b")},
    ],
    ids=["robots", "link", "usual", "wordpress", "html"],
)  # fmt: skip
def test_its_sitemap_is_found(pages: dict[str, Fetched | str]) -> None:
    source, fetcher = site({"": listing(), "a": post(), "b": post(), "c": post(), **pages})
    assert paths(list(source.read())) == ["a", "b"]
    assert source.name == f"site:{HOME}"
    assert source.lists_all
    assert f"{HOME}c" not in fetcher.asked


def test_what_the_feed_has_beyond_the_sitemap_is_read_too() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments">'
        '<link rel="alternate" type="application/atom+xml" href="/feed">'
    )
    source, fetcher = site(
        {"": listing(head=head), "sitemap.xml": sitemap("a"), "feed": feed("b", "a", "c.mp3"), "a": post(), "b": post()}
    )
    assert paths(list(source.read())) == ["a", "b"]
    assert f"{HOME}comments" not in fetcher.asked


def test_only_what_lies_below_the_start_is_read() -> None:
    pages = {
        "blog/": listing(),
        "sitemap.xml": sitemap("blog/a", "about", "blogroll"),
        "blog/a": post(),
        "about": post(),
    }
    source, _ = site(pages, f"{HOME}blog/")
    assert paths(list(source.read())) == ["blog/a"]


def test_without_a_sitemap_links_are_followed_breadth_first() -> None:
    source, fetcher = site(
        {
            "": listing("/a?utm_source=h", "/page/2", "mailto:x@y", "javascript:void(0)", "//other.example", "/x.jpg"),
            "a": post("/b#part", "/deep/c", "/a", "/tag/sea"),
            "b": post(),
            "page/2": listing("/d;jsessionid=7", "/page/3"),
            "page/3": listing("/e"),
            "d": post(), "e": post(), "deep/c": post(), "tag/sea": listing("/a", "/f"), "f": post(),
        }
    )  # fmt: skip
    assert paths(list(source.read())) == ["a", "b", "deep/c", "d", "f", "e"]
    assert source.lists_all
    asked = [url for url in fetcher.asked if url in fetcher.pages]
    assert len(set(asked[1:])) == len(asked[1:])  # the first page is one of the crawl too


def test_a_feed_leads_to_what_no_link_does() -> None:
    source, _ = site({"": listing(), "atom.xml": feed("hidden"), "hidden": post("/more"), "more": post()})
    assert paths(list(source.read())) == ["hidden", "more"]


def test_canonical_and_redirected_addresses_are_one_post() -> None:
    moved = post()
    moved = Fetched(f"{HOME}new", "text/html", "", {}, moved.body)
    source, _ = site(
        {
            "": listing("/old", "/new", "/print?x=1", "/print?x=2", "/home-canonical"),
            "old": moved, "new": post(),
            "print?x=1": post(head='<link rel="canonical" href="/real">'),
            "print?x=2": post(head='<link rel="canonical" href="https://maud.example/real#x">'),
            "home-canonical": post(head='<link rel="canonical" href="/">'),
        }
    )  # fmt: skip
    assert paths(list(source.read())) == ["new", "home-canonical"]
    source, _ = site(
        {
            "": listing("/p?x=1", "/p?x=2"),
            "p?x=1": post(head='<link rel="canonical" href="/real">'),
            "p?x=2": post(head='<link rel="canonical" href="https://maud.example/real#x">'),
        }
    )
    assert paths(list(source.read())) == ["real"]


def test_a_calendar_without_end_is_left() -> None:
    class Calendar(FakeFetcher):
        def get(self, url: str, **_: object) -> Fetched:  # type: ignore[override]
            self.asked.append(url)
            if "/events/" in url:
                number = int(url.rpartition("/")[2])
                return Fetched(url, "text/html", "", {}, listing(f"/events/{number + 1}", f"/events/{number + 2}").body)
            return super().get(url)

    fetcher = Calendar({HOME: Fetched(HOME, "text/html", "", {}, listing("/events/1", "/z").body), f"{HOME}z": post()})
    fetcher.pages[f"{HOME}z"] = Fetched(f"{HOME}z", "text/html", "", {}, post().body)
    source = opened(HOME, "site", fetcher=fetcher)
    assert paths(list(source.read())) == ["z"]
    assert len([url for url in fetcher.asked if "/events/" in url]) <= MAX_BARREN + 1


def test_a_long_archive_is_no_calendar() -> None:
    pages: dict[str, Fetched | str | Exception] = {"": listing("/page/1")}
    for number in range(1, 3 * MAX_BARREN):
        pages[f"page/{number}"] = listing(f"/page/{number + 1}", f"/post-{number}")
        pages[f"post-{number}"] = post()
    source, _ = site(pages)
    assert len(list(source.read())) == 3 * MAX_BARREN - 1


def test_what_was_not_seen_is_not_taken_for_deleted() -> None:
    pages: dict[str, Fetched | str | Exception] = {"": listing("/a", "/b"), "a": post(), "b": UnreachableError("down")}
    source, _ = site(pages)
    assert list(source.read())[1:] == [Unreached(f"{HOME}b", "down")]
    assert not source.lists_all
    source, _ = site({**pages, "b": post()}, max_pages=2)
    assert len(list(source.read())) == 1
    assert not source.lists_all
    source, _ = site({**pages, "sitemap.xml": sitemap("a", "b")})
    list(source.read())
    assert not source.lists_all
    source, _ = site({"": listing(), "a": post(), "s.xml": sitemap("a"), "sitemap.xml": index("/gone.xml", "/s.xml")})
    assert [type(item) for item in source.read()] == [Unreached, Post]
    assert not source.lists_all


def test_what_is_no_site_says_so() -> None:
    with pytest.raises(SourceError, match="http://"):
        opened("maud.example", "site")
    with pytest.raises(SourceError, match="nothing"):
        opened(HOME, "site", fetcher=FakeFetcher({HOME: b" "}))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("HTTP://Maud.Example:80", "http://maud.example/"),
        ("https://maud.example:443/a#b", "https://maud.example/a"),
        ("https://maud.example:8443/a?", "https://maud.example:8443/a"),
        ("https://maud.example/a?utm_source=x&p=3&fbclid=y", "https://maud.example/a?p=3"),
        ("https://maud.example/?p=3&x=%20a", "https://maud.example/?p=3&x=%20a"),
        ("https://maud.example/a;jsessionid=AB12?x=1", "https://maud.example/a?x=1"),
        ("https://maud.example/caf%c3%a9 b", "https://maud.example/caf%C3%A9%20b"),
        ("https://maud.example/café", "https://maud.example/caf%C3%A9"),
        ("https://maud.example/%7Emaud/a%2Fb", "https://maud.example/~maud/a%2Fb"),
        ("https://maud.example/100%", "https://maud.example/100%25"),
        ("https://[::1]:8080/a", "https://[::1]:8080/a"),
        ("ftp://maud.example/", ""), ("mailto:maud", ""), ("/a", ""), ("https://[bad/", ""), ("http://x:port/", ""),
    ],
)  # fmt: skip
def test_one_page_has_one_spelling(url: str, name: str) -> None:
    assert normalised(url) == name
    assert normalised(name) == name


def test_links_are_understood() -> None:
    assert absolute("https://maud.example/a/b", "../c?x#y") == "https://maud.example/c?x"
    assert absolute("https://maud.example/a", "http://[") == ""
    assert same_site("http://www.maud.example/a", "https://maud.example:443/b")
    assert not same_site("https://maud.example/", "https://maud.example:8443/")
    assert not same_site("", "")
    assert is_below("https://maud.example/blog", "https://maud.example/blog")
    assert is_below("https://maud.example/blog/a", "https://maud.example/blog")
    assert not is_below("https://maud.example/blogroll", "https://maud.example/blog")
    assert is_below("https://maud.example/b", "https://maud.example/index.html")
    assert [is_page(f"https://maud.example/{name}") for name in ("a", "a.html", "a.PDF", "feed.xml", "v1.2")] == [
        True, True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["wp-login.php", "wp-json/x", "a/b/a/b/a", "x?year=2199&month=4", "x?date=1890-01", "x?a=1&b=2&c=3&d=4", "x" * 500,
     "fog?replytocom=3&action=edit", "fog/feed/", "calendar/2024", "fog/amp/", "cart/"],
)  # fmt: skip
def test_traps_are_known(path: str) -> None:
    assert is_trap(HOME + path)


@pytest.mark.parametrize(
    "path", ["", "fog", "2024/02/03/fog/", "?p=3", "fog?page=2", "feeding-gulls", "administration", "a/a"]
)
def test_posts_are_no_traps(path: str) -> None:
    assert not is_trap(HOME + path)


def test_a_frontier_gives_each_address_once() -> None:
    frontier = Frontier(HOME, max_pages=3)
    assert frontier.add([f"{HOME}a", f"{HOME}a", "https://other.example/", f"{HOME}b"])
    assert not frontier.add([f"{HOME}a"])
    frontier.add([f"{HOME}c", f"{HOME}d"])
    assert list(frontier) == [f"{HOME}a", f"{HOME}b", f"{HOME}c"]
    assert frontier.limited
