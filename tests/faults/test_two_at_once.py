"""Two commands on one author at the same moment: one waits its turn or says that it must, and nothing is doubled."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from configs.errors import ExitCode
from faults.commands import run_program


@pytest.mark.slow
@pytest.mark.parametrize("command", ["collect", "keys"])
def test_two_of_the_same_at_once(
    command: str, tmp_path: Path, cache_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    tries = 10 if os.environ.get("FAULTS") == "all" else 2
    result = run_program("together.py", cache_dir, tmp_path, command, tries)
    tally = result["tally"]
    for name in ("tries", "lost", "doubled"):
        record_property(name, tally[name])
    for codes, said in result["met"]:
        assert ExitCode.OK in codes, said
        assert set(codes) <= {ExitCode.OK, ExitCode.ENVIRONMENT, ExitCode.USAGE}, said
        assert "inside the program" not in said
    assert tally == {"tries": tries, "lost": 0, "doubled": 0, "differing": 0, "failed": 0}
