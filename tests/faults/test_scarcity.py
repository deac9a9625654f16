"""No room, no right to write, no file handle: each command says so, breaks nothing, and works when there is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from configs.errors import ExitCode
from faults.commands import run_program, small_disk

TOLD = {
    "full": "Free some space",
    "read-only": "Check data_dir|read-only|cannot be|Check the disk",
    "handles": "ulimit -n|unable to open database",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "shortage"),
    [
        ("collect", "full"),
        ("features", "full"),
        ("promote", "full"),
        ("keys", "full"),
        ("collect", "read-only"),
        ("keys", "read-only"),
        ("collect", "handles"),
        ("keys", "handles"),
    ],
)
def test_what_is_short_is_told_and_costs_nothing(
    command: str, shortage: str, tmp_path: Path, cache_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    if shortage != "handles":
        try:
            with small_disk(tmp_path / "tried", 1):
                pass
        except PermissionError as error:
            pytest.skip(str(error))
    result = run_program("scarcity.py", cache_dir, tmp_path / "work", command, shortage)
    tally = result["tally"]
    for name in ("tries", "lost", "doubled"):
        record_property(name, tally[name])
    for code, said in result["met"]:
        assert code in (ExitCode.OK, ExitCode.ENVIRONMENT), said  # a promotion may fit into pages that its database has
        assert code == ExitCode.OK or any(words in said for words in TOLD[shortage].split("|")), said
    assert tally == {"tries": len(result["met"]), "lost": 0, "doubled": 0, "differing": 0, "failed": 0}
