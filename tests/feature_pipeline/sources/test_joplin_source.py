"""Joplin: the notes of a JEX archive or a RAW folder."""

import tarfile
from pathlib import Path

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import ContentType, Post

NOTEBOOK, FOG, TAG = "0" * 32, "a" * 32, "b" * 32


def item(folder: Path, key: str, text: str, *, kind: int = 1, **fields: object) -> None:
    known = {
        "id": key,
        "created_time": "2024-05-02T06:30:00.000Z",
        "user_created_time": "2024-05-01T06:30:00.000Z",
        "is_conflict": 0,
        "author": "",
        "source_url": "",
        "encryption_applied": 0,
        "markup_language": 1,
        "deleted_time": 0,
        **fields,
        "type_": kind,
    }
    lines = "\n".join(f"{name}: {value}" for name, value in known.items())
    (folder / f"{key}.md").write_text(f"{text}\n\n{lines}" if text else lines, encoding="utf-8")


def vault(folder: Path) -> Path:
    item(folder, NOTEBOOK, "Harbour", kind=2)
    item(folder, FOG, "Fog\n\nIt came in.\n\nid: 7 is no field of mine.", parent_id=NOTEBOOK)
    item(folder, TAG, "sea", kind=5)
    item(folder, "c" * 32, "", kind=6, note_id=FOG, tag_id=TAG)
    item(folder, "d" * 32, "A page\n\nOf another.", source_url="https://example.org/page")
    item(folder, "e" * 32, "Rain\n\nThrown away.", deleted_time=1714545000000)
    item(folder, "f" * 32, "Fog\n\nIt came.", is_conflict=1)
    item(folder, "1" * 32, "Wind\n\n<p>It blew.</p>", markup_language=2)
    item(folder, "2" * 32, "", encryption_applied=1)
    return folder


def read(place: Path, **options: object) -> tuple[dict[str, Post], dict[str, int]]:
    assert recognise(Location(str(place), FakeFetcher())) == "joplin"
    source = opened(str(place), "joplin", **options)
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}, source.ignored


def test_notes_of_a_folder_and_of_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    posts, ignored = read(vault(folder))
    fog = posts[FOG]
    assert (fog.title, fog.content, fog.tags) == ("Fog", "It came in.\n\nid: 7 is no field of mine.", ("sea",))
    assert (fog.created_at, fog.content_type) == ("2024-05-01T06:30:00+00:00", ContentType.MARKDOWN)
    assert posts["1" * 32].content_type is ContentType.HTML
    assert "encrypted" in posts["2" * 32].problem
    assert ignored == {"clippings of others' pages": 1, "conflicts": 1, "no notes": 3, "notes in the trash": 1}

    with tarfile.open(tmp_path / "notes.jex", "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, file.name)
    packed, _ = read(tmp_path / "notes.jex")
    assert {key: post.content for key, post in packed.items()} == {key: post.content for key, post in posts.items()}


def test_what_another_signed_is_not_the_authors(tmp_path: Path) -> None:
    item(tmp_path, FOG, "Fog\n\nMine.", author="Maud Ferrier")
    item(tmp_path, TAG, "Rain\n\nHers.", author="Ann Lee")
    posts, ignored = read(tmp_path, me=("Maud Ferrier",))
    assert [post.content for post in posts.values()] == ["Mine."]
    assert ignored == {"by other authors": 1}
