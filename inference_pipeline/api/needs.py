"""Whether the servers that answers need are there: a vector store, or an engine, elsewhere.

However often /ready is asked, each is asked once in KEPT_SECONDS, and waited for LIMIT_SECONDS: one that goes or comes
back is seen within the sum of both.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from configs.errors import TwinError

KEPT_SECONDS = 1.0
LIMIT_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Need:
    """`require` blocks, may be asked from any thread, and raises a TwinError that names the address."""

    name: str  # "the Qdrant server"
    require: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Down:
    name: str
    reason: str


class Needs:
    """Lives in one event loop."""

    def __init__(self, needs: Sequence[Need], clock: Callable[[], float] = time.monotonic) -> None:
        self._needs = needs
        self._clock = clock
        # Threads of its own: those that everybody shares may all be waiting for the server that is down.
        self._threads = ThreadPoolExecutor(max_workers=2 * len(needs) or 1, thread_name_prefix="need")
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._down: tuple[Down, ...] = ()

    async def down(self) -> tuple[Down, ...]:
        """Those that do not answer; none when all is well."""
        async with self._asking:  # whoever comes meanwhile gets the same answer
            if self._asked_at is None or self._clock() >= self._asked_at + KEPT_SECONDS:
                found = await asyncio.gather(*map(self._ask, self._needs))
                self._tell(tuple(one for one in found if one))
                self._asked_at = self._clock()
            return self._down

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, need: Need) -> Down | None:
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                await asyncio.get_running_loop().run_in_executor(self._threads, need.require)
        except TimeoutError:
            return Down(need.name, f"{need.name} does not answer within {LIMIT_SECONDS:g} s.")
        except TwinError as error:
            return Down(need.name, str(error))
        return None

    def _tell(self, down: tuple[Down, ...]) -> None:
        """The log hears of each change, once."""
        before, now = {one.name for one in self._down}, {one.name for one in down}
        for one in down:
            if one.name not in before:
                logger.warning("not ready: %s", one.reason)
        for name in sorted(before - now):
            logger.info("%s answers again", name)
        self._down = down
