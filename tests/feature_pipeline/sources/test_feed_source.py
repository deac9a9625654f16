"""Feeds of every kind, whole and broken, in words of our own."""

import json

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import (
    UnreachableError,
    WhoIsTheAuthorError,
)
from feature_pipeline.fetching import Fetched
from feature_pipeline.source_contract import Unreached
from feature_store.records import ContentType, Post, PostKind

URL = "https://maud.example/feed.xml"
LONG = "<p>" + "The gull sat on the rail and looked at the sea. " * 30 + "</p>"
PAGE = f"<html><head><title>The page</title></head><body><article><h1>The page</h1>{LONG}</article></body></html>"


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


def test_an_item_becomes_a_post() -> None:
    item = (
        "<item><title>Fog &amp;amp; rain</title><link>/2024/fog?utm_source=rss#top</link>"
        '<guid isPermaLink="false">tag:7</guid><pubDate>Sat, 03 Feb 2024 10:00:00 +0100</pubDate>'
        "<category>sea</category><category>fog</category><category>sea</category>"
        f"<description>A teaser</description><content:encoded><![CDATA[{LONG}😀]]></content:encoded></item>"
    )
    post = one(rss(item))
    assert (post.source, post.source_id) == (f"feed:{URL}", "tag:7")
    assert (post.title, post.url) == ("Fog & rain", "https://maud.example/2024/fog")
    assert post.created_at == "2024-02-03T09:00:00+00:00"
    assert (post.content, post.content_type) == (f"{LONG}😀", ContentType.HTML)
    assert (post.tags, post.kind, post.problem) == (("sea", "fog"), PostKind.ARTICLE, "")


RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://maud.example/"><title>M</title><link>https://maud.example/</link></channel>
<item rdf:about="https://maud.example/1"><title>T</title><link>https://maud.example/1</link>
<dc:date>2004-05-06T07:08:09Z</dc:date><content:encoded>&lt;p&gt;Words&lt;/p&gt;</content:encoded></item></rdf:RDF>"""
RSS_091 = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>M</title>
<link>https://elsewhere.example/</link><item><title>T</title><link>https://maud.example/1</link>
<description>&lt;p&gt;Words&lt;/p&gt;</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://maud.example/"><title>M</title><id>f</id>
<entry><id>https://maud.example/1</id><title type="html">T</title><link href="1"/>
<published>2004-05-06T07:08:09Z</published><updated>2020-01-01T00:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Words</p></div></content></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>M</title><entry><title>T</title>
<link rel="alternate" type="text/html" href="https://maud.example/1"/><id>https://maud.example/1</id>
<issued>2004-05-06T07:08:09Z</issued><modified>2004-05-07T07:08:09Z</modified>
<content type="text/html" mode="escaped">&lt;p&gt;Words&lt;/p&gt;</content></entry></feed>"""
CDF = """<?xml version="1.0"?><CHANNEL HREF="https://maud.example/"><ITEM HREF="https://maud.example/1"
 LASTMOD="2004-05-06T07:08:09Z"><TITLE>T</TITLE><ABSTRACT>&lt;p&gt;Words&lt;/p&gt;</ABSTRACT></ITEM></CHANNEL>"""
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "M",
        "items": [
            {"id": "https://maud.example/1", "url": "/1", "title": "T", "content_html": "<p>Words</p>",
             "date_published": "2004-05-06T07:08:09Z"}
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "feed", [RDF, RSS_091, ATOM, ATOM_03, CDF, JSON_FEED], ids=["rdf", "0.91", "atom", "0.3", "cdf", "json"]
)
def test_every_kind_gives_the_same_post(feed: str) -> None:
    post = one(feed)
    assert (post.title, post.url, post.content.strip()) == ("T", "https://maud.example/1", "<p>Words</p>")
    assert post.created_at in ("2004-05-06T07:08:09+00:00", "" if feed == RSS_091 else "2004-05-06T07:08:09+00:00")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&amp;T", "AT&T"),
        ("Fish &amp;lt;b&amp;gt;and&amp;lt;/b&amp;gt; chips", "Fish <b>and</b> chips"),
        ("<![CDATA[Fish <em>and</em> chips]]>", "Fish and chips"),
        ("  Two \n lines ", "Two lines"),
        ("2 &lt; 3", "2 < 3"),
        ("文字と😀", "文字と😀"),
    ],
)
def test_titles_are_plain(title: str, expected: str) -> None:
    assert one(rss(full(1).replace("Post 1", title))).title == expected


