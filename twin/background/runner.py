"""Which job runs when: begins processes, hears of their end from the system, and ends those that are not wanted."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from configs.files import private_folder
from configs.settings import Settings
from inference_pipeline.api.background import Job, JobEvent, JobState
from inference_pipeline.errors import InvalidRequestError, UnknownJobError
from twin.background import folder as folders
from twin.background.folder import ID, JobFolder

KILLED_AFTER = 10.0  # seconds from when a job was asked to stop
KEPT = 50  # ended jobs; older ones are removed
MODULE = "twin.job_process"


class Request(Protocol):
    """The arguments of a kind of job, checked."""

    @property
    def author_id(self) -> str:
        """ "" for all authors. Raises TwinError."""

    def check(self, *, unrestricted: bool) -> None:
        """Raises InvalidRequestError, RestrictedError."""


class JobRunner:
    """`inference_pipeline.api.background.Jobs` over a folder. Several servers may share it. `kinds`: the model of each
    kind's arguments, which has what `Request` says."""

    def __init__(
        self,
        jobs: Path,
        *,
        kinds: Mapping[str, type[BaseModel]],
        settings: Settings,
        command: Sequence[str] = (sys.executable, "-m", MODULE),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._jobs = jobs
        self._kinds = kinds
        self._settings = settings
        self._command = command
        self._environment = environment
        self._begun: list[subprocess.Popen[bytes]] = []  # by this process, which has to hear of their end
        self._ticking = threading.Lock()

    def submit(self, kind: str, arguments: Mapping[str, Any], *, unrestricted: bool) -> Job:
        request = self._request(kind, arguments)
        request.check(unrestricted=unrestricted)
        self._prune()
        made = folders.make(self._jobs, kind, request.author_id, arguments)
        self.tick()
        return self.find(made.id)

    def author_of(self, kind: str, arguments: Mapping[str, Any]) -> str:
        return self._request(kind, arguments).author_id

    def all(self) -> Sequence[Job]:
        ahead, found = 0, []
        for folder in folders.folders(self._jobs):
            with suppress(FileNotFoundError):  # removed meanwhile
                job = folder.job(ahead)
                ahead += not job.state.ended
                found.append(job)
        return found[::-1]

    def find(self, job: str) -> Job:
        found = next((one for one in self.all() if one.id == job), None)
        if found is None:
            raise UnknownJobError(f"there is no job {job!r}. GET /admin/jobs lists those there are.")
        return found

    def events(self, job: str, after: int) -> Sequence[JobEvent]:
        return list(self._folder(job).events(after))

    def cancel(self, job: str) -> Job:
        folder = self._folder(job)
        if not folder.has_ended:
            folder.mark_cancelled()
            self._interrupt(folder)
        return self.find(job)

    def tick(self) -> None:
        with self._ticking:
            self._begun = [process for process in self._begun if process.poll() is None]
            live = [folder for folder in folders.folders(self._jobs) if not folder.has_ended]
            for folder in live:
                self._interrupt(folder)
            if any(not folder.runs for folder in live):
                with FileLock(private_folder(self._jobs) / ".lock"):
                    self._begin_what_may()

    def _begin_what_may(self) -> None:
        states = [(folder, folder.state()) for folder in folders.folders(self._jobs)]
        free = self._settings.jobs.at_once - sum(state is JobState.RUNNING for _, state in states)
        waiting = [folder for folder, state in states if state is JobState.WAITING]
        for folder in waiting[: max(0, free)]:
            self._begin(folder)

    def _begin(self, folder: JobFolder) -> None:
        """The lock is taken here and handed to the process, so that there is no moment in which nobody holds it."""
        handle = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            folder.mark_started()
            folder.output.touch(mode=0o600)
            with folder.output.open("ab") as output:
                process = subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
                    [*self._command, str(folder.path), str(handle)],
                    stdin=subprocess.PIPE,  # the settings may hold tokens: they stand in no file and no command line
                    stdout=output,
                    stderr=output,
                    pass_fds=[handle],
                    start_new_session=True,  # a Ctrl-C in the server's terminal is not meant for it
                    env=None if self._environment is None else dict(self._environment),
                )
        finally:
            os.close(handle)
        assert process.stdin
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(self._settings.model_dump_json().encode())
        self._begun.append(process)

    def _interrupt(self, folder: JobFolder) -> None:
        """If it was asked to stop: as Ctrl-C does, which every stage survives. What does not end by that is killed,
        with all that it began."""
        process, asked = folder.process, folder.cancelled_for
        if process is None or asked is None or not folder.runs:
            return
        with suppress(ProcessLookupError):
            if asked > KILLED_AFTER:
                os.killpg(process, signal.SIGKILL)
            else:
                os.kill(process, signal.SIGTERM)

    def _request(self, kind: str, arguments: Mapping[str, Any]) -> Request:
        if kind not in self._kinds:
            known = ", ".join(self._kinds)
            raise InvalidRequestError(f"kind: there is no job {kind!r}. There are: {known}.", param="kind")
        try:
            return self._kinds[kind].model_validate(arguments)  # type: ignore[return-value]
        except ValidationError as error:
            problem = error.errors()[0]
            param = ".".join(["arguments", *map(str, problem["loc"])])
            message = problem["msg"].removeprefix("Value error, ")
            raise InvalidRequestError(f"{param}: {message}", param=param) from None

    def _folder(self, job: str) -> JobFolder:
        folder = JobFolder(self._jobs / job)
        if not ID.fullmatch(job) or not folder.path.is_dir():
            raise UnknownJobError(f"there is no job {job!r}. GET /admin/jobs lists those there are.")
        return folder

    def _prune(self) -> None:
        ended = [folder for folder in folders.folders(self._jobs) if folder.has_ended]
        for folder in ended[: max(0, len(ended) - KEPT)]:
            shutil.rmtree(folder.path, ignore_errors=True)
