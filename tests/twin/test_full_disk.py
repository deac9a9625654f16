"""A full disk is told as such wherever SQLite writes, and the same command works once there is room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from configs.errors import DiskFullError, ExitCode
from fakes.adapters import write_adapter
from feature_pipeline.fetching.cache import PageCache
from inference_pipeline.keys import KeyStore
from model_registry.backends.mlflow import MlflowRegistry
from training_pipeline.evaluation.judges import load_judges
from twin.cli import run

SMALL = "8m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            continue
    assert shutil.disk_usage(folder).free == 0
    return filling


@pytest.mark.parametrize("before", [(), ("first",)])
def test_a_key_that_finds_no_room(
    before: tuple[str, ...], small_disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWIN_DATA_DIR", str(small_disk / "data"))
    keys = KeyStore(small_disk / "data" / "keys.sqlite")
    for name in before:
        keys.create(name)
    filling = fill(small_disk)
    assert run(["keys", "create", "phone"]) == ExitCode.ENVIRONMENT
    said = capsys.readouterr().err
    assert "is full. Free some space" in said
    assert "inside the program" not in said
    assert [key.name for key in keys.all()] == [*before]  # what is read is not written to
    assert keys.required == bool(before)
    filling.unlink()
    assert run(["keys", "create", "phone"]) == ExitCode.OK
    assert [key.name for key in keys.all()] == [*before, "phone"]


def test_a_fetched_page_that_finds_no_room(small_disk: Path) -> None:
    cache = PageCache(small_disk / "pages" / "blog.sqlite")
    fill(small_disk)
    with pytest.raises(DiskFullError, match="Free some space"):
        cache.store("key", url="https://maud.test/", status=200, headers={}, body=b"words")
    cache.close()


@pytest.mark.slow
def test_a_version_that_finds_no_room(small_disk: Path, tmp_path: Path) -> None:
    registry = MlflowRegistry(small_disk / "models", judges=load_judges)
    registry.register("maud", write_adapter(tmp_path / "first", weights=b"1"))
    second = write_adapter(tmp_path / "second", weights=b"2")
    filling = fill(small_disk)
    with pytest.raises(DiskFullError, match="Free some space"):
        registry.register("maud", second)
    assert [version.name for version in registry.versions("maud")] == ["v1"]
    filling.unlink()
    assert registry.register("maud", second).name == "v2"
