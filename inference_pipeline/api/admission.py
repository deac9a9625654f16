"""How many requests may be under way: the rest is told at once to come back, instead of waiting without end."""

from collections.abc import Iterator
from contextlib import contextmanager

from inference_pipeline.errors import OverloadedError


class Admission:
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.under_way = 0
        self._draining = False

    def drain(self) -> None:
        """Let nobody in any more; who is in may finish."""
        self._draining = True

    @property
    def draining(self) -> bool:
        return self._draining

    def require_room(self) -> None:
        """Raises OverloadedError."""
        if self._draining:
            raise OverloadedError("the server is shutting down. Try again when it is back.")
        if self.under_way >= self.capacity:
            raise OverloadedError(
                f"{self.under_way} requests are under way, as many as may be. Try again shortly, or start the server "
                f"with --set serving.queue={2 * self.capacity}."
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """Raises OverloadedError."""
        self.require_room()
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
