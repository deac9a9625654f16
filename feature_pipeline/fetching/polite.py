"""The fetcher: obeys robots.txt, keeps to each host's rate, and requests nothing twice in one collection."""

import logging
import random
import re
import socket
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from configs.settings import FetchingSettings
from feature_pipeline.errors import AddressRefusedError, HttpStatusError, UnreachableError
from feature_pipeline.fetching import Fetched
from feature_pipeline.fetching.addresses import Resolve, web_address
from feature_pipeline.fetching.cache import PageCache, StoredPage, page_key
from feature_pipeline.fetching.client import AttemptError, Client, NotConnectedError, Response
from feature_pipeline.fetching.robots import Robots
from feature_pipeline.fetching.waits import Clock, Pace, asked_pause, asked_wait, may_pass, moment

if TYPE_CHECKING:
    from httpx2 import URL

REDIRECTS = {301, 302, 303, 307, 308}
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
FIRST_BACKOFF = 1.0  # seconds; doubled after each attempt
JITTER = 1.0
SETTLED_SECONDS = 24 * 3600.0  # a date may lack its time: what was fetched a day after a change has it for sure
TRUSTED_SECONDS = 30 * 24 * 3600.0  # how long a site's word that a page has not changed is taken without looking
DEAD_AFTER = 3  # addresses of one host in a row without any connection

logging.getLogger("stamina").addHandler(logging.NullHandler())  # else it warns on a terminal that shows progress


