"""Run as a program: runs a writing command where something is short, then where it is not, and says what came of it.

    python -P scarcity.py WORK COMMAND (full|read-only|handles)

`handles` tries a limit of open files after the other. Prints a JSON list of [exit code, what was said], then a tally.
"""

import json
import shutil
import subprocess
import sys
from contextlib import nullcontext, suppress
from dataclasses import asdict
from pathlib import Path

from faults.commands import Bench, Tally, compare, small_disk

FEWEST, MOST, STEP = 8, 80, 8  # open files
MEGABYTES = 96


def full(bench: Bench, data: Path) -> list[tuple[int | None, str]]:
    filling = data / "filling"
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            continue
    met = [bench.run(data)]
    filling.unlink()
    return met


def read_only(bench: Bench, data: Path) -> list[tuple[int | None, str]]:
    subprocess.run(["mount", "-o", "remount,ro", str(data)], check=True)
    met = [bench.run(data)]
    subprocess.run(["mount", "-o", "remount,rw", str(data)], check=True)
    return met


def handles(bench: Bench, data: Path) -> list[tuple[int | None, str]]:
    """Until one is enough."""
    met = []
    for limit in range(FEWEST, MOST, STEP):
        met.append(bench.run(data, nofile=limit))
        if met[-1][0] == 0:
            break
    return met


if __name__ == "__main__":
    work, command, shortage = sys.argv[1:]
    bench = Bench(Path(work), command)
    clean = bench.copy("clean")
    code, said = bench.run(clean)
    assert code == 0, said
    tally = Tally()
    with (
        small_disk(bench.work / "small", MEGABYTES)
        if shortage != "handles"
        else nullcontext(bench.work / "limited") as data
    ):
        shutil.copytree(bench.template, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lock", ".lock"))
        met = {"full": full, "read-only": read_only, "handles": handles}[shortage](bench, data)
        after = bench.state(clean)
        if bench.state(data) != after:  # where enough was left for it, it is done
            tally.failed += any(code == 0 for code, _ in met)  # what was not done was said to be
            code, said = bench.run(data)
            tally.failed += code != 0
        tally.tries = len(met)
        compare(tally, after, bench.state(data))
    sys.stdout.write(json.dumps({"met": met, "tally": asdict(tally)}))
