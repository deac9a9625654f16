"""Short commands, four at a time, each in a process of its own: what did its work ends with 0, every time.

Native libraries' threads outlive what they did (twin/cli.py): about one in a hundred ended by SIGABRT.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from configs.errors import ExitCode
from fakes.library import collect_posts, register_versions
from twin.cli import run

COMMANDS = ("status", "status maud --posts", "sources", "models", "status --json", "keys list", "version")
AT_ONCE = 4


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_did_its_work_ends_with_zero(
    tmp_path: Path, cache_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    data = collect_posts(tmp_path)
    register_versions(data, tmp_path / "adapters")
    assert run(["--set", f"data_dir={data}", "keys", "create", "phone"]) == ExitCode.OK
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    environment |= {"TWIN_DATA_DIR": str(data), "TWIN_CACHE_DIR": str(cache_dir)}

    def once(number: int) -> str:
        command = COMMANDS[number % len(COMMANDS)]
        done = subprocess.run(
            [sys.executable, "-m", "twin", *command.split()],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else f"twin {command}: {done.returncode}\n{done.stderr}"

    tries = 500 if os.environ.get("FAULTS") == "all" else 2 * len(COMMANDS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = [failure for failure in pool.map(once, range(tries)) if failure]
    assert failures == []
    record_property("tries", tries)
