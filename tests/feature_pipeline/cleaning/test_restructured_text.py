from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.fetching import opened
from fakes.posts import document
from feature_store.records import ContentType, Document, Post


def rst(text: str, **fields: object) -> Document:
    return document(text, content_type=ContentType.RST, **fields)


def marked(doc: Document) -> list[tuple[str, str]]:
    return [(span.kind, doc.text[span.start : span.end]) for span in doc.marked]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("With *em*, **strong**, ``code``,\nand “so”… 🌫  —", "With em, strong, code, and “so”… 🌫 —"),
        ("A `link <http://x.y>`_, named_ and `lost one`_.\n\n.. _named: http://a.b", "A link, named and lost one."),
        ("A :ref:`label <target>`, :func:`~os.path`, :pep:`8`, :nosuch:`role`.", "A label, os.path, PEP 8, role."),
        ("H\\ :sub:`2`\\ O and :raw-html:`<br/>` on.", "H2O and on."),
        ("A claim [1]_ and [Knu84]_.\n\n.. [1] Its *source*.", "A claim and [Knu84].\n\nIts source."),
        (".. |n| replace:: Maud\n.. |d| date::\n\n|n| wrote |lost| |d| it.", "Maud wrote it."),
        ("- one\n  two\n\n  - in\n- three\n\n1. a\n#. b\n\nA. Einstein wrote.", None),
        ("| line one\n|   line two\n\nText.", "line one\n  line two\n\nText."),
        (".. note:: Mind\n   the step.\n\n.. tip::\n\n   It is wet.", "Mind the step.\n\nIt is wet."),
        (".. seealso:: The *pier*.\n\n.. versionadded:: 3.1", "The pier.\n\n3.1"),
        (".. figure:: a.png\n   :alt: x\n\n   The caption.\n\n.. image:: b.png", "The caption."),
        (".. youtube:: dQw4\n   :align: left\n\n.. gallery:: x\n\nText.", "Text."),
        (".. mybox:: argument\n   :option: 1\n\n   Inner *text*.\n\n   - item", "Inner text.\n\n- item"),
        ("Text.\n\n.. more\n\n.. TEASER_END\n\nOn.\n\n.. a comment\n   of two lines", "Text.\n\nOn."),
        (".. include:: /etc/passwd\n\n.. raw:: html\n\n   <b>x</b>\n\nText.", "Text."),
        (".. csv-table::\n   :file: /etc/passwd\n\n.. raw:: html\n   :url: http://x.example\n\nText.", "Text."),
        (".. contents::\n\nPart\n====\n\nText.", "# Part\n\nText."),
        ("Part\n====\n\nSub\n---\n\nText.\n\nOdd\n^^^\n\nTop\n===\n\nNew\n~~~\n", None),
        ("=====  =====\nA      B\n=====  =====\n1      two\n=====  =====", "A | B\n\n1 | two"),
        ("Indented:\n\n  - a\n  - b", "Indented:\n\n- a\n- b"),
        ("Broken **mark and `another.", "Broken **mark and `another."),
        ("x" * 12_000, "x" * 12_000),
    ],
)  # fmt: skip
def test_the_words_stay_and_the_furniture_goes(written: str, cleaned: str | None) -> None:
    doc = rst(written)
    if cleaned is None:
        cleaned = {
            "-": "- one two\n  - in\n- three\n\n1. a\n2. b\n\nA. Einstein wrote.",
            "P": "# Part\n\n## Sub\n\nText.\n\n### Odd\n\n# Top\n\nNew",
        }[written[0]]
    assert doc.text == cleaned
    assert doc.marked == ()


def test_code_and_quotations_are_marked() -> None:
    doc = rst(
        "Mine.\n\n.. code-block:: python\n   :linenos:\n   :nosuch: 3\n\n   def f():\n       return 1\n\n"
        ".. sourcecode:: c\n\n   int x;\n\nSo::\n\n   a  b\n\n>>> x = 1\n\nMine.\n\n"
        "    Theirs *too*.\n\n    -- Pepys\n\n.. epigraph::\n\n   Theirs.\n\nMine."
    )
    assert marked(doc) == [
        ("code", "def f():\n    return 1\n\nint x;"),
        ("code", "a  b\n\n>>> x = 1"),
        ("quote", "> Theirs too.\n>\n> Pepys\n\n> Theirs."),
    ]


def test_a_directive_in_directives_without_end_and_deep_lists() -> None:
    deep = "".join(f"{'  ' * level}.. box::\n\n" for level in range(40)) + "  " * 40 + "Text."
    assert rst(deep).text.endswith("Text.")
    assert "item" in rst("".join(f"{'  ' * level}- item\n\n" for level in range(600))).text


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["\n", "\n\n", ".. ", "::", ".. x:: ", "   ", "`", "``", "**", "|", "[1]_", "_", ":a:", "====\n", "- "]
            ),
            st.text(max_size=6),
        ),
        max_size=40,
    ).map("".join)
)
def test_anything_is_read_twice_alike(text: str) -> None:
    assert rst(text) == rst(text)


def read(tmp_path: Path, text: str) -> Post:
    (tmp_path / "fog.rst").write_text(text, encoding="utf-8")
    (post,) = opened(tmp_path, "folder").read()
    assert isinstance(post, Post)
    return post


PELICAN = """Fog on the *pier*
#################

:date: 2023-04-02 10:20
:modified: 2023-04-03
:tags: sea, old piers
:slug: fog-pier
:status: draft
:summary: A long one
    over two lines

It came in.
"""
NIKOLA = """.. title: Fog on the pier
.. slug: fog-pier
.. date: 2023-04-02 10:20:00 UTC+02:00
.. tags: sea, old piers
.. status: draft
.. link:

It came in.
"""


@pytest.mark.parametrize("text", [PELICAN, NIKOLA, PELICAN.replace("\n", "\r\n")])
def test_metadata_of_pelican_and_nikola(tmp_path: Path, text: str) -> None:
    post = read(tmp_path, text)
    assert post.title.replace("*", "") == "Fog on the pier"
    assert (post.created_at[:10], post.tags, post.visibility) == ("2023-04-02", ("sea", "old piers"), "draft")
    cleaned = document(post.content, content_type=ContentType.RST, title=post.title)
    assert cleaned.text == "It came in."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("===\nFog\n===\n\nText.", "Fog"),
        ("The ``fog``\n===========\n\nText.", "The fog"),
        (".. _label:\n\n.. meta::\n   :x: y\n\nFog\n---\nText.", "Fog"),
        ("Only text.", "fog"),
        ("", "fog"),
        ("---\ntitle: Fog of YAML\n---\nText.", "Fog of YAML"),
        (":date: 2023-04-02\n\nText.", "fog"),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    assert read(tmp_path, text).title == title
