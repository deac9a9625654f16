"""What a person's mail and chats lie in is for that person alone, however open the umask."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from inference_pipeline.keys import KeyStore
from twin.session import Session

MAUD = Path(__file__).parents[2] / "examples" / "maud_ferrier"


def twin(data: Path, *arguments: str) -> None:
    environment = os.environ | {"TWIN_DATA_DIR": str(data), "TWIN_CACHE_DIR": str(data / "cache")}
    subprocess.run([sys.executable, "-m", "twin", *arguments], env=environment, umask=0o022, check=True)


def open_to_others(folder: Path) -> list[str]:
    paths = (folder, *folder.rglob("*"))
    return sorted(str(path.relative_to(folder)) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077)


@pytest.mark.slow
def test_what_a_command_writes_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    twin(data, "collect", str(MAUD), "--author", "Maud Ferrier")
    twin(data, "keys", "create", "phone")
    assert [*data.rglob("*.parquet")]
    assert open_to_others(data) == []


@pytest.mark.parametrize(
    ("known_by", "command"), [("features", "status"), ("models", "models"), ("keys.sqlite", "keys list")]
)
@pytest.mark.slow
def test_a_data_folder_of_an_earlier_release_is_closed_when_it_is_opened(
    known_by: str, command: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if known_by == "keys.sqlite":
        KeyStore(data / known_by).create("phone")
    else:
        (data / known_by).mkdir()
    served = data / "cache" / "served"
    served.mkdir(parents=True)
    for folder in (data, served):
        folder.chmod(0o755)
    twin(data, *command.split())
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE(served.stat().st_mode) == 0o700


def test_a_folder_of_somebody_elses_things_is_left_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    twin(data, "status")
    assert stat.S_IMODE(data.stat().st_mode) == 0o755


def test_a_traceback_that_has_no_data_folder_is_kept_privately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "llm-twin").mkdir(mode=0o777)  # by somebody else, who waits for what comes
    folder = Session(overrides=["no.such=setting"]).log_dir
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [*folder.iterdir()] == []
