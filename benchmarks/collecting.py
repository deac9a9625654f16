"""Many short posts through `twin collect` and `twin features`: time and memory, against half as many.

    python benchmarks/collecting.py [POSTS]

Each size runs in processes of its own, over an empty data folder. Linear work takes twice the time for twice the
posts. Peak memory is the resident set of the larger process.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOUNS = ["fog", "pier", "clock", "bell", "tide", "soup", "rope", "lamp", "gull", "harbour", "spring", "ladder", "ferry"]
REST = ["rang", "fell", "waited", "again", "slowly", "before", "after", "under", "cold", "wet", "brass", "old", "late"]
WORDS = NOUNS + REST


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


def run(data: Path, *arguments: str) -> tuple[float, float]:
    """Seconds, and peak megabytes, of one command."""
    began = time.perf_counter()
    environment = {**os.environ, "TWIN_DATA_DIR": str(data)}
    process = subprocess.Popen([sys.executable, "-m", "twin", *arguments], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"twin {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_maxrss / 1000


def measure(count: int) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        posts, data = Path(folder, "posts.jsonl"), Path(folder, "data")
        write_posts(posts, count)
        return {
            "collect": run(data, "collect", str(posts), "--author", "Maud"),
            "features": run(data, "features"),
            "sync, unchanged": run(data, "sync"),
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("posts", nargs="?", type=int, default=20_000)
    count = parser.parse_args().posts
    half, whole = measure(count // 2), measure(count)
    print(f"{'':<18}{count // 2:>9} posts {count:>9} posts   ratio")
    for stage, (seconds, megabytes) in whole.items():
        before, memory = half[stage]
        print(f"{stage:<18}{before:>11.1f} s   {seconds:>11.1f} s   {seconds / before:5.2f}")
        print(f"{'  peak memory':<18}{memory:>10.0f} MB   {megabytes:>10.0f} MB   {megabytes / memory:5.2f}")


if __name__ == "__main__":
    main()
