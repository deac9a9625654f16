import os
import shutil
from pathlib import Path

import pytest

from configs.errors import DiskFullError
from configs.full_disk import naming_full_disk
from feature_store.backends.local_disk import (
    allocated_bytes,
    copy_folder,
    exclusive,
    require_free_space,
)
from feature_store.errors import StoreBusyError


def test_a_copy_has_the_same_bytes_and_the_same_holes(tmp_path: Path) -> None:
    source = tmp_path / "source" / "inner"
    source.mkdir(parents=True)
    with (source / "sparse").open("wb") as file:
        file.truncate(64 << 20)
        for offset in (0, 5_000_000, 40_000_001):
            file.seek(offset)
            file.write(os.urandom(300_000))
    (source / "empty").touch()
    (source / "dense").write_bytes(os.urandom(3_000_001))

    copy_folder(tmp_path / "source", tmp_path / "copy")

    for path in source.iterdir():
        assert (tmp_path / "copy" / "inner" / path.name).read_bytes() == path.read_bytes()
    assert allocated_bytes(tmp_path / "copy") < 8_000_000


def test_a_lock_is_refused_while_it_is_held_and_free_afterwards(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with exclusive(lock, "maud"), pytest.raises(StoreBusyError, match="maud"), exclusive(lock, "maud"):
        pass
    with exclusive(lock, "maud"):
        assert lock.exists()


def test_too_little_space_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    require_free_space(tmp_path, free // 2)
    with pytest.raises(DiskFullError, match="min_free_mb"):
        require_free_space(tmp_path, free * 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match="full"), naming_full_disk(tmp_path):
        Path("/dev/full").write_text("more than fits")


def test_other_failures_of_the_disk_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), naming_full_disk(tmp_path):
        (tmp_path / "nothing").read_text()
