"""Feeds in all encodings, and broken in all ways."""

import json
import re
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import (
    EmptySourceError,
    SourceError,
    UnsafeMarkupError,
)
from feature_pipeline.fetching import Fetched
from feature_pipeline.source_contract import Unreached
from feature_store.records import ContentType, Post

URL = "https://maud.example/feed.xml"
LONG = "<p>" + "The gull sat on the rail and looked at the sea. " * 30 + "</p>"


def rss(items: str, channel: str = "<link>https://maud.example/</link>") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>Maud</title>{channel}{items}</channel></rss>"
    )


def full(number: int, **more: str) -> str:
    extra = "".join(f"<{name.replace('_', ':')}>{value}</{name.replace('_', ':')}>" for name, value in more.items())
    return (
        f"<item><title>Post {number}</title><link>https://maud.example/{number}</link>"
        f"<guid isPermaLink='false'>{number}</guid>"
        f"<content:encoded><![CDATA[<p>Text {number}</p>]]></content:encoded>{extra}</item>"
    )


def read(
    feed: str | bytes | Fetched, pages: dict[str, object] | None = None, **options: object
) -> list[Post | Unreached]:
    fetcher = FakeFetcher({URL: feed, **(pages or {})})  # type: ignore[dict-item]
    return list(opened(URL, fetcher=fetcher, **options).read())


def one(feed: str | bytes | Fetched, pages: dict[str, object] | None = None, **options: object) -> Post:
    (post,) = read(feed, pages, **options)
    assert isinstance(post, Post)
    return post


JSON_FEED = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": "<p>x</p>"}]}
)


@pytest.mark.parametrize(
    ("encoding", "declaration", "header"),
    [
        ("utf-8", "utf-8", ""), ("utf-8", "utf-8", "iso-8859-1"), ("utf-8-sig", "", ""), ("utf-16", "utf-16", ""),
        ("windows-1252", "windows-1252", ""), ("iso-8859-1", "", "iso-8859-1"), ("koi8-r", "koi8-r", ""),
    ],
)  # fmt: skip
def test_encodings_are_read_as_they_are(encoding: str, declaration: str, header: str) -> None:
    word = "туман" if encoding == "koi8-r" else "Füchse im Café"
    declared = f' encoding="{declaration}"' if declaration else ""
    text = rss(full(1)).replace(' encoding="utf-8"', declared).replace("Text 1", word)
    page = Fetched(url=URL, content_type="text/xml", charset=header, headers={}, body=text.encode(encoding))
    assert one(page).content == f"<p>{word}</p>"


def test_broken_feeds_are_read_as_far_as_they_go() -> None:
    assert one("\n\n  " + rss(full(1))).source_id == "1"
    assert one(rss(full(1)).replace("</rss>", "")).source_id == "1"
    assert one(rss(full(1)).replace("Post 1", "Fish & chips &nbsp; now")).title == "Fish & chips now"
    assert [post.source_id for post in read(rss(full(1) + full(2)).split("Text 2")[0])] == ["1", "2"]


@pytest.mark.parametrize(
    "declared", ['<!ENTITY a "b">', '<!ENTITY % x SYSTEM "file:///etc/passwd">', '<!entity a "b">']
)
def test_entities_are_refused(declared: str) -> None:
    bomb = rss(full(1)).replace("?>", f"?><!DOCTYPE rss [{declared}]>", 1)
    with pytest.raises(UnsafeMarkupError, match="defines XML entities"):
        read(bomb)
    with pytest.raises(SourceError):
        read(Fetched(url=URL, content_type="", charset="", headers={}, body=bomb.encode("utf-16")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is nothing that can be read|empty"),
        ("<html><body>No feed</body></html>", "no feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "broken JSON"),
        ("[" * 100_000, "no feed"),
        ("jsonfeed.org/version" + '{"a":' * 50_000, "no feed"),
        ('{"x": "jsonfeed.org/version", "a":' + '{"a":' * 50_000, "nested too deep|broken"),
        (rss(""), "has no item"),
    ],
)
def test_what_is_no_feed_says_so(content: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        opened(URL, "feed", fetcher=FakeFetcher({URL: content}))


def test_wrong_types_in_json_lose_no_other_item() -> None:
    items = [
        None,
        3,
        "x",
        [],
        {},
        {"id": {"a": 1}, "content_html": ["x"], "authors": 3, "tags": "x"},
        {
            "id": "g",
            "content_html": "<p>x</p>",
            "authors": [None, {"name": 3}],
            "date_published": 10**30,
            "url": {"a": 1},
        },
    ]
    source = opened(
        URL, fetcher=FakeFetcher({URL: json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})})
    )
    assert [(post.source_id, post.created_at) for post in source.read()] == [("g", "")]
    assert source.ignored == {"empty": 1, "repeated": 1}


