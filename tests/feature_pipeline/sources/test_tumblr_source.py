"""Tumblr: by the first version of its API, and by a blog's export; of reblogs only what the author added."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.apis import FakeApi
from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.tumblr_posts import own_words
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import ContentType, Post, PostKind

BASE = "https://maud.tumblr.com"
ADDED = (
    '<p><a class="tumblr_blog" href="https://ann.tumblr.com/post/1">ann</a>:</p><blockquote><p><a class="tumblr_blog" '
    'href="https://bo.tumblr.com/post/1">bo</a>:</p><blockquote><p>kanarifugl one</p></blockquote><p>kanarifugl two</p>'
    "</blockquote><p>I saw it <i>myself</i>.</p>"
)


def post(number: int, kind: str, **fields: Any) -> dict[str, Any]:
    about = {"id": str(number), "url": f"{BASE}/post/{number}", "url-with-slug": f"{BASE}/post/{number}/fog"}
    return about | {"type": kind, "date-gmt": "2024-05-01 06:30:00 GMT", "tags": ["fog"]} | fields


POSTS = [
    post(1, "regular", **{"regular-title": "Fog", "regular-body": "<p>It came in at six.</p>"}),
    post(2, "regular", **{"regular-title": "Theirs", "regular-body": ADDED, "reblogged-from-name": "ann"}),
    post(3, "photo", **{"photo-caption": "<p>kanarifugl</p>", "reblogged-from-name": "ann"}),
    post(4, "photo", **{"photo-caption": "<p>The pier, from my window.</p>"}),
    post(5, "quote", **{"quote-text": "kanarifugl", "quote-source": "Bo"}),
    post(6, "conversation", **{"conversation-text": "ann: kanarifugl"}),
    post(7, "answer", question="Does it kanarifugl?", answer="<p>Every morning.</p>"),
    post(8, "link", **{"link-text": "A page", "link-url": "https://x.org", "link-description": ""}),
    post(9, "regular", **{"regular-title": None, "regular-body": "<p>kanarifugl</p>", "is-submission": True}),
    post(10, "regular", **{"regular-title": "Only a title", "regular-body": ""}),
]


def url(start: int) -> str:
    return f"/api/read/json?debug=1&num=50&start={start}"


def answer(posts: list[Any], start: int, total: int) -> dict[str, Any]:
    return {"tumblelog": {"name": "maud"}, "posts-start": start, "posts-total": str(total), "posts": posts}


def test_what_the_author_wrote_is_read_and_nothing_else() -> None:
    pages = {url(0): answer(POSTS[:6], 0, 10), url(6): answer(POSTS[6:], 6, 10)}
    source = opened(f"{BASE}/archive", fetcher=FakeApi(pages).fetcher(BASE))
    posts = {item.source_id: item for item in source.read() if isinstance(item, Post)}

    assert source.name == "tumblr:maud"
    assert source.lists_all
    assert [*posts] == ["1", "2", "4", "7", "10"]
    assert (posts["1"].title, posts["1"].tags, posts["1"].kind) == ("Fog", ("fog",), PostKind.POST)
    assert (posts["1"].url, posts["1"].created_at) == (f"{BASE}/post/1/fog", "2024-05-01T06:30:00+00:00")
    reblog, told = posts["2"], posts["7"]
    assert plain_text(reblog.content, ContentType.HTML) == "I saw it myself."
    assert (reblog.title, reblog.kind, reblog.context) == ("", PostKind.REPLY, "kanarifugl two")
    assert (told.kind, told.context) == (PostKind.REPLY, "Does it kanarifugl?")
    assert (posts["10"].content, posts["10"].title) == ("Only a title", "")
    assert source.ignored == {
        "chats that were copied": 1,
        "link without words": 1,
        "quotations": 1,
        "reblogs without words of one's own": 1,
        "sent in by others": 1,
    }
    for item in posts.values():
        document = clean(item, min_words=1, min_words_short=1)
        assert "kanarifugl" not in f"{document.text} {document.title}"


def test_a_blog_that_is_not_there_or_not_for_everybody() -> None:
    with pytest.raises(SourceError, match="no blog maud"):
        list(opened("tumblr:maud", fetcher=FakeApi({url(0): 404}).fetcher(BASE)).read())
    with pytest.raises(SourceError, match="Export the blog"):
        list(opened("tumblr:maud", fetcher=FakeApi({url(0): b"<html>Log in</html>"}).fetcher(BASE)).read())


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://www.tumblr.com/maud", "tumblr"),
        ("https://tumblr.com/blog/view/maud", "tumblr"),
        ("http://maud.tumblr.com/", "tumblr"),
        ("https://www.tumblr.com/explore", "site"),
        ("https://maud.tumblr.com/rss", "feed"),
    ],
)
def test_addresses(address: str, kind: str) -> None:
    page = "<rss version='2.0'><channel><item><title>x</title></item></channel></rss>" if kind == "feed" else "<html>x"
    assert recognise(Location(address, FakeFetcher({address: page}))) == kind


XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<tumblr version="1.0"><tumblelog name="maud" timezone="UTC" title="Fog"/><posts start="0" total="2">
<post id="1" url="{BASE}/post/1" type="regular" date-gmt="2024-05-01 06:30:00 GMT" format="html">
<regular-title>Fog &amp; tide</regular-title><regular-body>&lt;p&gt;It came in.&lt;/p&gt;</regular-body>
<tag>fog</tag><tag>tide</tag></post>
<post id="2" url="{BASE}/post/2" type="regular" date-gmt="2024-05-02 06:30:00 GMT" reblogged-from-name="ann">
<regular-body><![CDATA[{ADDED}]]></regular-body></post>
</posts></tumblr>
"""


