"""Time and memory of `twin collect`, `twin features` and `twin sync`: of many short posts, or of a place of your own.

    python -m benchmarks.collecting [POSTS] [--place PLACE] [--against COMMIT] [--encoder NAME] [--rounds N]
                                    [--collect-only]

Compares POSTS with half as many: linear work takes twice the time. With --against, compares a commit with the code
here instead, in turns, each N times, the fastest round of each. Every round runs in processes of its own, over an empty
data folder. Peak memory is the resident set of the process.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

CODE = Path(__file__).parents[1]
NOUNS = ["fog", "pier", "clock", "bell", "tide", "soup", "rope", "lamp", "gull", "harbour", "spring", "ladder", "ferry"]
REST = ["rang", "fell", "waited", "again", "slowly", "before", "after", "under", "cold", "wet", "brass", "old", "late"]
WORDS = NOUNS + REST


class Cost(NamedTuple):
    seconds: float
    processor_seconds: float  # of all cores; other work on the machine does not count
    megabytes: float  # at most, at once


SHOWN = ("{}, s", "  on the processor, s", "  peak memory, MB")
Costs = dict[str, Cost]  # by stage


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared."""

    name: str
    code: Path
    posts: int


def write_posts(path: Path, count: int) -> None:
    """`count` different posts of 12 to 40 words, an hour apart."""
    source = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            words = [source.choice(WORDS) for _ in range(source.randint(12, 40))]
            post = {
                "id": str(number),
                "kind": "post",
                "text": f"{' '.join(words).capitalize()}, {number} times over.",
                "date": f"20{10 + number // 8760 % 15:02}-01-01T{number % 24:02}:00:00Z",
            }
            file.write(json.dumps(post) + "\n")


def run(code: Path, data: Path, encoder: str, *arguments: str) -> Cost:
    began = time.perf_counter()
    cache = os.environ.get("TWIN_CACHE_DIR", str(CODE / "data" / "cache"))
    environment = {**os.environ, "PYTHONPATH": str(code), "TWIN_DATA_DIR": str(data), "TWIN_CACHE_DIR": cache}
    chosen = ("--set", f"feature_store.encoder={encoder}") if encoder else ()
    process = subprocess.Popen([sys.executable, "-m", "twin", *chosen, *arguments], env=environment, cwd=code)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"twin {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def measure(side: Side, place: str, encoder: str, *, collect_only: bool) -> Costs:
    with tempfile.TemporaryDirectory() as folder:
        posts, data = Path(folder, "posts.jsonl"), Path(folder, "data")
        if not place:
            write_posts(posts, side.posts)
        stages = {"collect": ("collect", place or str(posts), "--author", "Maud")}
        if not collect_only:
            stages["features"] = ("features",)
        stages["sync, unchanged"] = ("sync", "--collect-only") if collect_only else ("sync",)
        return {stage: run(side.code, data, encoder, *arguments) for stage, arguments in stages.items()}


def least(rounds: list[Costs]) -> Costs:
    return {stage: Cost(*map(min, zip(*(costs[stage] for costs in rounds), strict=True))) for stage in rounds[0]}


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder, "code")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(code), commit], cwd=CODE, check=True)
        try:
            yield code
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(code)], cwd=CODE, check=True)


def compare(first: Side, second: Side, options: argparse.Namespace) -> None:
    costs: dict[Side, list[Costs]] = {first: [], second: []}
    for _ in range(options.rounds):
        for side, rounds in costs.items():
            place = str(Path(options.place).resolve()) if options.place else ""
            rounds.append(measure(side, place, options.encoder, collect_only=options.collect_only))
    before, after = (least(rounds) for rounds in costs.values())
    print(f"{'':<24}{first.name:>14}{second.name:>14}   ratio")
    for stage in after:
        for what, old, new in zip(SHOWN, before[stage], after[stage], strict=True):
            print(f"{what.format(stage):<24}{old:>14.1f}{new:>14.1f}   {new / old:5.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("posts", nargs="?", type=int, default=20_000)
    parser.add_argument("--place", default="", help="a folder or an export, in place of the short posts")
    parser.add_argument("--against", default="", help="a commit")
    parser.add_argument("--encoder", default="", help="as feature_store.encoder; else the default")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--collect-only", action="store_true")
    options = parser.parse_args()
    if options.place and not options.against:
        parser.error("--place is compared with another commit: --against COMMIT")
    if not options.against:
        half = options.posts // 2
        compare(Side(f"{half} posts", CODE, half), Side(f"{options.posts} posts", CODE, options.posts), options)
        return
    with checked_out(options.against) as code:
        compare(Side(options.against[:12], code, options.posts), Side("here", CODE, options.posts), options)


if __name__ == "__main__":
    main()
