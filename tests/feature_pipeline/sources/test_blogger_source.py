"""Blogger: the old export and Takeout's."""

import zipfile
from html import escape
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, SourceError, UnsafeMarkupError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import blogger
from feature_store.records import PostKind

KIND = "http://schemas.google.com/blogger/2008/kind#"
MAUD, OTTO = ("Maud", "https://www.blogger.com/profile/1"), ("Otto", "https://www.blogger.com/profile/2")
ENTRY_ID = "tag:blogger.com,1999:blog-12"


def author(who: tuple[str, str], extra: str = "") -> str:
    uri = f"<uri>{who[1]}</uri>" if who[1] else ""
    return f"<author><name>{who[0]}</name>{uri}<email>noreply@blogger.com</email>{extra}</author>"


def old(
    number: int,
    kind: str = "post",
    who: tuple[str, str] = MAUD,
    content: str = "<p>Fog &amp; rain</p>",
    extra: str = "",
) -> str:
    return (
        f"<entry><id>{ENTRY_ID}.post-{number}</id><published>2012-05-0{number}T19:46:00.000+02:00</published>"
        f"<category scheme='http://schemas.google.com/g/2005#kind' term='{KIND}{kind}'/>{extra}<title type='text'>"
        f"On fog</title><content type='html'>{escape(content)}</content>{author(who)}</entry>\n"
    )


def old_feed(*entries: str) -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href=\"x.css\" type=\"text/css\"?><feed "
        "xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0' "
        f"xmlns:app='http://purl.org/atom/app#'><id>{ENTRY_ID}.archive</id><title>Maud</title>"
        "<link rel='alternate' type='text/html' href='https://maud.blogspot.example/'/>"
        f"{old(1, 'settings', content='en')}{''.join(entries)}</feed>"
    )


def new(number: int, kind: str = "POST", who: tuple[str, str] = MAUD, status: str = "LIVE", extra: str = "") -> str:
    return (
        f"<entry><id>{ENTRY_ID}.post-{number}</id>{extra}<blogger:type>{kind}</blogger:type><blogger:status>{status}"
        f"</blogger:status>{author(who, '<blogger:type>BLOGGER</blogger:type>')}"
        f"<title>On fog</title><content type='html'>&lt;p&gt;Text {number}&lt;/p&gt;</content>"
        "<blogger:created>2020-01-01T00:00:00Z</blogger:created>"
        f"<published>2020-05-0{number}T00:00:00Z</published><category scheme='{ENTRY_ID}' term='Sea'/>"
        f"<blogger:filename>/2020/05/fog-{number}.html</blogger:filename><blogger:trashed/></entry>\n"
    )


def new_feed(*entries: str) -> str:
    return (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
        f"xmlns:blogger='http://schemas.google.com/blogger/2018'><id>{ENTRY_ID}</id>"
        f"<title>Maud</title>{''.join(entries)}</feed>"
    )


def write(folder: Path, text: str) -> str:
    (folder / "feed.atom").write_text(text, encoding="utf-8")
    return str(folder / "feed.atom")


def test_the_old_export(tmp_path: Path) -> None:
    labels = "<category scheme='http://www.blogger.com/atom/ns#' term='Sea'/>"
    link = "<link rel='alternate' type='text/html' href='https://maud.blogspot.example/2012/05/fog.html'/>"
    answer = f"<thr:in-reply-to ref='{ENTRY_ID}.post-2'/>"
    related = "<link rel='related' href='https://www.blogger.com/feeds/12/2/comments/default/4'/>"
    path = write(
        tmp_path,
        old_feed(
            old(2, extra=labels + link),
            old(3, "page", extra="<app:control><app:draft>yes</app:draft></app:control>"),
            old(4, "comment", OTTO, "Is it <b>far</b>?", answer),
            old(5, "comment", MAUD, "An hour.<br />By boat.", answer + related),
            old(6, "comment", MAUD, "Another.", answer),
            old(7, "comment", ("Maud", ""), "I am Maud too!", answer),
            old(8, "template", content="<html/>"),
        ),
    )
    source = opened(path, "blogger")
    found = {post.source_id: post for post in source.read()}
    assert list(found) == [f"blog-12.post-{number}" for number in (2, 3, 5, 6)]
    fog, page, second, third = found.values()
    assert (fog.title, fog.tags, fog.created_at) == ("On fog", ("Sea",), "2012-05-02T17:46:00+00:00")
    assert (fog.url, fog.content) == ("https://maud.blogspot.example/2012/05/fog.html", "<p>Fog &amp; rain</p>")
    assert (page.visibility, page.kind) == ("draft", PostKind.ARTICLE)
    assert (second.kind, second.context, second.people, second.title) == (PostKind.COMMENT, "Is it far?", ("Otto",), "")
    assert clean(second, min_words=1).text == "An hour.\nBy boat."
    assert (third.context, third.people) == ("On fog", ())
    assert source.ignored == {"comments by others": 2, "settings": 1, "template": 1}
    assert (source.name, source.lists_all) == ("blogger:blog-12", True)