def test_content_that_was_escaped_twice_is_mended() -> None:
    twice = "&amp;lt;p&amp;gt;One &amp;amp; two&amp;lt;/p&amp;gt;"
    item = f"<item><title>T</title><content:encoded>{twice}</content:encoded></item>"
    assert one(rss(item)).content == "<p>One & two</p>"
    code = "<p>Write &lt;p&gt;x&lt;/p&gt;</p>"
    assert (
        one(rss(f"<item><title>T</title><content:encoded><![CDATA[{code}]]></content:encoded></item>")).content == code
    )


def test_what_a_plugin_adds_below_is_not_the_authors() -> None:
    body = "<p>Words</p>"
    added = '<p>The post <a href="https://maud.example/1">Fog</a> first appeared on <a href="https://maud.example">M</a>.</p>'
    item = f"<item><title>T</title><content:encoded><![CDATA[{body}\n{added}]]></content:encoded></item>"
    assert one(rss(item)).content == body


def test_plain_text_stays_plain() -> None:
    item = {
        "id": 7,
        "content_text": "One\n\n  two 😀 <3",
        "date_published": None,
        "tags": ["a", 3, None],
        "title": None,
    }
    post = one(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]}))
    assert (post.source_id, post.content, post.content_type) == ("7", "One\n\n  two 😀 <3", ContentType.PLAIN)
    assert (post.kind, post.tags, post.title) == (PostKind.POST, ("a",), "")
    atom = ATOM.replace('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Words</p></div></content>',
                        '<content type="text">a &lt;b&gt; c</content>')  # fmt: skip
    assert (one(atom).content, one(atom).content_type) == ("a <b> c", ContentType.PLAIN)


def test_items_without_titles_are_short_posts_or_articles() -> None:
    short, long = read(
        rss(
            f"<item><description>Gulls.</description></item><item><description>{LONG}</description></item>".replace(
                "<p>", "&lt;p&gt;"
            ).replace("</p>", "&lt;/p&gt;")
        )
    )
    assert (short.kind, short.title) == (PostKind.POST, "")  # type: ignore[union-attr]
    assert (long.kind, long.title) == (PostKind.ARTICLE, "")  # type: ignore[union-attr]
    again = read(rss("<item><description>Gulls.</description></item>"))
    assert again[0].source_id == short.source_id != long.source_id


# Teasers


@pytest.mark.parametrize(
    "teaser",
    [
        "<description>A gull sits on the rail</description>",
        "<description/>",
        "",
        "<content:encoded><![CDATA[<p>A gull sits on the rail [&#8230;]</p>]]></content:encoded>",
        "<content:encoded><![CDATA[<p>A gull…</p> <a href='/1'>Continue reading <b>Gulls</b></a>]]></content:encoded>",
        "<content:encoded><![CDATA[<p>A gull sits</p><p><a href='/1'>Read more &raquo;</a></p>]]></content:encoded>",
    ],
)
def test_behind_a_teaser_the_page_is_read(teaser: str) -> None:
    item = f"<item><title>Gulls</title><link>https://maud.example/1</link>{teaser}</item>"
    post = one(rss(item), {"https://maud.example/1": PAGE})
    assert (post.title, post.content, post.content_type) == ("Gulls", PAGE, ContentType.HTML)


@pytest.mark.parametrize(
    "item",
    [
        full(1),
        f"<item><title>T</title><link>https://maud.example/1</link><description><![CDATA[{LONG}]]></description></item>",
        "<item><title>T</title><link>https://other.example/1</link><description>What I think</description></item>",
        "<item><link>https://maud.example/1</link><description>A short one.</description></item>",
    ],
    ids=["full", "long", "a link to others", "a short post"],
)
def test_a_full_item_is_not_asked_for(item: str) -> None:
    fetcher = FakeFetcher({URL: rss(item)})
    (post,) = opened(URL, fetcher=fetcher).read()
    assert isinstance(post, Post)
    assert not post.problem
    assert fetcher.asked == [URL]


