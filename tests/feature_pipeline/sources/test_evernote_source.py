"""Evernote: notes of .enex files, without what was clipped."""

from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, UnsafeMarkupError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post

DOCTYPE = '<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">'
BODY = "<div>It came in.</div><div><br/></div><div>It went &amp; nobody saw.</div>"


def note(
    body: str = BODY, *, title: str = "Fog", created: str = "20240501T063000Z", about: str = "", tag: str = ""
) -> str:
    content = f'<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x.dtd"><en-note>{body}</en-note>'
    tags = f"<tag>{tag}</tag>" if tag else ""
    return (
        f"<note><title>{title}</title><content><![CDATA[{content}]]></content><created>{created}</created>{tags}"
        f"<note-attributes>{about}</note-attributes><resource><data encoding='base64'>AAAA</data></resource></note>"
    )


def export(folder: Path, *notes: str, name: str = "Harbour.enex", doctype: str = DOCTYPE) -> Path:
    path = folder / name
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<en-export>{"".join(notes)}</en-export>', encoding="utf-8"
    )
    return path


def read(path: Path, **options: object) -> tuple[list[Post], dict[str, int]]:
    source = opened(str(path), "evernote", **options)
    return [post for post in source.read() if isinstance(post, Post)], source.ignored


def test_notes(tmp_path: Path) -> None:
    export(tmp_path, note(tag="sea"), note(title="Rain"), note(title="Rain"))
    export(tmp_path, note(title="Wind", created="20240502T063000Z"), name="Pier.enex")
    assert recognise(Location(str(tmp_path), FakeFetcher())) == "evernote"
    posts, ignored = read(tmp_path)
    assert [(post.title, post.created_at[:10], post.tags) for post in posts] == [
        ("Fog", "2024-05-01", ("sea",)), ("Rain", "2024-05-01", ()), ("Wind", "2024-05-02", ()),
    ]  # fmt: skip
    assert len({post.source_id for post in posts}) == 3
    assert clean(posts[0], min_words=1).text == "It came in.\n\nIt went & nobody saw."
    assert ignored == {"repeated": 1}


def test_media_boxes_and_code(tmp_path: Path) -> None:
    body = (
        '<div><en-todo checked="true"/>oil the clock</div><div><en-media hash="x" type="image/png"/></div>'
        "<div style='box-sizing: border-box; --en-codeblock:true;'><div>a = 1</div><div>b = 2</div></div>"
        "<en-crypt>c2VjcmV0</en-crypt><div>Mine.</div>"
    )
    ((post,), _) = read(export(tmp_path, note(body)))
    document = clean(post, min_words=1)
    assert document.text == "oil the clock\n\na = 1\nb = 2\n\nMine."
    assert [document.text[span.start : span.end] for span in document.marked] == ["a = 1\nb = 2"]


@pytest.mark.parametrize(
    "about",
    [
        "<source>web.clip7</source>",
        "<source>mail.clip</source>",
        "<source-url>https://elsewhere.example/x</source-url>",
        "<source-application>webclipper.evernote</source-application>",
    ],
)
def test_a_clipping_is_somebody_elses(tmp_path: Path, about: str) -> None:
    posts, ignored = read(export(tmp_path, note(), note(title="Theirs", created="20240502T063000Z", about=about)))
    assert ([post.title for post in posts], ignored) == (["Fog"], {"clippings of others' pages": 1})


def test_notes_of_others_in_a_shared_notebook(tmp_path: Path) -> None:
    names = ("Maud Ferrier", "Ann Sellick")
    notes = [
        note(title=name, created=f"2024050{n}T063000Z", about=f"<author>{name}</author>")
        for n, name in enumerate(names, 1)
    ]
    posts, ignored = read(export(tmp_path, *notes))
    assert ([post.title for post in posts], ignored) == (["Maud Ferrier"], {"by other authors": 1})


def test_a_broken_note_stops_no_other(tmp_path: Path) -> None:
    path = export(tmp_path, note(), "<note><title>Half</title><created>20240503T063000Z</created>")
    posts, _ = read(path)
    assert [(post.title, bool(post.problem)) for post in posts] == [("Fog", False), ("Half", True)]


def test_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.enex").write_text("<rss/>")
    with pytest.raises(EmptySourceError, match="ENEX"):
        opened(str(tmp_path), "evernote")
    with pytest.raises(UnsafeMarkupError):
        read(export(tmp_path, note(), doctype='<!DOCTYPE en-export [<!ENTITY x "y">]>'))
