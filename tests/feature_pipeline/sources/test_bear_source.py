"""Bear: notes of its backup."""

import json
import zipfile
from pathlib import Path
from typing import Any

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import Post


def backup(path: Path, notes: dict[str, tuple[str | None, dict[str, Any]]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, (text, more) in notes.items():
            about = {"creationDate": "2024-05-01T06:30:00Z", "trashed": 0, "archived": 0, "uniqueIdentifier": name}
            info = {"type": "net.daringfireball.markdown", "version": 2, **more.pop("info", {})}
            archive.writestr(
                f"Notes/{name}.textbundle/info.json", json.dumps({**info, "net.shinyfrog.bear": {**about, **more}})
            )
            if text is not None:
                archive.writestr(f"Notes/{name}.textbundle/text.md", text)
    return path


def test_notes(tmp_path: Path) -> None:
    place = backup(
        tmp_path / "Bear Notes.bear2bk",
        {
            "Fog": ("# Fog on the pier\n#tide/high #cold sea#\nIt came in, #slowly.\n\n## After\n", {}),
            "Rain": ("Thrown away.", {"trashed": 1}),
            "Page": ("Of another.", {"info": {"sourceURL": "https://example.org/page"}}),
            "Secret": (None, {"encrypted": 1}),
        },
    )
    assert recognise(Location(str(place), FakeFetcher())) == "bear"
    source = opened(str(place), "bear")
    fog, secret = [post for post in source.read() if isinstance(post, Post)]
    assert (fog.source_id, fog.title, fog.created_at) == ("Fog", "Fog on the pier", "2024-05-01T06:30:00+00:00")
    assert fog.content == "# Fog on the pier\nIt came in, #slowly.\n\n## After"
    assert fog.tags == ("tide/high", "cold sea", "slowly")
    assert "encrypted" in secret.problem
    assert source.ignored == {"clippings of others' pages": 1, "notes in the trash": 1}
