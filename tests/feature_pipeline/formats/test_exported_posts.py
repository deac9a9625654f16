"""What is exported as Markdown is collected again as the same documents."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from configs.settings import load_settings
from fakes.feature_records import make_post
from feature_pipeline import cleaning
from feature_pipeline.formats.exported_posts import files_of, write_exported
from feature_store.records import ContentType, Document, Post, PostKind
from feature_store.versions import AuthorProfile, SourceRecord
from twin import wiring

MAUD = AuthorProfile(id="maud", name="Maud Ferrier", created_at="", consent="")
MARKDOWN = """# The clock

It is *slow*, [four minutes](https://example.org/) a day.

> I do not hold with brooms.

```python
print("1 < 2 & 3")
```

- one
- two, with `<code>` and a \\* star

|a|b|
|-|-|
|1|2|
"""
HTML = """<p>If a &lt; b &amp; c, then &lt;em&gt;that&lt;/em&gt; [is](not) a link, {{ nor }} ==this== one.</p>
<pre>let x = 1;

  y = `2`</pre><blockquote><p>Said somebody else.</p></blockquote><p>C:\\dir\\</p>"""


def documents(posts: Sequence[Post]) -> list[Document]:
    return [cleaning.clean(post, min_words=3, min_words_short=1) for post in posts]


def collected(place: Path) -> list[Document]:
    with wiring.source(load_settings(), MAUD, SourceRecord(name="", kind="folder", location=str(place))) as opened:
        return documents([item for item in opened.source.read() if isinstance(item, Post)])


def said(document: Document) -> tuple[object, ...]:
    url = document.url if document.url != document.source_id else ""
    return (
        document.title, document.created_at, url, document.kind, document.language, document.context,
        document.text, document.marked, document.quarantine,
    )  # fmt: skip


@pytest.fixture
def posts() -> list[Post]:
    bare = make_post("a", author="maud")
    return [
        replace(bare, source_id="1.md", title="The clock", content=MARKDOWN, content_type=ContentType.MARKDOWN),
        replace(bare, source_id="2.html", title="Marks: a “title”, #1 - ok?", content=HTML, url="https://example.org/2",
                content_type=ContentType.HTML, created_at="2024-05-06T07:08:09+00:00"),
        replace(bare, source_id="3", title="", content="Nobody: never. https://example.org/x?a=1&b=2 *not* emphasis_",
                kind=PostKind.REPLY, context="Who\nsaid: so?", content_type=ContentType.PLAIN, created_at=""),
        replace(bare, source_id="4", title="", content="  ```not code``\n\n> quoted\nmine, and more of mine",
                kind=PostKind.POST, content_type=ContentType.PLAIN),
        replace(bare, source_id="5", title="日本語の題", content="母の皿が欠けたので、漆で継いだ。母は気づかない。",
                content_type=ContentType.PLAIN),
        replace(bare, source_id="6", title="CON", content="Fog --- and +++ more of it, to the end of it.",
                content_type=ContentType.PLAIN),
    ]  # fmt: skip


def test_a_round_trip_changes_nothing(posts: list[Post], tmp_path: Path) -> None:
    before = documents(posts)
    for name, document in files_of(before):
        text, same = write_exported(document)
        assert same, document.title
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert sorted(map(said, collected(tmp_path)), key=repr) == sorted(map(said, before), key=repr)


def test_names_are_safe_everywhere_and_no_two_are_alike(posts: list[Post]) -> None:
    twice = [*documents(posts), *documents([replace(post, source_id=f"again {post.source_id}") for post in posts])]
    names = [name.as_posix() for name, _ in files_of(twice)]
    assert len({name.lower() for name in names}) == len(twice)
    for name in names:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/."), name
        assert name.split("/")[0] in ("articles", "posts", "replies")
        assert len(name) < 100
        assert name.split("/")[1].split("-")[0] in ("2024", "undated", posts[0].created_at[:4])


def test_posts_of_one_kind_need_no_folders(posts: list[Post]) -> None:
    assert {len(name.parts) for name, _ in files_of(documents(posts[:2]))} == {1}


def test_front_matter_of_others_means_what_it_meant(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: A\nkind: reply\nbody: plain\n---\nFog at the pier today.\n")
    (document,) = collected(tmp_path)
    assert document.kind is PostKind.ARTICLE