def test_an_export_is_read_in_its_archive_and_unpacked(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked/posts.xml").write_text(XML)
    with zipfile.ZipFile(tmp_path / "posts.zip", "w") as inner:
        inner.writestr("posts/posts.xml", XML)
    with zipfile.ZipFile(tmp_path / "maud.zip", "w") as outer:
        outer.write(tmp_path / "posts.zip", "posts.zip")
        outer.writestr("media/1.jpg", b"x")

    for place in ("unpacked", "maud.zip"):
        assert recognise(Location(str(tmp_path / place), FakeFetcher())) == "tumblr_export"
        source = opened(str(tmp_path / place))
        posts = [item for item in source.read() if isinstance(item, Post)]
        assert source.name == "tumblr_export:maud"
        assert [(item.title, item.tags) for item in posts] == [("Fog & tide", ("fog", "tide")), ("", ())]
        assert plain_text(posts[1].content, ContentType.HTML) == "I saw it myself."


@pytest.mark.parametrize(
    ("markup", "is_reblog", "found"),
    [
        ("<p>Mine.</p>", False, ("<p>Mine.</p>", "")),
        ("<p>Mine.</p><blockquote>Hers.</blockquote>", False, ("<p>Mine.</p><blockquote>Hers.</blockquote>", "")),
        ('<p>Hers.</p><p>(via <a class="tumblr_blog" href="x">ann</a>)</p>', False, ("", None)),
        (ADDED.partition("<p>I saw")[0], True, ("", None)),
    ],
)
def test_whose_words(markup: str, is_reblog: bool, found: tuple[str, str | None]) -> None:
    assert own_words(markup, is_reblog=is_reblog) == found


def test_in_a_feed_too_the_name_of_whom_one_reblogs_is_no_text() -> None:
    made = Post(
        author="maud", source="feed:x", source_id="1", url="", title="", created_at="", fetched_at="", content=ADDED,
        content_type=ContentType.HTML, kind=PostKind.POST,
    )  # fmt: skip
    document = clean(made, min_words=1, min_words_short=1)

    assert document.text.endswith("I saw it myself.")
    assert [document.text[span.start : span.end].startswith(">") for span in document.marked] == [True]
    assert "ann:" not in document.text