class PoliteFetcher:
    """A Fetcher for one collection. Made without touching network or disk; for one thread."""

    def __init__(
        self,
        settings: FetchingSettings,
        cache: PageCache,
        *,
        clock: Clock | None = None,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._clock = clock or Clock()
        self._client = Client(settings, resolve)
        self._pace = Pace(self._clock)
        self._robots = Robots(settings.user_agent, self)
        self._unconnected: dict[str, int] = {}  # by host: addresses in a row that could not be connected to

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, robots: bool = True, modified: str = ""
    ) -> Fetched:
        address = web_address(url)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        passed: list[URL] = []
        while True:
            try:
                page, unchanged = self._page(address, sent, robots=robots, modified=modified)
            except AddressRefusedError as error:
                raise AddressRefusedError(f"{url} redirects to {address}. {error}") if passed else error from None
            if page.status not in REDIRECTS or "location" not in page.headers:
                break
            passed.append(address)
            target = _target(address, page.headers["location"])
            if target in passed or len(passed) > self._settings.max_redirects:
                how = "in a circle" if target in passed else f"more than {self._settings.max_redirects} times"
                raise HttpStatusError(f"{url} redirects {how}, at last to {target}: not followed.", page.status)
            if _origin(target) != _origin(address):  # the new host is no party to what the old one was told
                sent = {name: value for name, value in sent.items() if name == "accept"}
            address = target
        if page.status >= 300:
            raise HttpStatusError(f"{address} answers {page.status}.{_advice(page.status)}", page.status)
        declared = page.headers.get("content-type", "")
        charset = CHARSET.search(declared)
        return Fetched(
            url=str(address),
            content_type=declared.partition(";")[0].partition(",")[0].strip().lower(),
            charset=charset[1].lower() if charset else "",
            headers=page.headers,
            body=page.body,
            unchanged=unchanged,
        )

    def close(self) -> None:
        self._client.close()
        self._cache.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _page(self, address: "URL", sent: Mapping[str, str], *, robots: bool, modified: str) -> tuple[StoredPage, bool]:
        """One response, be it a redirect or a lasting error; and whether it is the stored one."""
        key = page_key(str(address), sent)
        stored = self._cache.find(key)
        if stored and stored.current:
            return stored, True
        if stored and self._is_settled(stored, modified):
            self._cache.keep(key, confirmed=False)
            return stored, True
        delay = self._settings.delay_seconds
        if robots and self._settings.obey_robots:
            delay = max(delay, self._robots.require_allowed(address))
        response = self._request(address, {**sent, **_validators(stored)}, delay)
        if response.status == 304 and stored:
            self._cache.keep(key, confirmed=True)
            return stored, True
        return self._cache.store(
            key, url=str(address), status=response.status, headers=response.headers, body=response.body
        ), False

    def _is_settled(self, stored: StoredPage, modified: str) -> bool:
        if not modified or stored.status != 200:
            return False
        since_change = stored.fetched_at - datetime.fromisoformat(modified).timestamp()
        return since_change > SETTLED_SECONDS and self._clock.now() - stored.fetched_at < TRUSTED_SECONDS

    def _request(self, address: "URL", headers: Mapping[str, str], delay: float) -> Response:
        """Retry until there is a response that lasts. Raises UnreachableError, TooLargeError, AddressRefusedError."""
        import stamina

        host = address.host
        if self._unconnected.get(host, 0) >= DEAD_AFTER:
            raise UnreachableError(
                f"{address} was not tried: {host} could not be connected to {DEAD_AFTER} times in a row. Try later."
            )
        longest = self._settings.max_wait_seconds
        try:
            for attempt in stamina.retry_context(
                _again_without_sleeping, attempts=self._settings.attempts, timeout=None, wait_initial=FIRST_BACKOFF
            ):
                with attempt:
                    self._pace.wait(host)
                    try:
                        response = self._client.request(address, headers)
                        if may_pass(response.status, response.headers):
                            wait = asked_wait(response.headers, self._clock.now())
                            raise AttemptError(f"{address} answers {response.status}", wait)
                    except AttemptError as error:
                        wait = error.wait
                        if wait is None:
                            wait = min(longest, attempt.next_wait + random.uniform(0, JITTER))  # noqa: S311 - no secret
                        if wait > longest:
                            raise UnreachableError(
                                f"{error}, and asks to wait until {moment(self._clock.now() + wait)}. Come back then; "
                                f"fetching.max_wait_seconds is {longest:g}."
                            ) from error
                        self._pace.hold(host, wait)
                        raise
                    finally:
                        self._pace.hold(host, delay)
                    self._unconnected[host] = 0
                    self._pace.hold(host, min(longest, asked_pause(response.body)))
                    return response
        except AttemptError as error:
            self._unconnected[host] = self._unconnected.get(host, 0) + 1 if isinstance(error, NotConnectedError) else 0
            raise UnreachableError(f"{error}. Tried {self._settings.attempts} times; try again later.") from error
        raise AssertionError("at least one attempt is made")


def _again_without_sleeping(error: Exception) -> float | bool:
    """Stamina does not sleep: `Pace` waits, for all requests to the host."""
    return 0.0 if isinstance(error, AttemptError) else False


def _validators(stored: StoredPage | None) -> dict[str, str]:
    if stored is None or stored.status != 200:
        return {}
    names = {"etag": "if-none-match", "last-modified": "if-modified-since"}
    return {asked: stored.headers[given] for given, asked in names.items() if stored.headers.get(given)}


def _target(address: "URL", location: str) -> "URL":
    """Where a redirect leads. Raises AddressRefusedError."""
    from httpx2 import URL, InvalidURL

    try:
        target = web_address(str(address.join(URL(location.strip()))))
    except (InvalidURL, ValueError, AddressRefusedError) as error:
        raise AddressRefusedError(f"{address} redirects to {location!r}, which is not followed: {error}") from None
    if address.scheme == "https" and target.scheme == "http":
        raise AddressRefusedError(f"{address} redirects to {target}, from https to plain http: not followed.")
    return target


def _origin(address: "URL") -> tuple[str, str, int]:
    return address.scheme, address.host, address.port or (443 if address.scheme == "https" else 80)


def _advice(status: int) -> str:
    if status in (401, 403):
        return " It is not public, or turns programs away."
    return " It is gone, or the address is mistyped." if status in (404, 410) else ""
