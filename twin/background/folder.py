"""A job's folder: what is in it, and the state that follows."""

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from configs.files import private_folder, write_whole
from inference_pipeline.api.background import Job, JobEvent, JobState

ID = re.compile(r"\d{8}-\d{6}-\d{6}[0-9a-f]{6}")
TAIL = 65_536  # bytes of events in which the newest progress is looked for
DIED = (
    "Its process ended without a word: it was killed, or the machine was. Nothing is lost: start it again, and it goes "
    "on from where it stopped."
)


class JobFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def output(self) -> Path:
        return self.path / "output.txt"

    def request(self) -> dict[str, Any]:
        """kind, author, arguments, created_at."""
        found: dict[str, Any] = json.loads((self.path / "request.json").read_text(encoding="utf-8"))
        return found

    def mark_started(self) -> None:
        write_whole(self.path / "started", "")

    def mark_cancelled(self) -> None:
        if not (self.path / "cancel").exists():
            write_whole(self.path / "cancel", "")

    @property
    def cancelled_for(self) -> float | None:
        """Seconds since it was asked to stop; None when it was not."""
        asked = _mtime(self.path / "cancel")
        return None if asked is None else time.time() - asked

    def write_process(self, process: int) -> None:
        write_whole(self.path / "process.json", json.dumps({"process": process}))

    @property
    def process(self) -> int | None:
        """Of use only while the job runs: ids are given anew."""
        try:
            return int(json.loads((self.path / "process.json").read_text(encoding="utf-8"))["process"])
        except FileNotFoundError:
            return None

    def write_outcome(self, outcome: Mapping[str, Any]) -> None:
        write_whole(self.path / "outcome.json", json.dumps(outcome, ensure_ascii=False, indent=1))

    def outcome(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self.path / "outcome.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    @property
    def has_ended(self) -> bool:
        return (self.path / "outcome.json").exists() or self.state().ended

    @property
    def runs(self) -> bool:
        """Whether a process holds the lock: the system gives it back when that ends, however it ends."""
        try:
            handle = os.open(self.lock, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def state(self, outcome: Mapping[str, Any] | None = None) -> JobState:
        """In this order, as a process that ends meanwhile writes its outcome first and lets go of the lock then."""
        runs, cancelled = self.runs, (self.path / "cancel").exists()
        outcome = outcome or self.outcome()
        if outcome is not None:
            return JobState.DONE if "result" in outcome else JobState.FAILED
        if runs:
            return JobState.RUNNING
        if cancelled:
            return JobState.CANCELLED
        return JobState.DIED if (self.path / "started").exists() else JobState.WAITING

    def job(self, ahead: int = 0) -> Job:
        request, state = self.request(), self.state()
        outcome = self.outcome() or {}
        error = outcome.get("error", {})
        return Job(
            id=self.id,
            kind=request["kind"],
            author=request["author"],
            arguments=request["arguments"],
            state=state,
            created_at=request["created_at"],
            started_at=_mtime(self.path / "started"),
            ended_at=self._ended_at(outcome) if state.ended else None,
            cancelling=state is JobState.RUNNING and self.cancelled_for is not None,
            progress=self._newest_progress(),
            result=outcome.get("result"),
            error=DIED if state is JobState.DIED else error.get("message", ""),
            error_type=error.get("type", ""),
            ahead=ahead,
        )

    def events(self, after: int = 0) -> Iterator[JobEvent]:
        """Those with a number above `after`. A line that is being written, or that a kill truncated, is none."""
        try:
            lines = self.events_file.read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return
        for number, line in enumerate(lines[after:], start=after + 1):
            if event := _event(number, line):
                yield event

    def _newest_progress(self) -> Mapping[str, Any] | None:
        try:
            with self.events_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return None
        read = (_event(0, line) for line in reversed(lines))
        return next((event.data for event in read if event and event.type == "progress"), None)

    def _ended_at(self, outcome: Mapping[str, Any]) -> float | None:
        """Of a process that said nothing, when it was last heard of."""
        heard = (_mtime(self.events_file), _mtime(self.path / "cancel"), _mtime(self.path / "started"))
        return outcome.get("ended_at") or max((at for at in heard if at is not None), default=None)


def make(jobs: Path, kind: str, author: str, arguments: Mapping[str, Any]) -> JobFolder:
    now = time.time()
    name = f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S-%f}{secrets.token_hex(3)}"  # names sort by time
    folder = JobFolder(private_folder(jobs) / name)
    request = {"kind": kind, "author": author, "arguments": arguments, "created_at": now}
    write_whole(folder.path / "request.json", json.dumps(request, ensure_ascii=False, indent=1))
    return folder


def folders(jobs: Path) -> list[JobFolder]:
    """The oldest first. One without a request is being made."""
    if not jobs.is_dir():
        return []
    named = sorted(path for path in jobs.iterdir() if ID.fullmatch(path.name) and (path / "request.json").exists())
    return [JobFolder(path) for path in named]


def erase_ended(jobs: Path, author: str) -> None:
    """Remove the ended jobs of an author: what they reported may show text of the author's."""
    for folder in folders(jobs):
        if folder.request()["author"] in (author, "") and folder.has_ended:
            shutil.rmtree(folder.path)


def _event(number: int, line: bytes) -> JobEvent | None:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        row = json.loads(line)
        return JobEvent(number, row.pop("type"), row.pop("at"), row)
    return None


def _mtime(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
