"""Substack: posts.csv and the pages beside it."""

import csv
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import substack
from feature_store.records import Post, PostKind

HEADER = "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n"
SUBSCRIBE = (
    '<p class="button-wrapper" data-attrs="{&quot;url&quot;:&quot;https://maud.substack.com/subscribe?&quot;}">'
    '<a class="button primary" href="https://maud.substack.com/subscribe?"><span>Subscribe now</span></a></p>'
)
WIDGET = (
    '<div class="subscription-widget-wrap-editor"><div class="subscription-widget show-subscribe">'
    '<div class="preamble"><p class="cta-caption">Thanks for reading! Subscribe for free.</p></div>'
    '<form><input value="Subscribe"></form></div></div>'
)


def row(post_id: str, title: str = "Fog", subtitle: str = "", *, published: str = "true", **other: str) -> str:
    kind, audience, sent = other.get("type", "newsletter"), other.get("audience", "everyone"), other.get("sent", "")
    date = other.get("date", "2023-04-02T10:00:00.000Z")
    return f'{post_id},{date},{published},{sent},,{kind},{audience},"{title}","{subtitle}",\n'


def export(folder: Path, rows: str, **pages: str) -> Path:
    (folder / "posts").mkdir(parents=True)
    if rows:
        (folder / "posts.csv").write_text(HEADER + rows, encoding="utf-8")
    for name, text in pages.items():
        (folder / "posts" / f"{name.lstrip('p').replace('__', '.').replace('_', '-')}.html").write_text(text, "utf-8")
    return folder


def read(folder: Path, **options: object) -> dict[str, Post]:
    return {post.source_id: post for post in opened(str(folder), "substack", **options).read()}


def test_a_newsletter(tmp_path: Path) -> None:
    title = "Fog &#x201C;here&#x201D;"
    folder = export(
        tmp_path / "e", row("123401.the-fog", title, "On &amp; off"), p123401__the_fog=f"<p>Grey.</p>{SUBSCRIBE}"
    )
    post = read(folder)["123401.the-fog"]
    assert (post.title, post.kind, post.visibility) == ("Fog “here”", PostKind.ARTICLE, "public")
    assert (post.url, post.created_at) == ("https://maud.substack.com/p/the-fog", "2023-04-02T10:00:00+00:00")
    assert (post.source, clean(post, min_words=1).text) == ("substack:maud.substack.com", "On & off\n\nGrey.")
    assert read(folder, base_url="https://fog.example/")["123401.the-fog"].url == "https://fog.example/p/the-fog"


def test_what_is_published(tmp_path: Path) -> None:
    rows = (
        row("100001.a", audience="only_paid")
        + row("100002.b", published="FALSE")
        + row("100003.c", published="TRUE", type="page", date="", sent="2022-01-01T00:00:00.000Z")
        + row("100004.d", type="thread")
    )
    pages = {f"p10000{n}__{slug}": "<p>x</p>" for n, slug in enumerate("abcd", 1)}
    found = read(export(tmp_path / "e", rows, **pages))
    assert [post.visibility for post in found.values()] == ["public", "draft", "public", "public"]
    assert found["100003.c"].created_at == "2022-01-01T00:00:00+00:00"
    assert found["100004.d"].url == "100004.d"


def test_rows_and_pages_that_miss_each_other(tmp_path: Path) -> None:
    folder = export(
        tmp_path / "e",
        row("100001.a") * 2 + row("100003") + row(""),
        p100002__on_rain="<p>x</p>",
        p100003__c="<p>y</p>",
    )
    (folder / "posts" / "100001.delivers.csv").write_text("a,b\n")
    source = opened(str(folder), "substack")
    found = {post.source_id: post for post in source.read()}
    assert list(found) == ["100001.a", "100003", "100002.on-rain"]
    assert "posts/100001.a.html is not there" in found["100001.a"].problem
    assert (found["100003"].content, found["100003"].problem) == ("<p>y</p>", "")
    assert (found["100002.on-rain"].title, found["100002.on-rain"].content) == ("on rain", "<p>x</p>")
    assert source.ignored == {"other files": 1, "repeated": 1, "rows without a post": 1}


