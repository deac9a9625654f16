"""`twin ask` as a person waits for it: this code and that of a commit in turns, then beside a running server.

    python -m benchmarks.asking AUTHOR [--before COMMIT] [--rounds 5] [--question "How slow is the harbour clock?"]

Runs over the data folder of the settings, whose AUTHOR has a champion. Without a server every command is a process of
its own; each of the two codes answers once before, so that what it caches is there, in a cache of its own: one makes
anew what the other has left in another form. Then a server of this code is started over the same folder: its own time
for the same question over HTTP, and the command's, also without what Python and the command line take to start (`twin
version`). Medians, and ratios of them.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from configs.settings import load_settings
from inference_pipeline import running_server

HERE = Path(__file__).parents[1]
QUESTION = "How slow is the harbour clock?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("author")
    parser.add_argument("--before", metavar="COMMIT", help="compare with this commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--question", default=QUESTION)
    given = parser.parse_args()
    asking = ["ask", given.question, "--author", given.author]
    with contextlib.ExitStack() as stack:
        codes = {"now": (HERE, load_settings().cache_dir)}
        if given.before:
            cache_dir = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            codes["before"] = stack.enter_context(checked_out(given.before)), cache_dir
        for code, cache_dir in codes.values():
            seconds(code, cache_dir, asking)
        found: dict[str, list[float]] = {name: [] for name in codes}
        for _ in range(given.rounds):
            for name, (code, cache_dir) in codes.items():
                found[name].append(seconds(code, cache_dir, asking))
    print("without a server:", ", ".join(f"{name} {shown(times)}" for name, times in found.items()))
    if given.before:
        ratio = statistics.median(found["before"]) / statistics.median(found["now"])
        print(f"  {ratio:.1f} times quicker than {given.before}")
    beside_a_server(asking, given.author, given.question, given.rounds)


def beside_a_server(asking: Sequence[str], author: str, question: str, rounds: int) -> None:
    body = {"model": author, "messages": [{"role": "user", "content": question}]}
    with serving() as server:
        own, whole, start = [], [], []
        list(running_server.stream(server, body))
        for _ in range(rounds):
            began = time.perf_counter()
            list(running_server.stream(server, body))
            own.append(time.perf_counter() - began)
            whole.append(seconds(HERE, load_settings().cache_dir, asking))
            start.append(seconds(HERE, load_settings().cache_dir, ["version"]))
    asked = statistics.median(whole) - statistics.median(start)
    print(f"beside a server: its own {shown(own)}, the command {shown(whole)}, of which starts {shown(start)}")
    print(f"  {asked / statistics.median(own):.2f} times its own answer time, without the start")


def seconds(code: Path, cache_dir: Path, arguments: Sequence[str]) -> float:
    environment = os.environ | {
        "PYTHONPATH": str(code),
        "TWIN_DATA_DIR": str(load_settings().data_dir),
        "TWIN_CACHE_DIR": str(cache_dir),
    }
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "twin", *arguments], cwd=code, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - began


@contextlib.contextmanager
def serving() -> Iterator[running_server.RunningServer]:
    settings = load_settings()
    with subprocess.Popen([sys.executable, "-m", "twin", "serve"], cwd=HERE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            server = running_server.find(settings.data_dir)
            assert server is not None
            yield server
        finally:
            process.terminate()


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", commit], cwd=HERE, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield Path(folder)


def shown(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


if __name__ == "__main__":
    main()
