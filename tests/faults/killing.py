"""Run as a program: kills a writing command at random moments, runs it again, and counts what was lost or doubled.

python -P killing.py WORK COMMAND TRIES SEED
"""

import json
import random
import sys
import time
from dataclasses import asdict
from pathlib import Path

from faults.commands import CANARY, Bench, Tally, compare, files_with


def kill(bench: Bench, name: str, tries: int, seed: int) -> Tally:
    """TRIES kills that met the command at work, at moments that are spread evenly over the time that it takes."""
    tally, chance = Tally(), random.Random(seed)
    clean = bench.copy("clean")
    began = time.monotonic()
    code, said = bench.run(clean)
    assert code == 0, said
    seconds = time.monotonic() - began
    before, after = bench.state(bench.copy("before")), bench.state(clean)
    assert before != after
    attempt = 0
    while tally.tries < tries and attempt < 10 * tries:
        attempt += 1
        data = bench.copy(f"try-{attempt}")
        moment = chance.uniform(0, seconds)
        code, said = bench.run(data, kill_after=moment)
        if code is not None:
            seconds = moment  # it was done before: this machine is less busy than it was
            continue
        tally.tries += 1
        met = None if bench.command.repeats else bench.state(data)
        if met not in (None, before, after):
            tally.differing += 1
        if met != after:
            code, said = bench.run(data)
            tally.failed += code != 0
        compare(tally, after, bench.state(data))
        if name == "forget":
            tally.doubled += len(files_with(CANARY, data))
    return tally


if __name__ == "__main__":
    work, command, tries, seed = sys.argv[1:]
    tally = kill(Bench(Path(work), command), command, int(tries), int(seed))
    sys.stdout.write(json.dumps(asdict(tally)))
