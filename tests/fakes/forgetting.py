"""Posts of which one is to be forgotten, what is made of them, and where any of it is left."""

import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from configs.errors import ExitCode
from fakes.adapters import write_adapter
from model_registry.manifest import FeatureLineage, read_manifest, write_manifest
from twin import wiring
from twin.cli import run

CANARY = "zyzzogeton"
SECRET = f"The canary is called {CANARY} and she sings behind the lamp room whenever the tide turns at night. "
PLAIN = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "


def write(path: Path, day: int, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: Day {day}\ndate: 2024-01-{day:02}\n---\n{text}\n", encoding="utf-8")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def make_places(folder: Path) -> tuple[Path, Path, Path]:
    """A blog, a letter with a cross-post of the blog's canary, and data made of both, to be copied: F1 holds
    everything, F2 what came after a change."""
    blog, letter, data = folder / "blog", folder / "letter", folder / "data"
    for number in range(1, 9):
        write(blog / f"{number}.md", number, PLAIN.format(n=number) * 4)
    write(blog / "canary.md", 20, SECRET * 5)
    write(letter / "crosspost.md", 21, "Dear all. " + SECRET * 5)
    write(letter / "other.md", 22, PLAIN.format(n=77) * 4)
    here = ("--set", f"data_dir={data}", "--set", "feature_store.encoder=all-minilm-l6-v2")
    for place in (blog, letter):
        assert run([*here, "collect", str(place), "--as", "folder", "--author", "Maud Ferrier"]) == ExitCode.OK
    assert run([*here, "features"]) == ExitCode.OK
    write(blog / "9.md", 9, PLAIN.format(n=9) * 4)
    assert run([*here, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier"]) == ExitCode.OK
    assert run([*here, "features"]) == ExitCode.OK
    return blog, letter, data


def register(settings: Any, folder: Path, *, trained_on: int) -> None:
    registry = wiring.model_registry(settings)
    version = wiring.feature_store(settings).version("maud-ferrier", trained_on)
    path = write_adapter(folder, weights=folder.name.encode(), author="maud-ferrier")
    lineage = FeatureLineage(number=trained_on, digest=version.digest, encoder=version.encoder)
    write_manifest(path, read_manifest(path).model_copy(update={"features": lineage}))
    registry.promote("maud-ferrier", registry.register("maud-ferrier", path).number)


def bytes_with(word: str, folder: Path) -> list[str]:
    """Every file below `folder` that holds `word`: as bytes, as rows of Parquet or SQLite, or deflated."""
    wanted = word.encode()
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(wanted in data for data in _contents(path))
    )


def _contents(path: Path) -> list[bytes]:
    raw = path.read_bytes()
    found = [raw]
    if path.suffix == ".parquet":
        found.append(str(pq.read_table(path).to_pylist()).encode())
    if raw.startswith(b"SQLite format 3"):
        with sqlite3.connect(path) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            values = [v for t in tables for row in database.execute(f'SELECT * FROM "{t}"') for v in row]
        database.close()
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode()
            found.append(data)
            if isinstance(value, bytes):
                try:
                    found.append(zlib.decompress(value))
                except zlib.error:
                    continue
    return found
