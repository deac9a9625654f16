"""What is kept in the cache is used as long as it is what was sealed, byte for byte."""

import os
from pathlib import Path

import pytest

from feature_store import file_digests
from feature_store.file_digests import is_whole, kept_sha256, seal

LARGE = 3 << 20


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.gguf"
    path.write_bytes(os.urandom(LARGE))
    return path


def test_a_large_file_is_read_once(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(weights, tmp_path / "cache")
    monkeypatch.setattr(file_digests, "_sha256", lambda path: pytest.fail(f"{path} was read again"))
    assert is_whole(weights, tmp_path / "cache")


@pytest.mark.parametrize("at", [0, LARGE // 2, LARGE - 1])
def test_one_changed_byte_is_noticed_though_the_time_of_the_file_is_put_back(
    weights: Path, tmp_path: Path, at: int
) -> None:
    seal(weights, tmp_path / "cache")
    assert is_whole(weights, tmp_path / "cache")
    before = weights.stat()
    with weights.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not is_whole(weights, tmp_path / "cache")


def test_what_is_cut_off_gone_or_never_sealed_is_not_whole(weights: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert not is_whole(weights, cache)
    seal(weights, cache)
    os.truncate(weights, LARGE - 1)
    assert not is_whole(weights, cache)
    weights.unlink()
    assert not is_whole(weights, cache)


@pytest.mark.parametrize("damage", [b"", b"\0\xff", b"0" * 73])
def test_a_damaged_note_is_written_anew(weights: Path, tmp_path: Path, damage: bytes) -> None:
    right = kept_sha256(weights, tmp_path / "cache")
    (note,) = (tmp_path / "cache" / "fingerprints").iterdir()
    written = note.read_bytes()
    for data in (damage, b"0" * 64 + written[64:]):
        note.write_bytes(data)
        assert kept_sha256(weights, tmp_path / "cache") == right
        assert note.read_bytes() == written


def test_a_folder_is_whole_when_all_its_files_are(weights: Path, tmp_path: Path) -> None:
    folder, cache = tmp_path / "model", tmp_path / "cache"
    (folder / "inner").mkdir(parents=True)
    weights.rename(folder / "inner" / "weights.safetensors")
    (folder / "config.json").write_text("{}")
    seal(folder, cache)
    assert is_whole(folder, cache)
    (folder / "config.json").write_text("[]")
    assert not is_whole(folder, cache)
