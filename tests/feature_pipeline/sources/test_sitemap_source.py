"""Sitemaps as they are found."""

import gzip
import re
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import (
    EmptySourceError,
    HttpStatusError,
    RobotsRefusedError,
    SourceError,
    TooLargeError,
    UnreachableError,
    UnsafeMarkupError,
)
from feature_pipeline.fetching import Fetched
from feature_pipeline.source_contract import Unreached
from feature_pipeline.web.sitemaps import parse_sitemap
from feature_store.records import ContentType, Post

URL = "https://maud.example/sitemap.xml"
WORDS = "The gull sat on the rail and looked at the sea. " * 10
A, B = "https://maud.example/a", "https://maud.example/b"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def page(
    title: str = "Fog", *, head: str = "", body: str = f"<article><p>{WORDS}</p></article>", attributes: str = ""
) -> str:
    return f"<html><head><title>{title}</title>{head}</head><body {attributes}>{body}</body></html>"


def sitemap(*entries: str, namespace: str = NS) -> str:
    urls = "".join(entry if entry.startswith("<") else f"<url><loc>{entry}</loc></url>" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {namespace}>{urls}</urlset>'


def index(*urls: str) -> str:
    return f"<sitemapindex {NS}>" + "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls) + "</sitemapindex>"


def source_of(content: str | bytes, pages: dict[str, object] | None = None, **options: object):  # type: ignore[no-untyped-def]
    fetcher = FakeFetcher({URL: content, **(pages or {})})  # type: ignore[dict-item]
    return opened(URL, fetcher=fetcher, **options)


def read_source(content: str, pages: dict[str, object] | None = None, **options: object):  # type: ignore[no-untyped-def]
    source = source_of(content, pages, **options)
    list(source.read())
    return source


def names(content: str | bytes, pages: dict[str, object] | None = None) -> list[str]:
    found = {f"https://maud.example/{name}": page() for name in "abc"}
    return [item.source_id.rpartition("/")[2] for item in source_of(content, {**found, **(pages or {})}).read()]


def test_a_page_becomes_a_post() -> None:
    head = (
        '<link rel="canonical" href="/2024/fog/"><meta property="og:title" content="Fog – Maud’s blog">'
        '<meta property="og:site_name" content="Maud’s blog"><meta property="article:tag" content="sea">'
        '<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":["BlogPosting"],'
        '"datePublished":"2024-02-03T10:00:00+01:00"}]}</script>'
    )
    text = page("Fog – Maud’s blog", head=head)
    source = source_of(sitemap("https://maud.example/fog?utm_source=x"), {"https://maud.example/fog": text})
    (post,) = source.read()
    assert isinstance(post, Post)
    assert source.name == post.source == f"sitemap:{URL}"
    assert post.source_id == post.url == "https://maud.example/2024/fog/"
    assert (post.title, post.created_at, post.tags) == ("Fog", "2024-02-03T09:00:00+00:00", ("sea",))
    assert (post.content, post.content_type) == (text, ContentType.HTML)
    assert source.lists_all


@pytest.mark.parametrize(
    "content",
    [
        sitemap(A, B),
        sitemap(A, B, namespace=""),
        sitemap(A, B, namespace='xmlns="http://www.google.com/schemas/0.84"'),
        "\n\n  " + sitemap(A, B),
        "\ufeff" + sitemap(A, B),
        sitemap(A, B).encode("utf-16"),
        gzip.compress(sitemap(A, B).encode(), mtime=0),
        sitemap("<!-- one --><url><!-- two --><loc><![CDATA[ https://maud.example/a ]]></loc></url>", B),
        sitemap("<url><loc>\n  https://maud.example/a\n</loc></url>", "<url/>", "<url><loc/></url>", "/b"),
        sitemap(A, "https://maud.example/a#top", "HTTPS://MAUD.EXAMPLE/a?fbclid=1", B),
        sitemap(A, B).replace("urlset", "s:urlset").replace("xmlns=", "xmlns:s="),
    ],
    ids=["plain", "no namespace", "old", "spaces", "mark", "utf-16", "gzip", "cdata", "odd", "repeated", "prefix"],
)  # fmt: skip
def test_sitemaps_as_they_are_found(content: str | bytes) -> None:
    assert names(content) == ["a", "b"]


def test_a_list_of_addresses_and_robots_txt_are_sitemaps_too() -> None:
    text = Fetched(URL, "text/plain", "", {}, b"\xef\xbb\xbfhttps://maud.example/a\r\n\r\nhttps://maud.example/b\n")
    fetcher = FakeFetcher({"https://maud.example/sitemap.txt": text, URL: sitemap("https://maud.example/c")})
    fetcher.pages |= {f"https://maud.example/{name}": page() for name in "abc"}
    assert len(list(opened("https://maud.example/sitemap.txt", fetcher=fetcher).read())) == 2
    robots = Fetched(
        "https://maud.example/robots.txt", "text/plain", "", {}, b"User-agent: *\nsitemap:  /sitemap.xml \n"
    )
    fetcher.pages["https://maud.example/robots.txt"] = robots
    assert len(list(opened("https://maud.example/robots.txt", fetcher=fetcher).read())) == 1


def test_an_index_is_followed_without_running_in_circles() -> None:
    pages = {
        "https://maud.example/1.xml": index("https://maud.example/2.xml", URL, "https://maud.example/1.xml"),
        "https://maud.example/2.xml": gzip.compress(sitemap(A).encode(), mtime=0),
        "https://maud.example/3.xml": sitemap(B, A),
    }
    content = index("https://maud.example/1.xml", "https://maud.example/3.xml", "https://other.example/4.xml")
    assert names(content, pages) == ["b", "a"]
    source = source_of(content, {**pages, B: page(), A: page()})
    assert len(list(source.read())) == 2
    assert source.lists_all
    assert source.ignored == {"on other sites": 1}


def test_indexes_nested_without_end_are_left() -> None:
    deep = {f"https://maud.example/{n}.xml": index(f"https://maud.example/{n + 1}.xml") for n in range(50)}
    source = read_source(sitemap(A).replace("</urlset>", "<sitemap><loc>/0.xml</loc></sitemap></urlset>"), deep)
    assert source.ignored["sitemaps beyond the limit"] == 1
    assert not source.lists_all


def test_other_languages_hosts_and_files_are_no_posts() -> None:
    def both(own: str) -> str:
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href="https://maud.example/{name}"/>'
            for language, name in [("en", "a"), ("de", "b")]
        )
        image = '<image:image xmlns:image="i"><image:loc>https://maud.example/c</image:loc></image:image>'
        return (
            f'<url xmlns:xhtml="http://www.w3.org/1999/xhtml"><loc>https://maud.example/{own}</loc>{links}{image}</url>'
        )

    content = sitemap(both("a"), both("b"), "https://other.example/x", "https://maud.example/cv.pdf", "mailto:maud")
    source = source_of(content, {A: page(), B: page()})
    assert [post.source_id for post in source.read()] == [A]
    assert source.ignored == {"files": 1, "in another language": 1, "no web address": 1, "on other sites": 1}


