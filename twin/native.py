"""What native libraries read from the environment before `main`: the process starts itself anew once to set it.

- glibc gives large blocks back to the system at once and asks for them again at the next training step. Keeping them
  makes training on two cores about a quarter faster.
- OpenMP threads spin while they wait for one another, for milliseconds. On a machine that does something else besides,
  that takes the time from the thread that is waited for. Sleeping at once costs an idle machine a sixth of its pace, as
  a training step is thousands of short waits. So they spin for some ten microseconds, and sleep then.

docs/experiments/speed.md has the figures.
"""

import os
import platform
import sys
from collections.abc import Sequence

KEEP_LARGE_BLOCKS = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {"hugetlb": 1, "mmap_threshold": 8 << 30, "trim_threshold": 16 << 30, "mmap_max": 0}.items()
)
SETTINGS = {"GLIBC_TUNABLES": KEEP_LARGE_BLOCKS, "GOMP_SPINCOUNT": "10000"}
SET_BY_ANOTHER_NAME = {
    "GOMP_SPINCOUNT": "OMP_WAIT_POLICY"
}  # a variable of the same meaning, which a person may have set
COMMANDS_THAT_TRAIN = ("up", "train", "evaluate")


def prepare(arguments: Sequence[str]) -> None:
    """Does not return when it starts the process anew; returns when that would not help or was done."""
    trains = any(command in arguments for command in COMMANDS_THAT_TRAIN)
    if trains and (absent := missing()):
        os.environ.update(absent)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # ourselves, no shell


def missing() -> dict[str, str]:
    """What of the environment a process that trains would want besides; empty where it would not help."""
    given = set(os.environ) | {ours for ours, other in SET_BY_ANOTHER_NAME.items() if other in os.environ}
    return {n: v for n, v in SETTINGS.items() if n not in given} if platform.libc_ver()[0] == "glibc" else {}