def test_short_numbers(tmp_path: Path) -> None:
    found = read(export(tmp_path / "e", row("7.fog") + row("8"), p7__fog="<p>x</p>", p8="<p>y</p>"))
    assert {key: (post.content, post.problem) for key, post in found.items()} == {
        "7.fog": ("<p>x</p>", ""),
        "8": ("<p>y</p>", ""),
    }


def test_a_page_under_another_number_is_known_by_its_slug(tmp_path: Path) -> None:
    rows = (
        row("100001.fog", "Fog") + row("100002.rain", "Rain") + row("100003.", "No slug") + row("100005.rain", "Hail")
    )
    folder = export(tmp_path / "e", rows, p100004__fog="<p>x</p>", p100005__rain="<p>y</p>", p100006__snow="<p>z</p>")
    found = read(folder)
    assert {key: (post.title, post.content, bool(post.problem)) for key, post in found.items()} == {
        "100001.fog": ("Fog", "<p>x</p>", False),
        "100002.rain": ("Rain", "", True),
        "100003.": ("No slug", "", True),
        "100005.rain": ("Hail", "<p>y</p>", False),
        "100006.snow": ("snow", "<p>z</p>", False),
    }


def test_the_text_without_furniture(tmp_path: Path) -> None:
    body = (
        f'<h2>Fog</h2>{WIDGET}<p>It is grey<a class="footnote-anchor" href="#footnote-1">1</a> here.</p>'
        '<div class="pullquote"><p>Grey</p></div><div class="captioned-image-container"><figure><a class="image-link">'
        '<img><div class="image-link-expand"><button>x</button></div></a><figcaption class="image-caption">The pier'
        '</figcaption></figure></div><div class="tweet"><a href="x">Their words</a></div>'
        '<div class="embedded-post-wrap"><a>Another letter</a></div>'
        '<div class="preformatted-block"><label class="hide-text">Text within this block</label><pre class="text">'
        "Roses\n  are red</pre></div>after"
        '<div class="footnote"><a class="footnote-number">1</a><div class="footnote-content"><p>Mostly.</p></div></div>'
    )
    post = read(export(tmp_path / "e", row("100001.a", "Letter"), p100001__a=body))["100001.a"]
    document = clean(post, min_words=1)
    assert document.text == "## Fog\n\nIt is grey here.\n\n> Grey\n\nThe pier\n\nRoses\nare red\n\nafter\n\nMostly."
    assert [span.kind for span in document.marked] == ["quote"]


def test_zipped_and_recognised(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/posts.csv", HEADER + row("100001.a"))
        archive.writestr("export/posts/100001.a.html", b"\xff\xfe\x00")
    assert substack.recognises(Location(str(path), FakeFetcher())) is Match.YES
    (post,) = opened(str(path), "substack").read()
    assert (post.content, bool(post.problem)) == ("", True)
    pages_alone = export(tmp_path / "pages", "", p100001__a="<p>x</p>")
    assert substack.recognises(Location(str(pages_alone), FakeFetcher())) is Match.YES
    nothing = export(tmp_path / "nothing", "", index="<p>x</p>")
    assert substack.recognises(Location(str(nothing), FakeFetcher())) is Match.NO
    with pytest.raises(EmptySourceError):
        opened(str(nothing), "substack")


@pytest.mark.shared
def test_real_export(shared: Path) -> None:
    folder = shared / "exports" / "substack_export"
    if not folder.is_dir():
        pytest.skip("no Substack export is there")
    found = read(folder)
    rows = list(csv.DictReader((folder / "posts.csv").read_text("utf-8").splitlines()))
    assert list(found) == [line["post_id"] for line in rows]
    for line in rows:
        post = found[line["post_id"]]
        assert (post.visibility == "public") is (line["is_published"] == "TRUE")
        text = clean(post, min_words=1).text
        assert text
        assert not post.problem
        assert "Sign up" not in text
        assert "Leave a comment" not in text
