"""Run as a program: begins a command twice at the same moment, and compares what is there then with one run of it.

python -P together.py WORK COMMAND TRIES
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from faults.commands import Bench, Tally, compare

if __name__ == "__main__":
    work, command, tries = sys.argv[1:]
    bench = Bench(Path(work), command)
    clean = bench.copy("clean")
    code, said = bench.run(clean)
    assert code == 0, said
    after, tally = bench.state(clean), Tally()
    met = []
    for number in range(int(tries)):
        data = bench.copy(f"try-{number}")
        met.append(bench.run_twice(data))
        tally.tries += 1
        compare(tally, after, bench.state(data))
    sys.stdout.write(json.dumps({"met": met, "tally": asdict(tally)}))
