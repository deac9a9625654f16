"""Waiting: between requests to one host, and before what failed is asked again."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feature_pipeline import dates

PASSING = {408, 425, 429}  # and every 5xx: https://www.rfc-editor.org/rfc/rfc9110#section-15
RESET_HEADERS = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
REMAINING_HEADERS = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
# A field of a JSON answer, behind its items: how many seconds not to ask. https://api.stackexchange.com/docs/throttle
BACKOFF = re.compile(rb"\"backoff\"\s*:\s*(\d{1,5})\s*(?:,\s*\"\w+\"\s*:\s*[\w.]+\s*)*\}\s*\Z")
BACKOFF_BYTES = 300  # of the end of a body
EARLIEST_TIME, LATEST_TIME = 1e9, 1e10  # numbers between are Unix time, others seconds from now


@dataclass(frozen=True, slots=True)
class Clock:
    """Time in seconds since 1970, and how to let it pass."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Pace:
    """When each host may be asked again."""

    clock: Clock
    _next: dict[str, float] = field(default_factory=dict)

    def wait(self, host: str) -> None:
        left = self._next.get(host, 0.0) - self.clock.now()
        if left > 0:
            self.clock.sleep(left)

    def hold(self, host: str, seconds: float) -> None:
        """Not before `seconds` from now."""
        self._next[host] = max(self._next.get(host, 0.0), self.clock.now() + seconds)


def may_pass(status: int, headers: Mapping[str, str]) -> bool:
    """Whether to ask again. GitHub and others answer 403 when a rate limit is spent."""
    spent = "retry-after" in headers or _first(headers, REMAINING_HEADERS) == "0"
    return status in PASSING or status >= 500 or (status == 403 and spent)


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """How many seconds the server asks to wait: Retry-After, in seconds or as a date; else the end of a spent limit."""
    if wait := headers.get("retry-after", "").strip():
        return _from_now(wait, now)
    if _first(headers, REMAINING_HEADERS) == "0":
        return _from_now(_first(headers, RESET_HEADERS), now)
    return None


def asked_pause(body: bytes) -> float:
    """How many seconds a successful answer asks to wait before the next request; 0 where it does not."""
    found = BACKOFF.search(body[-BACKOFF_BYTES:])
    return float(found[1]) if found else 0.0


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


def _from_now(text: str, now: float) -> float | None:
    try:
        number = float(text)
        wait = number - now if EARLIEST_TIME <= number < LATEST_TIME else number
    except ValueError:
        utc = dates.to_utc(text)
        if not utc:
            return None
        wait = datetime.fromisoformat(utc).timestamp() - now
    return min(max(0.0, wait), EARLIEST_TIME)


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name].strip() for name in names if name in headers), "")
