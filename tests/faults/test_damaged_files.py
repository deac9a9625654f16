"""Bytes flipped in, cut from, or all taken from files of a data folder: named, and well again with the file."""

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from configs.errors import ExitCode
from fakes.library import register_versions, write_post
from twin.cli import run

# What reads the files of each kind. Index, adapters and caches are damaged where they are tested.
KINDS = {
    "the rows of a table": ("status", "features/authors/maud/posts/*.parquet"),
    "the log of a table": ("status", "features/authors/maud/documents/_delta_log/*.json"),
    "a version of the features": ("status", "features/authors/maud/versions/F*.json"),
    "the author": ("status", "features/authors/maud/profile.json"),
    "the sources": ("status", "features/authors/maud/sources.json"),
    "what is forgotten": ("status", "features/forgotten/maud.json"),
    "the manifest of a model": ("models", "models/versions/maud/*/manifest.json"),
}
TEXT = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: F1, a forgotten post, three versions."""
    folder = tmp_path_factory.mktemp("whole")
    blog, data = folder / "blog", folder / "data"
    for day in range(1, 6):
        write_post(blog / f"{day}.md", day, TEXT.format(n=day) * 4)
    here = ("--set", f"data_dir={data}", "--set", "feature_store.encoder=all-minilm-l6-v2")
    for arguments in (("collect", str(blog), "--as", "folder", "--author", "Maud"), ("features",)):
        assert run([*here, *arguments]) == ExitCode.OK
    register_versions(data, folder / "adapters")
    forgotten = data / "features" / "forgotten" / "maud.json"
    forgotten.parent.mkdir()
    forgotten.write_text(
        '{"salt": "00", "posts": [], "texts": [], "sentences": [], "pending": ["a"]}', encoding="utf-8"
    )
    return data


def damages(file: bytes) -> Iterator[tuple[bool, bytes]]:
    """Whether it must be noticed, and the file. A letter that became another one is noticed where there is a digest."""
    middle = len(file) // 2
    yield False, file[:middle] + bytes([file[middle] ^ 0x20]) + file[middle + 1 :]
    yield True, file[:middle]
    yield True, b""


def said(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
        code = run(arguments)
    return code, output.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_named_and_all_is_well_when_it_is_restored(
    kind: str, whole: Path, tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    data = shutil.copytree(whole, tmp_path / "data", ignore=shutil.ignore_patterns("lock", ".lock", "index"))
    monkeypatch.setenv("TWIN_DATA_DIR", str(data))
    monkeypatch.setenv("TWIN_CACHE_DIR", str(cache_dir))
    command, pattern = KINDS[kind]
    before = said(command)
    tries = 0
    for path in sorted(data.glob(pattern)):
        file = path.read_bytes()
        for noticed, damaged in damages(file):
            path.write_bytes(damaged)
            code, output = said(command)
            tries += 1
            assert "inside the program" not in output, (path.name, len(damaged), output)
            assert code == ExitCode.ENVIRONMENT or (code == ExitCode.OK and not noticed), (path.name, output)
            if code != ExitCode.OK:
                assert any(part in output for part in (path.name, str(path.parent), str(path.parents[1]))), output
            path.write_bytes(file)
            assert said(command) == before
    assert tries
    record_property("tries", tries)
