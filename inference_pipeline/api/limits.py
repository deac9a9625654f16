"""What one key may ask for: so many requests at once, and so many a minute (a token bucket, refilled evenly)."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from inference_pipeline.errors import RateLimitedError


@dataclass(slots=True)
class _Use:
    tokens: float
    at: float  # when `tokens` was right
    under_way: int = 0


class KeyLimits:
    """Remembers one entry a known key; whoever has none is never counted here."""

    def __init__(self, *, a_minute: int, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._at_once = at_once
        self._clock = clock
        self._uses: dict[str, _Use] = {}

    @contextmanager
    def request(self, key: str) -> Iterator[None]:
        """Raises RateLimitedError with the seconds after which the next request would be let in."""
        now, per_second = self._clock(), self._a_minute / 60
        use = self._uses.setdefault(key, _Use(float(self._a_minute), now))
        use.tokens, use.at = min(self._a_minute, use.tokens + per_second * (now - use.at)), now
        if use.under_way >= self._at_once:
            raise RateLimitedError(f"this key has {use.under_way} requests under way, as many as it may have.", 1)
        if use.tokens < 1:
            wait = math.ceil((1 - use.tokens) / per_second)
            raise RateLimitedError(f"this key may ask {self._a_minute} times a minute. Try again in {wait} s.", wait)
        use.tokens -= 1
        use.under_way += 1
        try:
            yield
        finally:
            use.under_way -= 1