def test_a_page_that_cannot_be_had_says_why() -> None:
    pages = {
        "https://maud.example/down": UnreachableError("down for now"),
        "https://maud.example/members": HttpStatusError("answers 403", 403),
        "https://maud.example/huge": TooLargeError("larger than 10 MB"),
        "https://maud.example/robots": RobotsRefusedError("not allowed"),
        "https://maud.example/away": Fetched("https://other.example/", "text/html", "", {}, page().encode()),
        "https://maud.example/json": Fetched("https://maud.example/json", "application/json", "", {}, b"{}"),
        "https://maud.example/old": Fetched(A, "text/html", "", {}, page().encode()),
        A: page(),
    }
    source = source_of(sitemap(*pages, "https://maud.example/gone"), pages)
    assert source.count() == 9
    found = {item.source_id.rpartition("/")[2]: item for item in source.read()}
    assert found["down"] == Unreached("https://maud.example/down", "down for now")
    assert isinstance(found["members"], Unreached)
    huge = found["huge"]
    assert isinstance(huge, Post)
    assert (huge.problem, huge.content) == ("larger than 10 MB", "")
    assert set(found) == {"down", "members", "huge", "a"}
    assert source.ignored == {"application/json": 1, "gone": 1, "led to other sites": 1, "refused by robots.txt": 1}
    assert not source.lists_all


