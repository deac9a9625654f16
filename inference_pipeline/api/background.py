"""Long work beside serving, as the routes see it. `twin` gives what does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DIED = "died"  # its process ended without a word

    @property
    def ended(self) -> bool:
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """Times are seconds since 1970, None before they come."""

    id: str
    kind: str
    author: str  # id; "" where it is about all of them
    arguments: Mapping[str, Any]
    state: JobState
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    cancelling: bool = False  # it was asked to stop, and has not yet
    progress: Mapping[str, Any] | None = None  # the newest event of the type "progress"
    result: Mapping[str, Any] | None = None  # of one that is done
    error: str = ""  # of one that failed or died, with its way out
    error_type: str = ""  # e.g. "PromotionRefusedError"; "" where nobody raised it
    ahead: int = 0  # jobs that come before it, of one that waits


@dataclass(frozen=True, slots=True)
class JobEvent:
    """`number` counts from 1. Types and their data:

    started    nothing: a process began
    progress   stage, done, total (or null), left (seconds, or null), note, finished; step, steps, step_name where the
               job has several
    note       text: a line for the person who watches
    point      series, step, value: of a curve
    """

    number: int
    type: str
    at: float  # seconds since 1970
    data: Mapping[str, Any] = field(default_factory=dict)


class Jobs(Protocol):
    def submit(self, kind: str, arguments: Mapping[str, Any], *, unrestricted: bool) -> Job:
        """Begin a job as soon as its turn comes. `unrestricted`: whoever asks may have the machine's files read.

        Raises InvalidRequestError, which names the argument, and RestrictedError.
        """

    def author_of(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """The id of whom the job would be about, "" for all. Raises InvalidRequestError."""

    def all(self) -> Sequence[Job]:
        """The newest first."""

    def find(self, job: str) -> Job:
        """Raises UnknownJobError."""

    def events(self, job: str, after: int) -> Sequence[JobEvent]:
        """Those with a number above `after`, which are whole. Raises UnknownJobError."""

    def cancel(self, job: str) -> Job:
        """One that waits never begins; one that runs is interrupted, and killed when that does not help. Nothing
        happens to one that has ended. Raises UnknownJobError."""

    def tick(self) -> None:
        """Begin what may begin, and kill what will not stop. To be called about once a second."""
