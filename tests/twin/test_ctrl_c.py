"""Ctrl-C in commands that take a while: 130 and one line, and the same command again goes on. A server ends with 0."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from twin.interruption import MESSAGE

PROJECT = Path(__file__).parents[2]
MAUD = PROJECT / "examples" / "maud_ferrier" / "posts"
pytestmark = pytest.mark.slow


def twin(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "twin", *arguments]


def json_of(*arguments: str) -> dict[str, object]:
    done = subprocess.run(twin(*arguments, "--json"), capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def stop_at(said: str, command: list[str], number: signal.Signals, *, stream: str = "stderr") -> tuple[int, str]:
    """Send the signal as soon as a line of `stream` has `said` in it; answer the exit code and all of stderr."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watched: IO[str] | None = getattr(process, stream)
    assert watched is not None
    before = ""
    for line in watched:
        before += line
        if said in line:
            break
    else:
        pytest.fail(f"it never said {said!r}: {before}{process.communicate()}")
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, before + err if stream == "stderr" else err


def test_collect(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    for number in range(2000):
        (posts / f"{number}.md").write_text("Fog again. " * 500, encoding="utf-8")
    command = twin("collect", str(posts), "--author", "Maud")
    code, err = stop_at("collect …", command, signal.SIGINT)
    assert (code, err.splitlines()[-1]) == (130, MESSAGE)
    assert json_of(*command[3:])["new"] == 2000


def test_train(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    for path in sorted(MAUD.glob("*.md"))[::8]:
        shutil.copy(path, posts)
    json_of("collect", str(posts), "--author", "Maud")
    json_of("features")
    code, err = stop_at("base model:", twin("train"), signal.SIGINT)  # torch and transformers are imported now
    assert (code, err.splitlines()[-1]) == (130, MESSAGE)
    assert json_of("models") == {"versions": []}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve(number: signal.Signals, three_versions: Path, data_dir: Path) -> None:
    shutil.copytree(three_versions, data_dir)
    command = twin("serve", "--set", "serving.port=0")
    code, err = stop_at("Serving on http://127.0.0.1:", command, number, stream="stdout")
    assert code == 0, err
    assert err.splitlines()[-1] == "The server has stopped."
    assert MESSAGE not in err


def test_the_environment_reaches_the_commands(data_dir: Path) -> None:
    """Or these tests would write into the data of whoever runs them."""
    assert os.environ["TWIN_DATA_DIR"] == str(data_dir)
