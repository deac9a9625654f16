"""Ctrl-C and SIGTERM end the process with 130 and one clear line, whatever it is doing."""

import signal
import subprocess
import sys
import time

import pytest

from twin.interruption import MESSAGE

# The command line with `work` in the place of its commands.
PROGRAM = """
import hashlib, sys, time, types
from twin import cli, interruption

interruption.GRACE_SECONDS = 0.3

def app(arguments, **_):
    print("ready", flush=True)
{work}

sys.modules["twin.commands"] = types.SimpleNamespace(app=app)
cli.main()
"""
WORK = {
    "python": """
    time.sleep(60)
""",
    "native code that does not look up": """
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2**31 - 1)
""",
    "a library that makes another error of it": """
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        raise ImportError("partially initialised module")
""",
    "code that swallows it": """
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass
""",
}


def interrupted(work: str, number: signal.Signals) -> tuple[int, str]:
    """The exit code and stderr of a process that does `work` when the signal comes."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(work=work)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)  # from "ready" into the work itself
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    return process.returncode, err.strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("work", WORK)
def test_it_ends_with_130_and_one_line(work: str, number: signal.Signals) -> None:
    assert interrupted(WORK[work], number) == (130, MESSAGE)


def test_other_signals_end_nothing() -> None:
    """Every signal with a handler comes to the same socket."""
    work = """
    import os, signal
    signal.signal(signal.SIGVTALRM, lambda *_: None)
    os.kill(os.getpid(), signal.SIGVTALRM)
    time.sleep(1)
    print("done")
"""
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(work=work)], capture_output=True, text=True, timeout=60
    )
    assert (process.returncode, process.stdout) == (0, "ready\ndone\n"), process.stderr
