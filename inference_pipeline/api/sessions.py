"""Sessions of the page: what a browser shows instead of a key. In memory alone: a restart ends them all.

A session is opened by the link that `twin serve` prints, once, or by an API key. It has two secrets: a cookie that no
script reads, and a token that the page keeps in its origin's storage and sends with every request. Of the cookie and of
the link only hashes are kept.
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from inference_pipeline.keys import EVERYTHING, Caller, KeyStore

MOST = 256  # the least recently used leaves
IDLE_SECONDS = 7 * 86400


@dataclass(slots=True)
class Session:
    csrf: str  # given to the page when the session is opened, and sent back as X-CSRF-Token with every request
    key: str  # the id of the key that opened it, "" of the link
    used_at: float


class Sessions:
    """Lives in one event loop and its threads; each operation is one step of a dictionary."""

    def __init__(self, keys: KeyStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()
        self._links: set[bytes] = set()

    def link(self) -> str:
        """A token that opens one session, of whoever shows it first."""
        token = secrets.token_urlsafe(32)
        self._links.add(_hash(token))
        return token

    def open_by_link(self, token: str) -> tuple[str, Session] | None:
        """A new session and its cookie; None when the link was used before, or never was one."""
        shown = _hash(token)
        if shown not in self._links:
            return None
        self._links.remove(shown)
        return self._open("")

    def open_by_key(self, key: str) -> tuple[str, Session] | None:
        """A new session and its cookie; None when the key is unknown, revoked or expired."""
        caller = self._keys.caller(key)
        return self._open(caller.key) if caller else None

    def find(self, cookie: str) -> tuple[Session, Caller] | None:
        """The session and who asks by it; None when there is none, or when its key was revoked or has expired."""
        session = self._sessions.get(_hash(cookie))
        if session is None:
            return None
        caller = self._keys.caller_by_id(session.key) if session.key else EVERYTHING
        if caller is None or self._clock() - session.used_at > IDLE_SECONDS:
            self.close(cookie)
            return None
        session.used_at = self._clock()
        self._sessions.move_to_end(_hash(cookie))
        return session, caller

    def close(self, cookie: str) -> None:
        self._sessions.pop(_hash(cookie), None)

    def _open(self, key: str) -> tuple[str, Session]:
        cookie, session = secrets.token_urlsafe(32), Session(secrets.token_urlsafe(32), key, self._clock())
        self._sessions[_hash(cookie)] = session
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return cookie, session


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).digest()
