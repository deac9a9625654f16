"""Breaks everything on purpose, and writes docs/reliability.md of what became of it.

    make reliability        (python -m tests.faults)

A table with a failure in it is not written. About half an hour on two idle cores.
"""
# ruff: noqa: E501  # lines of a page

import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "reliability.md"
sys.path.insert(0, str(PROJECT / "tests"))

from faults.rows import GROUPS, Row  # noqa: E402

COUNTED = ("tries", "lost", "doubled")
INTRODUCTION = """# Reliability

What was broken on purpose, how often, and what became of it. `make reliability` runs all of it again, at other random
moments, and writes this page; it writes none where a test fails.

*Lost* and *doubled* are posts, documents, chunks, versions, aliases and keys that a run without the fault has and this one
has not, or has twice, after the same command was run again. A forgotten post that is found in any file counts as doubled.
"""
LIMITS = """## What cannot be survived

- A key that `twin keys create` had stored and not yet shown when it was killed: it is in `twin keys list`, and nobody knows
  it. Revoke it and make another.
- Damage to what cannot be made again: posts that are gone where they were collected, the weights of an adapter, judgements of
  readers. The damage is found and named, and the file is restored from your copy.
- A byte that turns one letter of an author's name, or of a feature version's manifest, into another letter: it is read as it
  stands. Manifests of models and their figures carry a sha256, these do not.
- A disk that says that it has written what it has not. Files are flushed before they take their place, but no machine was
  switched off for this table.
- A folder that two machines share by a network file system whose locks do not hold.
"""


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Outcomes:
    """A pytest plugin: what became of each test case, and what it counted."""

    counted: dict[str, Counter[str]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped:
            self.skipped[report.nodeid] = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "")
        elif report.when == "call":
            said = {name: value for name, value in report.user_properties if name in COUNTED}
            self.counted[report.nodeid] = Counter({"tries": 1} | said)

    def of(self, row: Row) -> Counter[str]:
        return sum((self.counted[case] for case in _cases(row, self.counted)), Counter[str]())

    def why_skipped(self, row: Row) -> str:
        return next((self.skipped[case] for case in _cases(row, self.skipped)), "")


def _cases(row: Row, known: "dict[str, Counter[str]] | dict[str, str]") -> Iterator[str]:
    for case in known:
        if any(case == test or case.startswith((f"{test}[", f"{test}::")) for test in row.tests):
            yield case


def table(rows: tuple[Row, ...], outcomes: Outcomes) -> str:
    lines = [
        "| what was done | tried | lost | doubled | how it is told | how it is well again |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        count, skipped = outcomes.of(row), outcomes.why_skipped(row)
        tried = f"{count['tries']}{f' (else not: {skipped})' if skipped else ''}"
        lines.append(f"| {row.fault} | {tried} | {count['lost']} | {count['doubled']} | {row.told} | {row.recovers} |")
    return "\n".join(lines)


def page(outcomes: Outcomes, seconds: float) -> str:
    total: Counter[str] = sum(outcomes.counted.values(), Counter[str]())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False
    ).stdout.strip()
    made = (
        f"Made on {datetime.now(UTC):%Y-%m-%d} by `python -m tests.faults` in {seconds / 60:.0f} minutes, with Python "
        f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores, at commit {commit or 'unknown'}: "
        f"{total['tries']} tries, {total['lost']} lost, {total['doubled']} doubled."
    )
    tables = [f"## {title}\n\n{table(rows, outcomes)}\n" for title, rows in GROUPS.items()]
    return "\n".join([INTRODUCTION, f"{made}\n", *tables, LIMITS])


def main() -> int:
    os.environ["FAULTS"] = "all"
    os.chdir(PROJECT)
    tests = list(dict.fromkeys(test for rows in GROUPS.values() for row in rows for test in row.tests))
    outcomes, began = Outcomes(), time.monotonic()
    code = pytest.main(["-q", "-m", "slow or not slow", "-p", "no:cacheprovider", *tests], plugins=[outcomes])
    untried = [
        row.fault for rows in GROUPS.values() for row in rows if not outcomes.of(row) and not outcomes.why_skipped(row)
    ]
    for problem in (*outcomes.failed, *untried):
        sys.stderr.write(f"Not as the table would say: {problem}\n")
    if code or outcomes.failed or untried:
        return 1
    PAGE.write_text(page(outcomes, time.monotonic() - began), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