def test_when_the_page_is_not_to_be_had() -> None:
    item = (
        "<item><title>T</title><link>https://maud.example/1</link><guid isPermaLink='false'>g</guid>"
        "<description>{}</description></item>"
    )
    down = UnreachableError("down for now")
    assert read(rss(item.format("Teaser")), {"https://maud.example/1": down}) == [Unreached("g", "down for now")]
    assert one(rss(item.format("Teaser"))).content == "Teaser"  # 404: the words that there are
    assert "answers 404" in one(rss(item.format(""))).problem
    assert one(rss(item.format("Teaser")), {"https://maud.example/1": "<p>No</p>"}).content == "Teaser"
    assert "no text" in one(rss("<item><title>T</title><guid isPermaLink='false'>g</guid></item>")).problem


# Whose and how many


def test_of_several_authors_one_is_chosen() -> None:
    feed = rss(full(1, dc_creator="Maud Ferrier") + full(2, dc_creator="Jo Bell") + full(3))
    source = opened(URL, fetcher=FakeFetcher({URL: feed}))
    assert [post.source_id for post in source.read()] == ["1", "3"]
    assert source.ignored == {"by other people": 1}
    assert len(read(feed, author_name="Somebody", author="else")) == 3
    assert [post.source_id for post in read(feed, me=("jo bell",))] == ["2", "3"]
    with pytest.raises(WhoIsTheAuthorError, match="Jo Bell"):
        read(feed, me=("nobody",))


def test_ids_are_unique_whatever_the_feed_says() -> None:
    start = "<item><guid isPermaLink='false'>1</guid>"
    same = start + "<title>{0}</title><link>https://maud.example/{0}</link><description>{0} …</description></item>"
    feed = rss(
        same.format("a")
        + same.format("b")
        + same.format("a")
        + "<item><guid isPermaLink='false'>1</guid><title>c</title></item><item/>"
    )
    source = opened(URL, fetcher=FakeFetcher({URL: feed}))
    posts = list(source.read())
    assert [post.source_id for post in posts[:2]] == ["1", "https://maud.example/b"]
    assert len({post.source_id for post in posts}) == len(posts) == 3
    assert source.ignored == {"empty": 1, "repeated": 1}
    assert not source.lists_all


def test_pages_of_a_feed_are_followed_without_running_in_circles() -> None:
    def page(number: int, following: str) -> str:
        return rss(full(number), f'<link>https://maud.example/</link><atom:link rel="next" href="{following}"/>')

    pages = {
        "https://maud.example/feed2": page(2, "/feed3"),
        "https://maud.example/feed3": page(3, "/feed2"),
    }
    assert [post.source_id for post in read(page(1, "/feed2"), pages)] == ["1", "2", "3"]
    assert [post.source_id for post in read(page(1, "/feed2"), pages, max_pages=2)] == ["1", "2"]
    assert [post.source_id for post in read(page(1, "https://other.example/feed2"), pages)] == ["1"]
    assert [post.source_id for post in read(page(1, "/gone"))] == ["1"]
    down = UnreachableError("down")
    assert read(page(1, "/feed2"), {"https://maud.example/feed2": down})[1:] == [
        Unreached("https://maud.example/feed2", "down")
    ]


def test_wordpress_and_json_feeds_are_paged_in_their_own_way() -> None:
    head = "<link>https://maud.example/</link><generator>https://wordpress.org/?v=6.4</generator>"
    pages = {f"{URL}?paged=2": rss(full(2), head), f"{URL}?paged=3": rss(full(2), head)}
    assert [post.source_id for post in read(rss(full(1), head), pages)] == ["1", "2"]
    first = json.loads(JSON_FEED) | {"next_url": "/feed.json?page=2"}
    second = json.loads(JSON_FEED.replace("maud.example/1", "maud.example/2")) | {"next_url": "/feed.json?page=2"}
    found = read(json.dumps(first), {"https://maud.example/feed.json?page=2": json.dumps(second)})
    assert [post.source_id for post in found] == ["https://maud.example/1", "https://maud.example/2"]
