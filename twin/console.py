"""What a person sees while something runs. All of it goes to stderr; stdout is for results."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer

from configs.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars

PLAIN_INTERVAL_SECONDS = 10.0
TABLE_WIDTH = 160


class Watcher(Progress, Protocol):
    def close(self) -> None:
        """Leave the terminal as it was, whatever happened."""


@contextmanager
def watcher() -> Iterator[Watcher]:
    """Bars on a terminal; elsewhere plain lines without control characters."""
    watching: Watcher = BarWatcher() if sys.stderr.isatty() else PlainWatcher()
    try:
        yield watching
    finally:
        watching.close()


def note(line: str) -> None:
    typer.echo(line, err=True)


def emit(text: str, data: Any, *, as_json: bool, nothing: str = "") -> None:
    """The result of a command: `text` for a person, or `data` as JSON. Where there is no text, `nothing` is noted."""
    if as_json:
        emit_json(data)
    else:
        typer.echo(text or nothing, err=not text)


def emit_json(data: Any) -> None:
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def table_console() -> "Console":
    """For tables on stdout; without a terminal a row is one line."""
    from rich.console import Console

    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else TABLE_WIDTH)


def duration(seconds: float) -> str:
    """A length of time as a person says it: "3.2 s", "4 min 10 s", "2 h 5 min"."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


class _Stage:
    """The stage under way: its name and when it began."""

    _stage = ""
    _began = 0.0

    def _begin(self, stage: str) -> None:
        self._stage, self._began = stage, time.monotonic()

    def finish(self, note: str = "") -> None:
        self.close()
        self.say(f"  {self._stage}: {note or 'done'} ({duration(time.monotonic() - self._began)})")

    def say(self, line: str) -> None:
        note(line)
        sys.stderr.flush()

    def point(self, series: str, step: int, value: float) -> None:
        return None

    def close(self) -> None:
        return None


class BarWatcher(_Stage):
    """A bar with the time left for the stage under way, and a line for each that is done."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console: Console = Console(stderr=True, highlight=False)
        self._bars: Bars | None = None

    def start(self, stage: str, total: int | None) -> None:
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self.close()
        measured = () if total is None else (TaskProgressColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *measured,
            TextColumn("so far"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._bars.add_task(stage, total=total)
        self._bars.start()
        self._begin(stage)

    def advance(self, amount: int = 1) -> None:
        if self._bars is not None:
            self._bars.advance(self._bars.task_ids[0], amount)

    def expect(self, total: int) -> None:
        if self._bars is not None:
            self._bars.update(self._bars.task_ids[0], total=total)

    def say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)

    def close(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


class PlainWatcher(_Stage):
    """A line when a stage starts, one about every ten seconds, and one when it is done."""

    _total: int | None = None
    _done = 0
    _spoke = 0.0

    def start(self, stage: str, total: int | None) -> None:
        self._begin(stage)
        self._total, self._done, self._spoke = total, 0, self._began
        self.say(f"  {stage} …")

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        now = time.monotonic()
        if now - self._spoke >= PLAIN_INTERVAL_SECONDS:
            self._spoke = now
            self.say(self._state(now - self._began))

    def expect(self, total: int) -> None:
        self._total = total

    def _state(self, seconds: float) -> str:
        if not self._total:
            return f"  {self._stage}: {self._done} after {duration(seconds)}"
        share = min(self._done / self._total, 1.0)
        left = f", about {duration(seconds * (1 - share) / share)} left" if 0 < share < 1 else ""
        return f"  {self._stage}: {share:.0%}{left}"
