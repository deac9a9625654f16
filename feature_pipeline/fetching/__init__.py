"""The only door to the network for collecting.

`polite` goes through it: addresses are vetted (`addresses`), connections pinned to what was vetted (`connections`),
responses bounded (`bodies`), passing failures told from lasting ones (`waits`), pages remembered (`cache`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """A successful response. `unchanged`: the server said 304, or the page was fetched before in this same collection;
    the body is then the stored one."""

    url: str  # after redirects: what relative links are relative to
    content_type: str  # media type alone, lower case, e.g. "text/html"; "" when the server said none
    charset: str  # as declared in the header; "" when it was not
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed
    unchanged: bool = False


class Fetcher(Protocol):
    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, robots: bool = True, modified: str = ""
    ) -> Fetched:
        """Fetch `url`, politely: within robots.txt (`robots=False` for a service's public API), waiting between
        requests to one host, retrying what may pass. `headers` may add e.g. Accept or Authorization; authorisation
        is never sent on to another host by a redirect. `modified` (ISO 8601, UTC) is when the page last changed, if
        the caller knows: a copy that was stored well after that is returned, and no request is made.

        Everything fetched is remembered until the collection is complete, so that after a kill the same requests
        cost nothing; afterwards validators (ETag, Last-Modified) are kept for conditional requests.

        Raises AddressRefusedError, RobotsRefusedError, TooLargeError, HttpStatusError, UnreachableError.
        """
