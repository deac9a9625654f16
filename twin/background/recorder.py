"""Progress that is written down, an event a line: what people see of a job."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INTERVAL = 0.5  # seconds between two reports of the same stage


class Recorder:
    """A `Progress` over a file. `step` names the part of a job that has several."""

    def __init__(self, path: Path, steps: Sequence[str] = ()) -> None:
        self._file = path.open("ab", buffering=0)
        if path.stat().st_size:
            self._file.write(b"\n")  # ends a line that a kill truncated
        self._steps = steps
        self._step = ""
        self._stage = ""
        self._total: int | None = None
        self._done = 0
        self._began = 0.0
        self._from = 0  # units that were there when the pace was first looked at: a resumed stage begins with many
        self._wrote = 0.0
        self._points: list[bytes] = []
        self._write("started")

    def start(self, stage: str, total: int | None) -> None:
        self._stage, self._total, self._done, self._began = stage, total, 0, 0.0
        self._report()

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        now = time.monotonic()
        if not self._began:
            self._began, self._from = now, self._done
        if now - self._wrote >= INTERVAL:
            self._report()

    def expect(self, total: int) -> None:
        self._total = total

    def finish(self, note: str = "") -> None:
        self._report(note=note, finished=True)

    def say(self, line: str) -> None:
        if line.strip():
            self._write("note", text=line.strip())

    def point(self, series: str, step: int, value: float) -> None:
        self._points.append(_line("point", series=series, step=step, value=value))
        if time.monotonic() - self._wrote >= INTERVAL:
            self._report()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._step = name
        self.start("", None)
        yield

    def close(self) -> None:
        self._flush_points()
        self._file.close()

    def _report(self, note: str = "", *, finished: bool = False) -> None:
        self._flush_points()
        step: dict[str, Any] = {}
        if self._step:
            step = {"step": self._steps.index(self._step) + 1, "steps": len(self._steps), "step_name": self._step}
        self._write(
            "progress",
            stage=self._stage,
            done=self._done,
            total=self._total,
            left=None if finished else self._seconds_left(),
            note=note,
            finished=finished,
            **step,
        )
        self._wrote = time.monotonic()

    def _seconds_left(self) -> float | None:
        counted, seconds = self._done - self._from, time.monotonic() - self._began
        if self._total is None or not self._began or counted <= 0:
            return None
        return round(max(0, self._total - self._done) * seconds / counted, 1)

    def _flush_points(self) -> None:
        if self._points:
            self._file.write(b"".join(self._points))
            self._points.clear()

    def _write(self, kind: str, **data: Any) -> None:
        self._file.write(_line(kind, **data))


def _line(kind: str, **data: Any) -> bytes:
    return json.dumps({"type": kind, "at": round(time.time(), 3), **data}, ensure_ascii=False).encode() + b"\n"