def test_a_page_larger_than_posts_may_be_has_a_problem() -> None:
    (post,) = source_of(sitemap(A), {A: page()}, max_file_bytes=100).read()
    assert isinstance(post, Post)
    assert "max_file_mb" in post.problem
    assert post.content == ""


def test_what_is_missing_is_not_taken_for_deleted() -> None:
    whole = sitemap(A, B)
    assert read_source(whole).lists_all
    assert not read_source(whole[: whole.index("maud.example/b")]).lists_all
    assert not read_source(whole, max_pages=1).lists_all
    part = source_of(index("https://maud.example/1.xml"))
    assert [type(item) for item in part.read()] == [Unreached]
    assert not part.lists_all


def test_the_sitemaps_dates_reach_the_fetcher() -> None:
    modified = []

    class Noting(FakeFetcher):
        def get(self, url: str, **options: object) -> Fetched:  # type: ignore[override]
            modified.append((url, options.get("modified", "")))
            return super().get(url)

    content = sitemap("<url><loc>https://maud.example/a</loc><lastmod>2024-02-03</lastmod></url>", B)
    list(opened(URL, fetcher=Noting({URL: content})).read())
    assert modified[-2:] == [(A, "2024-02-03T00:00:00+00:00"), (B, "")]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sitemap("&a;"), UnsafeMarkupError, "entities"),
        ("<!DOCTYPE x [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><urlset>&b;</urlset>", UnsafeMarkupError, "entities"),
        (gzip.compress(b"<urlset>" + b" " * 70_000_000, mtime=0), TooLargeError, "larger than 60 MB"),
        (gzip.compress(sitemap(A).encode(), mtime=0)[:-20], SourceError, "cut short"),
        ("<html><body>404</body></html>", SourceError, "<html>"),
        ("just words\nand more words", SourceError, "no sitemap"),
        ("", SourceError, "no sitemap"),
        (b"\x00\x01\x02", SourceError, "no sitemap"),
        (sitemap(), EmptySourceError, "lists no page"),
        (sitemap("ftp://maud.example/a"), EmptySourceError, "1 no web address"),
    ],
)  # fmt: skip
def test_what_is_no_sitemap_or_a_bomb_is_refused(content: str | bytes, error: type[SourceError], message: str) -> None:
    with pytest.raises(error, match=message):
        opened(URL, "sitemap", fetcher=FakeFetcher({URL: content}))


def test_a_local_file_lists_pages_of_the_web(tmp_path: Path) -> None:
    (tmp_path / "sitemap.xml.gz").write_bytes(gzip.compress(sitemap(A, "https://b.example/").encode(), mtime=0))
    source = opened(tmp_path / "sitemap.xml.gz", fetcher=FakeFetcher({A: page()}))  # type: ignore[arg-type]
    assert source.name == f"sitemap:{tmp_path / 'sitemap.xml.gz'}"
    assert [post.source_id for post in source.read()] == [A]
    assert source.ignored == {"on other sites": 1}


@pytest.mark.shared
def test_real_sitemaps_lose_no_address(shared: Path) -> None:
    folder = shared / "exports" / "sitemaps"
    if not folder.is_dir():
        pytest.skip("the sitemaps are not here")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SOURCE.txt"]
    for path in files:
        data = path.read_bytes()
        plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        written = re.findall(
            rb"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*\S", re.sub(rb"<!--.*?-->", b"", plain, flags=re.DOTALL)
        )
        try:
            found = parse_sitemap(data, url=URL)
        except SourceError:
            assert b"<!ENTITY" in plain or not written, path
            continue
        assert len(found.pages) + len(found.sitemaps) == len(written) or b"<loc" not in plain, path
    assert files
