"""How a long stage reports its progress."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Receives progress. Implementations must be cheap: a stage calls `advance` for every item."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage begins. `total` is in the stage's own unit (posts, chunks, tokens), None when unknown."""

    def advance(self, amount: int = 1) -> None:
        """`amount` more units of the current stage are done."""

    def expect(self, total: int) -> None:
        """The current stage has `total` units: more or fewer than it began with."""

    def finish(self, note: str = "") -> None:
        """The current stage is done; `note` is a short result such as "45 kept, 1 quarantined"."""

    def say(self, line: str) -> None:
        """A line for the person who watches, such as the expected time."""

    def point(self, series: str, step: int, value: float) -> None:
        """A point of a curve, such as the loss after a step of training. A resumed stage repeats those it had."""


class Silent:
    """Ignores everything."""

    def start(self, stage: str, total: int | None) -> None:
        return None

    def advance(self, amount: int = 1) -> None:
        return None

    def expect(self, total: int) -> None:
        return None

    def finish(self, note: str = "") -> None:
        return None

    def say(self, line: str) -> None:
        return None

    def point(self, series: str, step: int, value: float) -> None:
        return None


def track(items: Iterable[T], progress: Progress, stage: str, total: int | None) -> Iterator[T]:
    """Yield `items`, advancing `progress` by one after each."""
    progress.start(stage, total)
    for item in items:
        yield item
        progress.advance()
    progress.finish()
