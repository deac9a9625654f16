"""Day One: entries of an export in JSON."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import dayone, recognise
from feature_store.records import Post


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "uuid": "A1",
        "creationDate": "2024-05-01T06:30:00Z",
        "timeZone": "Europe/London",
        "text": "It rang.",
        **fields,
    }


def export(folder: Path, *entries: Any, name: str = "Journal.json") -> Path:
    path = folder / "Export.zip"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, json.dumps({"metadata": {"version": "1.0"}, "entries": entries}))
        archive.writestr(f"photos/{name}.jpeg", b"x")
    return path


def read(path: Path) -> tuple[list[Post], dict[str, int]]:
    source = opened(str(path), "dayone")
    return [post for post in source.read() if isinstance(post, Post)], source.ignored


def test_entries(tmp_path: Path) -> None:
    text = "# Of fog\n\n![](dayone-moment://0A1B)\n\nIt came in at 6\\. Nobody \\(but me\\) saw it\\!\n"
    rich = json.dumps(
        {"contents": [{"text": "A line.\n"}, {"embeddedObjects": [{"type": "photo"}]}, {"text": "Another."}]}
    )
    path = export(
        tmp_path,
        entry(text=text, tags=["sea"]),
        entry(uuid="B2", text="", richText=rich),
        entry(uuid="C3", isTrashed=True),
        entry(),
        "nothing",
    )
    export(tmp_path, entry(uuid="D4"), name="Work.json")
    assert recognise(Location(str(path), FakeFetcher())) == "dayone"
    posts, ignored = read(path)
    assert [post.source_id for post in posts] == ["A1", "B2", "Journal.json#4", "D4"]
    fog, second, broken, _ = posts
    assert (fog.title, fog.created_at, fog.tags) == ("Of fog", "2024-05-01T06:30:00+00:00", ("sea",))
    assert clean(fog, min_words=1).text == "It came in at 6. Nobody (but me) saw it!"
    assert (second.title, clean(second, min_words=1).text) == ("2024-05-01", "A line.\nAnother.")
    assert broken.problem
    assert ignored == {"entries in the trash": 1, "other files": 2, "repeated": 1}


def test_one_journal_alone_and_what_is_none(tmp_path: Path) -> None:
    journal = tmp_path / "Journal.json"
    journal.write_text(json.dumps({"metadata": {}, "entries": [entry()]}), encoding="utf-8-sig")
    assert [post.content for post in read(journal)[0]] == ["It rang."]
    other = tmp_path / "other.json"
    other.write_text('{"entries": [], "metadata": {}}')
    assert dayone.recognises(Location(str(other), FakeFetcher())) is Match.NO
    with pytest.raises(EmptySourceError, match="Export as JSON"):
        opened(str(other), "dayone")


def test_a_broken_journal_is_an_error(tmp_path: Path) -> None:
    journal = tmp_path / "Journal.json"
    journal.write_text('{"metadata": {}, "entries": [{"creationDate": "2024-05-01T')
    with pytest.raises(SourceError, match="broken JSON"):
        read(journal)
