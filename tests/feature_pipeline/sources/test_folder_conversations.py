"""A conversation in a folder is named and refused, and what lies beside it is read."""

import html
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import SourceError
from feature_store.records import Post

ARTICLE = "The fog came up the harbour at six, and nobody rang the bell for it.\n"
IRC = "[10:02:33] <ann> is there fog?\n[10:02:40] <maud> yes\n[10:04:00] <ann> ok\n"
TELEGRAM = '<body><div class="page_body chat_page"><div class="message default clearfix">Fog?</div></div></body>'

OFFICE = "http://schemas.openxmlformats.org"
PARAGRAPHS = "".join(f"<w:p><w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>" for line in IRC.splitlines())
WORD = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" Type="{OFFICE}/'
    'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body>{PARAGRAPHS}</w:body>'
    "</w:document>",
}


def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "fog.md").write_text(ARTICLE)
    (tmp_path / "logs/harbour.txt").write_text(IRC)
    (tmp_path / "logs/old.html").write_text(TELEGRAM)
    (tmp_path / "logs/copied.md").write_text(IRC)
    return tmp_path


def read(place: Path) -> dict[str, Post]:
    return {post.source_id: post for post in opened(str(place)).read() if isinstance(post, Post)}


def test_each_is_named_with_a_way_out_and_the_others_are_read(tmp_path: Path) -> None:
    posts = read(folder(tmp_path))

    assert {name for name, post in posts.items() if post.problem} == set(posts) - {"fog.md"}
    assert not any(post.content for name, post in posts.items() if name != "fog.md")
    assert posts["fog.md"].content == ARTICLE
    assert "the lines of ann and maud" in posts["logs/harbour.txt"].problem
    assert "--as telegram" in posts["logs/old.html"].problem


def test_so_it_is_in_an_archive(tmp_path: Path) -> None:
    folder(tmp_path)
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
        for name in ("fog.md", "logs/harbour.txt"):
            archive.write(tmp_path / name, name)

    assert [bool(post.problem) for _, post in sorted(read(tmp_path / "notes.zip").items())] == [False, True]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("logs/harbour.txt", None), ("logs/harbour.txt", "folder"), ("logs/old.html", "folder"), ("logs/copied.md", None)],
)
def test_one_that_is_named_alone_is_an_error(tmp_path: Path, name: str, kind: str | None) -> None:
    with pytest.raises(SourceError, match=r"is a (conversation|chat).*twin collect"):
        opened(str(folder(tmp_path) / name), kind)


def test_a_word_document_of_one_is_refused_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(folder(tmp_path) / "logs/chat.docx", "w") as archive:
        for name, markup in WORD.items():
            archive.writestr(name, markup)

    assert "the lines of ann and maud" in read(tmp_path)["logs/chat.docx"].problem


KNOWN = {
    "WhatsApp Chat with Ann.txt": "01/06/2024, 10:00 - Ann Lee: Fog?\n01/06/2024, 10:05 - Maud: Yes, all over.\n",
    "[LINE] Ann.txt": "[LINE] With Ann\n\n2024/05/01(Wed)\n21:03\tAnn\tFog?\n21:05\tMaud\tYes.\n",
    "messages.html": TELEGRAM,
    "Harbour - fog [123456789012345678].html": "<p class=chatlog__message>Fog?</p>",
    "inbox/ann/message_1.html": '<div class="_a706"><section class="_a6-g"><h2>Ann</h2>Fog?</section></div>',
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_chat_of_a_known_kind_among_articles_does_not_make_the_folder_one_of_chats(tmp_path: Path, name: str) -> None:
    (tmp_path / "fog.md").write_text(ARTICLE)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(KNOWN[name])
    posts = read(tmp_path)

    assert [(bool(post.problem), post.source_id) for post in posts.values() if post.content] == [(False, "fog.md")]
    assert "twin collect" in posts[name].problem


def test_chats_of_several_kinds_are_named_one_by_one(tmp_path: Path) -> None:
    for name, text in KNOWN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    posts = read(tmp_path)

    assert set(posts) == set(KNOWN)
    assert all("twin collect" in post.problem for post in posts.values())


def test_what_was_sent_lies_beside_a_chat_of_whatsapp(tmp_path: Path) -> None:
    (tmp_path / "WhatsApp Chat with Ann.txt").write_text(KNOWN["WhatsApp Chat with Ann.txt"])
    (tmp_path / "recipe.txt").write_text("Knead for ten minutes.")
    assert opened(str(tmp_path), me=("Maud",)).name.startswith("whatsapp:")
