"""kill -9 at random moments of each writing command: see killing.py."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.commands import run_program

TRIES = {"collect": 25, "features": 10, "sync": 10, "forget": 10, "promote": 20, "rollback": 20, "keys": 30}
QUICK = ("keys",)


@pytest.mark.parametrize(
    "command", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in TRIES]
)
def test_what_is_killed_at_a_random_moment_loses_and_doubles_nothing(
    command: str, tmp_path: Path, cache_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    tries = TRIES[command] if os.environ.get("FAULTS") == "all" else 1
    seed = time.time_ns()  # other moments every time
    tally = run_program("killing.py", cache_dir, tmp_path, command, tries, seed)
    for name in ("tries", "lost", "doubled"):
        record_property(name, tally[name])
    assert tally == {"tries": tries, "lost": 0, "doubled": 0, "differing": 0, "failed": 0}, f"seed {seed}"
