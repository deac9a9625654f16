"""What a person's mail and chats lie in is for that person alone, however open the umask."""

import os
import stat
import subprocess
import sys
from pathlib import Path

MAUD = Path(__file__).parents[2] / "examples" / "maud_ferrier"


def twin(data: Path, *arguments: str) -> None:
    environment = os.environ | {"TWIN_DATA_DIR": str(data), "TWIN_CACHE_DIR": str(data / "cache")}
    subprocess.run([sys.executable, "-m", "twin", *arguments], env=environment, umask=0o022, check=True)


def open_to_others(folder: Path) -> list[str]:
    paths = (folder, *folder.rglob("*"))
    return sorted(str(path.relative_to(folder)) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077)


def test_what_a_command_writes_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    twin(data, "collect", str(MAUD), "--author", "Maud Ferrier")
    twin(data, "keys", "create", "phone")
    assert [*data.rglob("*.parquet")]
    assert open_to_others(data) == []


def test_a_data_folder_of_an_earlier_release_is_closed_when_it_is_opened(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "features").mkdir(parents=True)
    data.chmod(0o755)
    twin(data, "status")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
