"""Who is answered when: some at once, the others in turn, and whoever would wait too long is refused at once.

The order is that of arrival, but a long prompt stands back for some seconds. What a front end asks for beside an answer
(a title, tags, questions that could follow) brings the conversation and its own instructions along, and comes at the
same instant as what a person asks. As nobody stands back for longer than MOST_STOOD_BACK, nobody waits for ever: what
comes later than that comes behind.
"""

import asyncio
import bisect
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean

from inference_pipeline.errors import OverloadedError
from inference_pipeline.metrics import QUEUE_TIME, WAITING

STEP = 1000  # characters of a prompt, for each of which it stands back a second
MOST_STOOD_BACK = 10.0  # seconds
MOST_WAITING = 256  # each holds a connection and its request's body
REMEMBERED = 20  # answers of one kind, which say how long the next will take
UNKNOWN_SECONDS = 1.0  # of an answer of a kind that has not been made yet


@dataclass(frozen=True, slots=True)
class Work:
    """What a request takes."""

    kind: str  # what takes about the same time
    characters: int  # of its prompt
    places: int = 1  # answers


@dataclass(eq=False, slots=True)
class Ticket:
    """A request that waits or is answered."""

    work: Work
    rank: tuple[float, int]
    entered: float
    admission: "Admission" = field(repr=False)
    began: float | None = None
    ended: bool = False
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    async def comes(self, *, within: float | None = None) -> bool:
        """Whether its turn came `within` so many seconds; None: however long it takes."""
        try:
            async with asyncio.timeout(within):
                await self._turn.wait()
        except TimeoutError:
            return False
        return True

    def begin(self, now: float) -> None:
        self.began = now
        self._turn.set()

    @property
    def ahead(self) -> int:
        return self.admission.ahead_of(self.rank)

    @property
    def seconds(self) -> float:
        """Until its turn, by how long the last answers took."""
        return self.admission.seconds_until(self.rank)


class Admission:
    """At most `parallel` answers at once. Lives in one event loop."""

    def __init__(self, parallel: int, *, max_wait_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.parallel = parallel
        self.max_wait_seconds = max_wait_seconds
        self._clock = clock
        self._queue: list[Ticket] = []  # by rank
        self._running: set[Ticket] = set()
        self._took: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._entered = 0
        self._draining = False

    def drain(self) -> None:
        """Admit no new request; those that are here are answered."""
        self._draining = True

    @property
    def draining(self) -> bool:
        return self._draining

    @property
    def under_way(self) -> int:
        return sum(ticket.work.places for ticket in self._running)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def require_room(self) -> None:
        """Before anything is known of a request. Raises OverloadedError."""
        self._require_room((self._clock(), self._entered))

    @contextmanager
    def enter(self, work: Work) -> Iterator[Ticket]:
        """The request is here until this is left. Raises OverloadedError."""
        now = self._clock()
        rank = (now + min(MOST_STOOD_BACK, work.characters // STEP), self._entered)
        self._require_room(rank)
        self._entered += 1
        ticket = Ticket(work, rank, now, self)
        bisect.insort(self._queue, ticket, key=lambda other: other.rank)
        WAITING.inc()
        self._begin_next()
        try:
            yield ticket
            ticket.ended = True
        finally:
            self._leave(ticket)

    def ahead_of(self, rank: tuple[float, int]) -> int:
        return bisect.bisect_left(self._queue, rank, key=lambda ticket: ticket.rank)

    def seconds_until(self, rank: tuple[float, int]) -> float:
        """Until a request of this rank has its turn."""
        now = self._clock()
        left = [max(0.0, self._expected(t.work) - t.work.places * (now - (t.began or now))) for t in self._running]
        before = [self._expected(ticket.work) for ticket in self._queue[: self.ahead_of(rank)]]
        return (sum(left) + sum(before)) / self.parallel

    def _expected(self, work: Work) -> float:
        """Seconds times places."""
        took = self._took.get(work.kind)
        return work.places * (fmean(took) if took else UNKNOWN_SECONDS)

    def _require_room(self, rank: tuple[float, int]) -> None:
        if self._draining:
            raise OverloadedError("the server is shutting down. Try again when it is back.", retry_after=5)
        if not self._queue and self.under_way < self.parallel:
            return
        seconds = self.seconds_until(rank)
        if seconds >= self.max_wait_seconds or len(self._queue) >= MOST_WAITING:
            again = max(1, math.ceil(seconds - self.max_wait_seconds))
            raise OverloadedError(
                f"{len(self._queue)} requests wait already, and an answer would begin in about {math.ceil(seconds)} s. "
                f"At most {MOST_WAITING} wait, and for {self.max_wait_seconds:g} s (serving.max_wait_seconds). "
                f"Try again in {again} s.",
                retry_after=again,
            )

    def _begin_next(self) -> None:
        """One that wants more places than there are at all has them all."""
        while self._queue:
            under_way = self.under_way
            if under_way and under_way + self._queue[0].work.places > self.parallel:
                return
            ticket = self._queue.pop(0)
            now = self._clock()
            WAITING.dec()
            QUEUE_TIME.observe(now - ticket.entered)
            self._running.add(ticket)
            ticket.begin(now)

    def _leave(self, ticket: Ticket) -> None:
        if ticket.began is None:
            self._queue.remove(ticket)
            WAITING.dec()
        else:
            self._running.remove(ticket)
            if ticket.ended:
                self._took[ticket.work.kind].append(self._clock() - ticket.began)
        self._begin_next()
