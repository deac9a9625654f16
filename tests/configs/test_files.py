"""Files are whole or absent, and their owner's alone, whatever the umask says."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from configs import files
from configs.files import (
    close_to_others,
    keep_private,
    new_folder,
    private_folder,
    replacing,
    users_umask,
    write_once,
    write_whole,
)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """As most people have it."""
    before = os.umask(0o022)
    yield
    os.umask(before)
    files._users_umask = None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    path = tmp_path / "data" / "authors" / "sources.json"
    write_whole(path, "first 🌫️")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(path.parent) == ["sources.json"]
    assert mode(path) == 0o600
    assert [mode(folder) for folder in (path.parent, tmp_path / "data")] == [0o700, 0o700]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    write_whole(path, "old")
    with pytest.raises(FileNotFoundError), replacing(path) as staging:
        staging.with_name("nothing").read_text()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["checkpoint"]


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    path = tmp_path / "served.gguf"
    program = (
        "import os, sys; from pathlib import Path; from configs.files import replacing\n"
        "with replacing(Path(sys.argv[1])): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    (left,) = names(tmp_path)
    with replacing(path) as staging:
        write_whole(path, "of another thread")
        assert staging.exists()
        assert left not in names(tmp_path)
    assert names(tmp_path) == ["served.gguf"]


def test_a_file_is_removed_with_what_any_machine_left_of_it(tmp_path: Path) -> None:
    kept = [tmp_path / "b[1].txt", tmp_path / ".b[1].txt.keep"]
    for path in (tmp_path / "a[1].txt", tmp_path / ".a[1].txt.elsewhere-1-x.part", *kept):
        path.write_text("private")
    files.remove(tmp_path / "a[1].txt")
    files.remove(tmp_path / "a[1].txt")
    assert names(tmp_path) == sorted(path.name for path in kept)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "versions" / "F1.json"
    assert write_once(path, "first 🌫️")
    assert not write_once(path, "second")
    assert path.read_text(encoding="utf-8") == "first 🌫️"
    assert names(path.parent) == ["F1.json"]
    assert mode(path) == 0o600


def test_a_folder_appears_finished_in_place_of_another(tmp_path: Path) -> None:
    target = tmp_path / "base" / "model"
    for word in ("old", "new"):
        with new_folder(target, prefix=".making-") as staging:
            (staging / word).write_text(word)
            assert not target.exists() or names(target) == ["old"]
    assert names(target) == ["new"]
    assert names(target.parent) == ["model"]
    assert mode(target) == 0o700


def test_a_folder_that_could_not_be_finished_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), new_folder(tmp_path / "model", prefix=".making-") as staging:
        (staging / "nothing").read_text()
    assert names(tmp_path) == []


def test_a_private_folder_is_made_with_those_above_it_and_left_as_it_is_afterwards(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "one" / "two")
    assert [mode(folder), mode(folder.parent)] == [0o700, 0o700]
    folder.chmod(0o750)
    assert mode(private_folder(folder)) == 0o750


@pytest.mark.parametrize(("before", "after"), [(0o755, 0o700), (0o2775, 0o2775), (0o1777, 0o1777)])
def test_a_folder_is_closed_to_others_unless_it_is_shared_on_purpose(tmp_path: Path, before: int, after: int) -> None:
    folder = tmp_path / "data"
    close_to_others(folder)  # not there: nothing to do
    folder.mkdir()
    folder.chmod(before)
    close_to_others(folder)
    assert mode(folder) == after


def test_a_private_process_writes_what_was_asked_for_elsewhere_as_the_person_would(tmp_path: Path) -> None:
    keep_private()
    (tmp_path / "mail").write_text("ours")
    with users_umask():
        (tmp_path / "export").write_text("theirs")
    (tmp_path / "again").write_text("ours")
    assert [mode(tmp_path / name) for name in ("mail", "export", "again")] == [0o600, 0o644, 0o600]
