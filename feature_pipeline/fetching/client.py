"""One request, one response: bounded in bytes and time, over a vetted connection."""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from configs.settings import FetchingSettings
from feature_pipeline.archives import MEGABYTE
from feature_pipeline.fetching.addresses import Resolve
from feature_pipeline.fetching.bodies import ACCEPTED_ENCODINGS, read_body

if TYPE_CHECKING:
    from httpcore2 import ConnectionPool
    from httpx2 import URL

    from feature_pipeline.fetching.connections import PinnedBackend

LISTS = {"link", "content-encoding"}  # headers that may come in several lines; of others, the first line counts


class AttemptError(Exception):
    """No response, or a failure that may pass. `wait`: the seconds that the server asks to wait before a retry."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class NotConnectedError(AttemptError):
    pass


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed; b"" unless the status is 2xx


@dataclass
class Client:
    """Opens no connection before the first request. `resolve` is what turns a host into addresses."""

    settings: FetchingSettings
    resolve: Resolve = socket.getaddrinfo

    def request(self, address: "URL", headers: Mapping[str, str]) -> Response:
        """Redirects are not followed. Raises AttemptError, AddressRefusedError, TooLargeError."""
        import httpcore2

        idle = self.settings.timeout_seconds
        self._backend.deadline = time.monotonic() + self.settings.total_seconds
        url = httpcore2.URL(
            scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path
        )
        sent: dict[bytes | str, bytes | str] = {
            "user-agent": self.settings.user_agent,
            "accept": "*/*",
            "accept-encoding": ACCEPTED_ENCODINGS,
        }
        sent.update(headers)
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), idle)
        try:
            with self._pool.stream("GET", url, headers=sent, extensions={"timeout": timeouts}) as response:
                received = _decoded(response.headers)
                body = b""
                if 200 <= response.status < 300:
                    body = read_body(
                        response.iter_stream(),
                        encoding=received.get("content-encoding", ""),
                        max_bytes=int(self.settings.max_page_mb * MEGABYTE),
                        what=str(address),
                    )
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            reason = str(error) or f"no answer for {idle:g} s"
            raise NotConnectedError(f"{address} cannot be connected to: {reason}") from error
        except httpcore2.TimeoutException as error:
            limits = f"no byte for {idle:g} s, or more than {self.settings.total_seconds:g} s in all"
            raise AttemptError(f"{address} is too slow: {limits}") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, ValueError) as error:
            raise AttemptError(f"{address} answers what cannot be read: {error}") from error
        return Response(response.status, received, body)

    def close(self) -> None:
        if "_pool" in self.__dict__:
            self._pool.close()
            del self.__dict__["_pool"]

    @cached_property
    def _backend(self) -> "PinnedBackend":
        from feature_pipeline.fetching.connections import PinnedBackend

        return PinnedBackend(allow_hosts=self.settings.allow_hosts, resolve=self.resolve)

    @cached_property
    def _pool(self) -> "ConnectionPool":
        from feature_pipeline.fetching.connections import connection_pool

        return connection_pool(self._backend)


def _decoded(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Raw bytes are UTF-8, or else Latin-1."""
    decoded: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        with suppress(UnicodeDecodeError):
            value = raw_value.decode("utf-8")
        if name not in decoded:
            decoded[name] = value
        elif name in LISTS:
            decoded[name] += f", {value}"
    return decoded
