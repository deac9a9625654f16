"""Which pages are posts, and how their bytes are read."""

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.fetching import Fetched

URL = "https://maud.example/sitemap.xml"
WORDS = "The gull sat on the rail and looked at the sea. " * 10
ARTICLE = f"<article><p>{WORDS}</p></article>"
A, B = "https://maud.example/a", "https://maud.example/b"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def page(
    title: str = "Fog", *, head: str = "", body: str = f"<article><p>{WORDS}</p></article>", attributes: str = ""
) -> str:
    return f"<html><head><title>{title}</title>{head}</head><body {attributes}>{body}</body></html>"


def sitemap(*entries: str, namespace: str = NS) -> str:
    urls = "".join(entry if entry.startswith("<") else f"<url><loc>{entry}</loc></url>" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {namespace}>{urls}</urlset>'


def source_of(content: str | bytes, pages: dict[str, object] | None = None, **options: object):  # type: ignore[no-untyped-def]
    fetcher = FakeFetcher({URL: content, **(pages or {})})  # type: ignore[dict-item]
    return opened(URL, fetcher=fetcher, **options)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("", page()), ("tag/sea/", page()), ("tags/", page()), ("category/fog/page/2", page()), ("page/3/", page()),
        ("2024/02/", page()), ("archives/", page()), ("author/maud", page()), ("blog/", page()), ("?s=fog", page()),
        ("x", page(body=f"<article>{WORDS}</article>" * 3)),
        ("x", page(body=f"<div class='h-feed'>{WORDS}</div>")),
        ("x", page(body=f"<p>Posts:</p><ul><li><a href='/a'>{WORDS}</a></li></ul>")),
        ("x", page(attributes='class="archive category category-fog"')),
        ("x", page(body="<nav>Home</nav><script>var x = 'words'</script>")),
        ("x", page(head='<meta http-equiv="refresh" content="0; url=/y">', body="<a href='/y'>Moved</a>")),
        ("x", "<!-- nothing -->"), ("x", ""),
    ],
)  # fmt: skip
def test_lists_of_posts_are_passed_over_and_counted(path: str, text: str) -> None:
    source = source_of(sitemap(f"https://maud.example/{path}"), {f"https://maud.example/{path}": text})
    assert list(source.read()) == []
    assert sum(source.ignored.values()) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fog", page()), ("about/", page(body=f"<p>{WORDS}</p>")), ("2024/02/03/fog.html", page()), ("?p=3", page()),
        ("archives/123", page()), ("topics/fog", page()), ("category/fog/rain/sea", page()),
        ("x", page(head='<meta property="og:type" content="article">', body=f"<article>{WORDS}</article>" * 4)),
        ("x", page(body=f"<article>{WORDS}<article class='comment'>Nice.</article></article>")),
        ("x", page(body=f"<article>{WORDS}</article><article class='related-post'>Rain</article>")),
        ("x", page(body="<article><p>Gulls.</p></article>")),
        ("x", page(body="<div class='post h-entry'><p>Gulls.</p></div>")),
        ("x", page(attributes='class="single single-post home"', body=f"<div>{WORDS}</div>")),
        ("tag/sea", page(head='<meta property="article:published_time" content="2024-01-01">')),
        ("x", f"<!doctype html><title>Fog</title>{ARTICLE}"),
    ],
)  # fmt: skip
def test_posts_are_known(path: str, text: str) -> None:
    source = source_of(sitemap(f"https://maud.example/{path}"), {f"https://maud.example/{path}": text})
    assert [post.source_id for post in source.read()] == [f"https://maud.example/{path}"]


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ("Füchse".encode(), "", "Füchse"), ("Füchse".encode(), "iso-8859-1", "Füchse"),
        ("Füchse “x”".encode("cp1252"), "iso-8859-1", "Füchse “x”"), ("Füchse".encode("latin-1"), "utf-8", "Füchse"),
        (b'<meta charset="koi8-r">' + "туман".encode("koi8-r"), "", "туман"),
        ("霧の中".encode("iso-2022-jp"), "iso-2022-jp", "霧の中"),
        ("霧の中".encode("shift_jis"), "Shift_JIS", "霧の中"),
        ("Füchse im Nebel und ein Café".encode() + b"\xff", "utf-8", "Füchse im Nebel und ein Café\ufffd"),
        ("Füchse".encode("utf-16"), "utf-8", "Füchse"), ("Füchse".encode(), "no-such-charset", "Füchse"),
        ("Füchse".encode("latin-1"), "rot13", "Füchse"),
    ],
)  # fmt: skip
def test_a_page_is_decoded_whatever_is_claimed(body: bytes, header: str, expected: str) -> None:
    from feature_pipeline.web.page_text import page_text

    fetched = Fetched(A, "text/html", header, {}, body)
    assert page_text(fetched).removeprefix('<meta charset="koi8-r">') == expected


def signed(name: str) -> str:
    return page(head=f'<meta name="author" content="{name}">')


def test_pages_that_others_signed_are_not_the_authors() -> None:
    pages = {f"https://maud.example/{n}": signed("Maud Ferrier" if n % 2 else "Ann Sellick") for n in range(1, 5)}
    pages["https://maud.example/about"] = page()
    source = source_of(sitemap(*pages), pages)
    assert {post.source_id[-1] for post in source.read()} == {"1", "3", "t"}
    assert (source.ignored, source.lists_all) == ({"by other authors": 2}, True)


def test_a_site_that_one_person_signs_is_the_authors_and_one_of_several_is_asked_for() -> None:
    one = {A: signed("The Clockmaker"), B: signed("The Clockmaker")}
    assert len(list(source_of(sitemap(*one), one).read())) == 2
    two = {A: signed("The Clockmaker"), B: signed("Bo")}
    with pytest.raises(WhoIsTheAuthorError, match="The Clockmaker"):
        list(source_of(sitemap(*two), two).read())
    assert [post.source_id for post in source_of(sitemap(*two), two, me=("Bo",)).read()] == [B]


def test_the_sites_name_is_not_the_title_of_a_page() -> None:
    named = '<meta property="og:site_name" content="The Clock"><meta property="og:title" content="The Clock">'
    text = page("The Clock", head=named, body=f"<h1>The Clock</h1><article><h2>Of fog</h2><p>{WORDS}</p></article>")
    assert [post.title for post in source_of(sitemap(A), {A: text}).read()] == ["Of fog"]
