"""How soon `twin up` answers, from nothing but installed packages, here and at another commit, in turns.

    python -m benchmarks.first_answer COMMIT [--place FOLDER] [--minutes 3] [--rounds 1]

Both make the twin of the same posts, each time in an empty data folder with an empty cache: seconds to the first line
of an answer, and to the end (trained, judged, promoted and asked; nothing is served). Medians of the rounds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.collecting import CODE, checked_out

QUESTION = "How slow is the harbour clock?"


class Seconds(NamedTuple):
    first_answer: float
    end: float


def run(code: Path, place: Path, minutes: float) -> Seconds:
    limits = ("--set", f"training.max_minutes={minutes}", "--set", "evaluation.max_minutes=2")
    asked = ("--author", "Maud", "--question", QUESTION, "--no-serve")
    with tempfile.TemporaryDirectory() as folder:
        # The packages are of the environment that runs this; the code is the one of `code`.
        environment = {**os.environ, "PYTHONPATH": str(code), "TWIN_DATA_DIR": str(Path(folder, "data"))}
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "twin", *limits, "up", str(place), *asked],
            env=environment,
            cwd=code,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout  # progress goes to stderr: the first line with text is of an answer
            first = next((time.perf_counter() for line in process.stdout if line.strip()), 0.0)
            sys.stdout.writelines(process.stdout)
        if process.returncode:
            raise SystemExit(f"twin up ended with {process.returncode}")
        return Seconds(first - began, time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--place", type=Path, default=CODE / "examples" / "maud_ferrier" / "posts")
    parser.add_argument("--minutes", type=float, default=3, help="of training, at most")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with checked_out(options.commit) as before:
        sides: dict[Path, list[Seconds]] = {before: [], CODE: []}
        for _ in range(options.rounds):
            for code, rounds in sides.items():
                rounds.append(run(code, options.place.resolve(), options.minutes))
    old, new = (Seconds(*map(statistics.median, zip(*rounds, strict=True))) for rounds in sides.values())
    for name, before_s, after_s in zip(Seconds._fields, old, new, strict=True):
        print(f"{name}: {options.commit[:12]} {before_s:.0f} s, here {after_s:.0f} s: {after_s / before_s:.2f}")


if __name__ == "__main__":
    main()
