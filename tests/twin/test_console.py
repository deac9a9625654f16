"""What a person sees: plain lines where nobody watches, bars on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

from twin import console
from twin.console import PlainWatcher, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (59.9, "59.9 s"),
        (59.99, "1 min 0 s"),
        (250.4, "4 min 10 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(console, "time", clock)
    return clock


def test_plain_lines_start_end_and_every_ten_seconds(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    watcher = PlainWatcher()
    watcher.start("embed", 200)
    for _ in range(50):
        clock.now += 0.5
        watcher.advance()
    watcher.finish("50 chunks")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "  embed …",
        "  embed: 10%, about 1 min 30 s left",
        "  embed: 20%, about 1 min 20 s left",
        "  embed: 50 chunks (25.0 s)",
    ]


def test_plain_lines_of_a_stage_of_unknown_length(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    watcher = PlainWatcher()
    watcher.start("read", None)
    clock.now += 12
    watcher.advance(3)
    watcher.finish()
    assert capsys.readouterr().err.splitlines() == ["  read …", "  read: 3 after 12.0 s", "  read: done (12.0 s)"]


def test_a_stage_that_turns_out_longer_says_so(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    watcher = PlainWatcher()
    watcher.start("fine-tune", 20)
    watcher.expect(40)
    clock.now += 10
    watcher.advance(10)
    assert capsys.readouterr().err.splitlines()[1:] == ["  fine-tune: 25%, about 30.0 s left"]


PROGRAM = """
from twin.console import watcher
with watcher() as watching:
    watching.start("embed", 8)
    watching.expect(4)
    watching.advance(2)
    watching.say("a note [not markup]")
    watching.advance(2)
    watching.finish("4 chunks")
    watching.start("left open", None)
print("result")
"""


def test_without_a_terminal_there_are_no_control_characters() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "result\n"
    assert "\x1b" not in done.stderr + done.stdout
    assert "\r" not in done.stderr
    assert "a note [not markup]" in done.stderr


def test_on_a_terminal_there_is_a_bar_and_the_cursor_comes_back() -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=theirs, check=True,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # Linux says EIO at the end of a terminal's output
        os.close(ours)
    assert done.stdout == b"result\n"
    assert "━".encode() in shown
    assert b"a note [not markup]" in shown
    assert b"embed: 4 chunks" in shown
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l") >= 0