def test_a_file_is_a_feed_too(tmp_path: Path) -> None:
    (tmp_path / "feed.rss").write_text(rss(full(1)))
    (tmp_path / "feed.json").write_text(JSON_FEED)
    (tmp_path / "export.xml").write_text(
        rss(full(1)).replace("<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" ')
    )
    assert [post.source_id for post in opened(tmp_path / "feed.rss").read()] == ["1"]  # type: ignore[arg-type]
    source = opened(tmp_path / "feed.json")  # type: ignore[arg-type]
    assert source.name == f"feed:{tmp_path / 'feed.json'}"
    assert len(list(source.read())) == 1
    (tmp_path / "empty.xml").write_text(rss(""))
    with pytest.raises(EmptySourceError):
        opened(tmp_path / "empty.xml", "feed")  # type: ignore[arg-type]


@pytest.mark.shared
def test_no_feed_of_the_corpus_is_too_broken(shared: Path) -> None:
    folder = shared / "exports" / "feeds"
    if not folder.is_dir():
        pytest.skip("the feeds are not here")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SOURCE.txt"]
    items = 0
    for path in files:
        data = path.read_bytes()
        written = len(re.findall(rb"<(?:item|entry)[ >]", data)) or len(re.findall(rb'"content_(?:html|text)"', data))
        try:
            source = opened(path, "feed")  # type: ignore[arg-type]
        except SourceError:
            assert not written or path.stem == "invalid", path
            continue
        found = len(list(source.read())) + sum(source.ignored.values())
        assert found == written or (path.suffix == ".json" and 1 <= found <= written), path
        items += found
    assert items >= 40


ALT = "A heron stands on the third step of the harbour stairs, and behind it the tower without its clock."
PICTURE = (
    '<{p}:content url="https://maud.example/1.png" type="image/png" medium="image"><{p}:rating>nonadult</{p}:rating>'
    f'<{{p}}:description type="plain">{ALT}</{{p}}:description><{{p}}:title>heron.png</{{p}}:title></{{p}}:content>'
)
NOTE = "<description>&lt;p&gt;The heron again.&lt;/p&gt;</description>"


@pytest.mark.parametrize("prefix", ["media", "m"])
@pytest.mark.parametrize(
    "order", ["{note}{picture}", "{picture}{note}", "{note}{picture}{picture}", "{picture}{note}{picture}"]
)
def test_a_pictures_alt_text_is_not_the_post(order: str, prefix: str) -> None:
    inside = order.format(note=NOTE, picture=PICTURE.format(p=prefix))
    feed = rss(f"<item><guid>1</guid><link>https://maud.example/1</link>{inside}</item>")
    feed = feed.replace("<rss ", f'<rss xmlns:{prefix}="http://search.yahoo.com/mrss/" ')
    post = one(feed)
    assert (post.content, post.content_type, post.title) == ("<p>The heron again.</p>", ContentType.HTML, "")


def test_a_picture_without_words_is_no_post_of_its_alt_text() -> None:
    feed = rss(f"<item><guid>1</guid><description></description>{PICTURE.format(p='media')}</item>")
    assert one(feed).content == ""


def test_a_teaser_beside_a_picture_is_a_teaser() -> None:
    title = "<title>The heron</title><link>https://maud.example/1</link>"
    feed = rss(f"<item><guid>1</guid>{title}{PICTURE.format(p='media')}{NOTE}</item>")
    page = f"<html><body><article><h1>The heron</h1>{LONG}</article></body></html>"
    assert "The gull sat" in one(feed, {"https://maud.example/1": page}).content
    both = (
        full(2)
        .replace("Text 2", "The heron again, and again.")
        .replace("</item>", PICTURE.format(p="media") + "</item>")
    )
    assert one(rss(both)).content == "<p>The heron again, and again.</p>"


def test_what_an_author_says_of_a_film_is_the_text() -> None:
    said = "<media:title>Heron</media:title><media:description>The heron,\n\nfilmed.</media:description>"
    film = f"<media:group>{said}</media:group>"
    feed = rss(f"<item><guid>1</guid><title>A heron</title>{film}</item>")
    post = one(feed.replace("<rss ", '<rss xmlns:media="http://search.yahoo.com/mrss/" '))
    assert (post.title, post.content, post.content_type) == ("A heron", "The heron,\n\nfilmed.", ContentType.PLAIN)


@pytest.mark.parametrize("zone", ["CEST", "MESZ", "+0200", "Europe/Berlin"])
def test_the_zone_of_a_date_is_read(zone: str) -> None:
    assert one(rss(full(1, pubDate=f"Mon, 15 Jul 2024 10:00:00 {zone}"))).created_at == "2024-07-15T08:00:00+00:00"