def test_takeout(tmp_path: Path) -> None:
    parent = f"<blogger:parent>{ENTRY_ID}.post-1</blogger:parent>"
    reply = f"{parent}<blogger:inReplyTo>{ENTRY_ID}.post-6</blogger:inReplyTo>"
    feed = new_feed(
        new(5, "COMMENT", extra=reply),
        new(6, "COMMENT", OTTO, extra=parent + "<blogger:inReplyTo/>"),
        *(new(1 + n, status=status) for n, status in enumerate(("LIVE", "DRAFT", "SCHEDULED", "SOFT_TRASHED"))),
        new(7, "PAGE"),
        new(8, "SETTINGS"),
    )
    path = tmp_path / "takeout.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Takeout/Blogger/Blogs/Maud/feed.atom", feed)
        archive.writestr("Takeout/Blogger/Blogs/Maud/theme-layouts.xml", "<html/>")
    assert blogger.recognises(Location(str(path), FakeFetcher())) is Match.YES
    source = opened(str(path), "blogger", base_url="https://maud.example")
    found = {post.source_id.rpartition("-")[2]: post for post in source.read()}
    assert {key: post.visibility for key, post in found.items()} == {
        "5": "public", "1": "public", "2": "draft", "3": "draft", "7": "public"
    }  # fmt: skip
    assert (found["1"].url, found["1"].tags) == ("https://maud.example/2020/05/fog-1.html", ("Sea",))
    assert (found["5"].context, found["5"].people) == ("Text 6", ("Otto",))
    assert source.ignored == {"comments by others": 1, "settings": 1, "trash": 1}


def test_whose(tmp_path: Path) -> None:
    path = write(tmp_path, new_feed(new(1), new(2, who=OTTO), new(3, who=OTTO), new(3, who=OTTO)))
    source = opened(path, "blogger", me=("otto",))
    assert [post.source_id for post in source.read()] == ["blog-12.post-2", "blog-12.post-3"]
    assert source.ignored == {"by other authors": 1, "repeated": 1}
    with pytest.raises(WhoIsTheAuthorError, match=r"Otto \(3\)"):
        opened(path, "blogger", author="x", author_name="Nobody")


def test_two_texts_under_one_number_are_two_posts(tmp_path: Path) -> None:
    draft = old(2, content="<p>Rain</p>", extra="<app:control><app:draft>yes</app:draft></app:control>")
    source = opened(write(tmp_path, old_feed(old(2), draft, old(2), draft)), "blogger")

    assert [(post.source_id, post.visibility, post.content) for post in source.read()] == [
        ("blog-12.post-2", "public", "<p>Fog &amp; rain</p>"),
        ("blog-12.post-2#2", "draft", "<p>Rain</p>"),
    ]
    assert source.ignored == {"repeated": 2, "settings": 1}


def test_broken_and_refused(tmp_path: Path) -> None:
    source = opened(write(tmp_path, new_feed(new(1), new(2)).removesuffix("</entry>\n</feed>")), "blogger")
    first, second = source.read()
    assert (first.problem, first.content) == ("", "<p>Text 1</p>")
    assert second.problem
    assert not second.content
    assert not source.lists_all
    with pytest.raises(UnsafeMarkupError):
        opened(write(tmp_path, new_feed(new(1)).replace("<feed", '<!DOCTYPE x [<!ENTITY a "b">]><feed')), "blogger")
    with pytest.raises(EmptySourceError):
        opened(write(tmp_path, old_feed()), "blogger")
    feed_alone = write(
        tmp_path, "<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:blogger.com,1999:blog-1</id></feed>"
    )
    assert blogger.recognises(Location(feed_alone, FakeFetcher())) is Match.NO
    with pytest.raises(SourceError, match="no export of Blogger's"):
        opened(feed_alone, "blogger")
