"""How many requests may be under way: the rest is refused at once instead of queueing without end.

Two bounds, because two things run out. Answers under way take memory and share each step of the engine. Requests that
wait for their first token stand behind one another: reading a prompt takes all cores, so two wait twice as long.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from inference_pipeline.errors import OverloadedError


class Admission:
    def __init__(self, capacity: int, *, waiting_capacity: int) -> None:
        self.capacity = capacity
        self.waiting_capacity = waiting_capacity
        self.under_way = 0
        self.waiting = 0
        self._draining = False

    def drain(self) -> None:
        """Admit no new request; those under way may finish."""
        self._draining = True

    @property
    def draining(self) -> bool:
        return self._draining

    def require_room(self, places: int = 1) -> None:
        """Raises OverloadedError."""
        if self._draining:
            raise OverloadedError("the server is shutting down. Try again when it is back.")
        if self.under_way + places > self.capacity:
            raise OverloadedError(
                f"{self.under_way} answers are under way, and {self.capacity} may be. Try again shortly, or start the "
                f"server with --set serving.queue={2 * self.capacity}."
            )

    @contextmanager
    def place(self, places: int = 1) -> Iterator[None]:
        """Raises OverloadedError."""
        self.require_room(places)
        self.under_way += places
        try:
            yield
        finally:
            self.under_way -= places

    @contextmanager
    def wait(self) -> Iterator[None]:
        """For a request's first token. Raises OverloadedError."""
        if self.waiting >= self.waiting_capacity:
            raise OverloadedError(
                f"{self.waiting} requests wait for their first token, as many as may. Try again shortly, or start the "
                f"server with --set serving.waiting={2 * self.waiting_capacity}."
            )
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1
