"""A folder that is exported is there whole or not at all, and a killed export leaves nothing for good."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from model_registry.errors import ExportTargetError
from model_registry.export_folder import EXPORT_FILE, exporting

KILLED = """
import os, signal, sys
from pathlib import Path
from model_registry import export_folder
from configs import files
def die(*a, **k): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "moving":
    rename = Path.rename
    def second(self, to):
        if self.name.endswith(".part"):
            die()
        return rename(self, to)
    Path.rename = second
with export_folder.exporting(Path(sys.argv[1]), {}) as (staging, target):
    (staging / "half").write_text("half")
    if sys.argv[2] == "writing":
        die()
"""


def write(to: Path, name: str) -> None:
    with exporting(to, {"author": "maud"}) as (staging, target):
        (staging / name).write_text("words")
        assert not (target / name).exists()


@pytest.mark.parametrize("moment", ["writing", "moving"])
def test_what_a_killed_export_left_is_removed_by_the_next(moment: str, tmp_path: Path) -> None:
    to = tmp_path / "out"
    write(to, "first")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(to), moment], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) > (1 if moment == "writing" else 0)
    write(to, "second")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert sorted(path.name for path in to.iterdir()) == [EXPORT_FILE, "second"]


def test_another_export_under_way_to_the_same_place_is_left_alone(tmp_path: Path) -> None:
    with exporting(tmp_path / "out", {}) as (staging, _):
        write(tmp_path / "out", "quick")
        assert staging.is_dir()
        (tmp_path / "out" / "quick").write_text("changed")
        with pytest.raises(ExportTargetError, match="put there or changed"):
            write(tmp_path / "out", "again")


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exporting(tmp_path / "deep" / "out", {}):
        raise ZeroDivisionError
    assert list((tmp_path / "deep").iterdir()) == []


def test_it_has_the_rights_that_the_person_gives(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(tmp_path / "out", "words")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755
