"""Progress that is written down, an event a line: what people see of a job."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INTERVAL = 0.5  # seconds between two reports of the same stage


class Recorder:
    """A `Progress` over a file. `step` names the part of a job that has several.

    What has changed is written every INTERVAL by a thread, so that the last of many quick units is not kept back by a
    slow one behind it."""

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
        self._changed = False
        self._points: list[bytes] = []
        self._writing = threading.RLock()
        self._closed = threading.Event()
        self._write("started")
        threading.Thread(target=self._write_changes, daemon=True).start()

    def start(self, stage: str, total: int | None) -> None:
        with self._writing:
            self._stage, self._total, self._done, self._began = stage, total, 0, 0.0
            self._report()

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        if not self._began:
            self._began, self._from = time.monotonic(), self._done
        self._changed = True

    def expect(self, total: int) -> None:
        self._total = total
        self._changed = True

    def finish(self, note: str = "") -> None:
        self._report(note=note, finished=True)

    def say(self, line: str) -> None:
        if line.strip():
            self._write("note", text=line.strip())

    def point(self, series: str, step: int, value: float) -> None:
        with self._writing:
            self._points.append(_line("point", series=series, step=step, value=value))
        self._changed = True

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._step = name
        self.start("", None)
        yield

    def close(self) -> None:
        self._closed.set()
        with self._writing:
            self._flush_points()
            self._file.close()

    def _write_changes(self) -> None:
        while not self._closed.wait(INTERVAL):
            with self._writing:
                if self._changed and not self._closed.is_set():
                    self._report()

    def _report(self, note: str = "", *, finished: bool = False) -> None:
        with self._writing:
            self._write_report(note, finished=finished)

    def _write_report(self, note: str, *, finished: bool) -> None:
        self._changed = False
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
        with self._writing:
            self._file.write(_line(kind, **data))


def _line(kind: str, **data: Any) -> bytes:
    return json.dumps({"type": kind, "at": round(time.time(), 3), **data}, ensure_ascii=False).encode() + b"\n"
