"""Ghost: the one JSON file, with every way in which it can hold a text."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import ghost
from feature_store.records import ContentType, Post

USERS = [
    {"id": "1", "name": "Maud Ferrier", "slug": "maud", "email": "maud@maud.example"},
    {"id": "2", "name": "Otto Berg", "slug": "otto", "email": "otto@maud.example"},
]


def post(number: int, **fields: Any) -> dict[str, Any]:
    defaults = {
        "id": str(number), "uuid": f"u{number}", "title": f"Post {number}", "slug": f"post-{number}", "type": "post",
        "html": "<p>Fog.</p>", "status": "published", "visibility": "public",
        "published_at": "2023-04-02T10:00:00.000Z", "created_at": "2023-01-01T10:00:00.000Z",
    }  # fmt: skip
    return {**defaults, **fields}


def export(folder: Path, *posts: Any, wrapped: bool = True, **data: Any) -> Path:
    content = {"meta": {"exported_on": 1700000000000, "version": "5.70.0"}, "data": {"posts": list(posts), **data}}
    path = folder / "maud.ghost.2024-05-01.json"
    path.write_text(json.dumps({"db": [content]} if wrapped else content), encoding="utf-8")
    return path


def read(folder: Path, *posts: Any, **options: Any) -> list[Post]:
    return list(opened(str(export(folder, *posts)), "ghost", **options).read())


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_post(tmp_path: Path, wrapped: bool) -> None:
    tags = [{"id": "8", "name": "Sea"}, {"id": "9", "name": "#internal"}, {"id": "7", "name": "Fog"}]
    links = [{"post_id": "1", "tag_id": key, "sort_order": 9 - int(key)} for key in ("7", "8", "9")]
    settings = [{"key": "title", "value": "Maud's"}]
    markup = '<p><a href="__GHOST_URL__/x/">Fog</a>.</p><div class="kg-card kg-button-card"><a>Join</a></div>'
    content = export(tmp_path, post(1, html=markup), wrapped=wrapped, tags=tags, posts_tags=links, settings=settings)
    assert ghost.recognises(Location(str(content), FakeFetcher())) is Match.YES
    source = opened(str(content), "ghost", base_url="https://maud.example/")
    (found,) = source.read()
    assert (source.name, source.count(), source.lists_all) == ("ghost:Maud's", 1, True)
    assert (found.source_id, found.url, found.tags) == ("u1", "https://maud.example/post-1/", ("Sea", "Fog"))
    assert found.created_at == "2023-04-02T10:00:00+00:00"
    assert found.content == '<p><a href="https://maud.example/x/">Fog</a>.</p>'


def test_status_and_dates(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        post(1, status="draft", published_at=None),
        post(2, status="scheduled"),
        post(3, status="sent", visibility="paid"),
        post(4, type="page", published_at=1400000000000),
    )
    assert [p.visibility for p in found] == ["draft", "draft", "public", "public"]
    assert [p.created_at[:10] for p in found] == ["2023-01-01", "2023-04-02", "2023-04-02", "2014-05-13"]


LEXICAL = {
    "root": {
        "type": "root",
        "children": [
            {"type": "extended-heading", "tag": "h3", "children": [{"type": "extended-text", "text": "Sea"}]},
            {
                "type": "paragraph",
                "children": [
                    {"type": "extended-text", "text": "A < b, "},
                    {"type": "link", "url": "x", "children": [{"type": "extended-text", "text": "there"}]},
                    {"type": "linebreak"},
                    {"type": "extended-text", "text": "☁️"},
                ],
            },
            {
                "type": "list",
                "listType": "number",
                "children": [{"type": "listitem", "children": [{"type": "text", "text": "one"}]}] * 2,
            },
            {"type": "extended-quote", "children": [{"type": "text", "text": "theirs"}]},
            {"type": "codeblock", "code": "if a < b:\n    c()"},
            {"type": "markdown", "markdown": "Some *mark*"},
            {"type": "callout", "calloutText": "<b>Note</b>"},
            {"type": "image", "src": "x", "caption": "The pier"},
            {"type": "bookmark", "url": "x", "metadata": {"title": "Theirs"}},
            None,
        ],
    }
}
MOBILEDOC = {
    "version": "0.3.1",
    "atoms": [["soft-return", "", {}]],
    "cards": [
        ["markdown", {"markdown": "Some *mark*"}], ["code", {"code": "a < b"}], ["image", {"caption": "The pier"}],
    ],
    "markups": [["em"]],
    "sections": [
        [1, "h2", [[0, [], 0, "Sea"]]],
        [1, "p", [[0, [], 0, "A < "], [0, [0], 1, "b"], [1, [], 0, 0], [0, [], 0, "☁️"]]],
        [3, "ul", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
        [1, "blockquote", [[0, [], 0, "theirs"]]],
        [10, 0], [10, 1], [10, 2], [10, 9], "?",
    ],
}  # fmt: skip


@pytest.mark.parametrize("stored", [json.dumps, lambda document: document], ids=["as text", "as JSON"])
def test_what_the_editors_store(tmp_path: Path, stored: Any) -> None:
    lexical, mobiledoc = read(
        tmp_path, post(1, html=None, lexical=stored(LEXICAL)), post(2, html="", mobiledoc=stored(MOBILEDOC))
    )
    document = clean(lexical, min_words=1)
    assert document.text == (
        "### Sea\n\nA < b, there\n☁️\n\n1. one\n2. one\n\n> theirs\n\nif a < b:\n    c()\n\nSome mark\n\n"
        "Note\n\nThe pier"
    )
    assert [span.kind for span in document.marked] == ["quote", "code"]
    assert clean(mobiledoc, min_words=1).text == (
        "## Sea\n\nA < b\n☁️\n\n- one\n- two\n\n> theirs\n\nSome mark\n\na < b\n\nThe pier"
    )


def test_the_last_resorts(tmp_path: Path) -> None:
    deep: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(400):
        deep = {"type": "paragraph", "children": [deep]}
    plain, markdown, broken, shapeless, nested = read(
        tmp_path,
        post(1, html=None, lexical="{", plaintext="Fog.\n\nRain."),
        post(2, html=None, markdown="*Fog*"),
        post(3, html=None, lexical="{", plaintext=None),
        post(4, html=["x"], mobiledoc=7),
        post(5, html=None, lexical={"root": {"children": [deep]}}),
    )
    assert (plain.content, plain.content_type) == ("Fog.\n\nRain.", ContentType.PLAIN)
    assert (markdown.content, markdown.content_type) == ("*Fog*", ContentType.MARKDOWN)
    assert "broken JSON" in broken.problem
    assert shapeless.problem
    assert not broken.content + shapeless.content
    assert nested.content or nested.problem


def test_whose(tmp_path: Path) -> None:
    signed = [
        {"post_id": "1", "author_id": "1"},
        {"post_id": "2", "author_id": "2"},
        {"post_id": "3", "author_id": "2", "sort_order": 0},
        {"post_id": "3", "author_id": "1", "sort_order": 1},
    ]
    path = export(tmp_path, post(1), post(2), post(3), users=USERS, posts_authors=signed)
    source = opened(str(path), "ghost", author_name="Maud Ferrier")
    assert [p.source_id for p in source.read()] == ["u1", "u3"]
    assert (source.count(), source.ignored) == (2, {"by other authors": 1})
    assert len(list(opened(str(path), "ghost", me=("otto@maud.example",)).read())) == 2
    with pytest.raises(WhoIsTheAuthorError, match="Otto Berg"):
        opened(str(path), "ghost", author="x", author_name="Nobody")
    older = export(tmp_path, post(1, author_id="1"), post(2, author_id="2"), users=USERS)
    assert [p.source_id for p in opened(str(older), "ghost", me=("otto",)).read()] == ["u2"]


def test_strange_files(tmp_path: Path) -> None:
    path = export(tmp_path, post(1), None, "x", post(1), tags={}, users=[None, 3], posts_tags=[{"post_id": None}])
    source = opened(str(path), "ghost")
    assert [p.source_id for p in source.read()] == ["u1", "u1#2"]
    assert source.ignored == {"entries that are no posts": 2}
    with pytest.raises(EmptySourceError):
        opened(str(export(tmp_path)), "ghost")
    for text in ('{"data": []}', "[]", "{", ""):
        path.write_text(text)
        with pytest.raises(SourceError):
            opened(str(path), "ghost")
    assert ghost.recognises(Location(str(path), FakeFetcher())) is Match.NO
