"""Connections that go to a vetted address and nowhere else, and end in time."""

import math
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2
from httpx2 import create_ssl_context

from feature_pipeline.fetching.addresses import Resolve, vetted_addresses

SocketOptions = Iterable[Any]
KEEP_ALIVE_SECONDS = 15.0
NO_RETRIES = 0  # who retries must wait, too


class PinnedBackend(httpcore2.NetworkBackend):
    """Resolves a name once, vets every address, and connects to one of those: the name is never looked up again, so
    that it cannot lead elsewhere in between. TLS and the Host header still carry the name."""

    def __init__(self, *, allow_hosts: Sequence[str], resolve: Resolve) -> None:
        self._allow_hosts = allow_hosts
        self._resolve = resolve
        self._sockets = httpcore2.SyncBackend()
        self.deadline = math.inf  # of time.monotonic(): when the response under way must have ended

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.NetworkStream:
        """Raises AddressRefusedError, httpcore2.ConnectError, httpcore2.ConnectTimeout."""
        try:
            addresses = vetted_addresses(host, port, allow_hosts=self._allow_hosts, resolve=self._resolve)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        failure: Exception = httpcore2.ConnectError(f"the name {host} has no address")
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
                return _TimedStream(stream, self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def left(self, timeout: float | None) -> float:
        """How long one operation may take. Raises httpcore2.ReadTimeout when the deadline has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole answer took longer than fetching.total_seconds")
        return min(left, timeout if timeout is not None else math.inf)


class _TimedStream(httpcore2.NetworkStream):
    """A byte now and then would renew the idle time for ever; the deadline ends it."""

    def __init__(self, stream: httpcore2.NetworkStream, backend: PinnedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(stream, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def connection_pool(backend: PinnedBackend) -> httpcore2.ConnectionPool:
    """HTTP/1.1 over verified TLS, blind to the environment: a proxy would resolve names by itself."""
    return httpcore2.ConnectionPool(
        ssl_context=create_ssl_context(trust_env=False),
        max_connections=8,
        max_keepalive_connections=4,
        keepalive_expiry=KEEP_ALIVE_SECONDS,
        retries=NO_RETRIES,
        network_backend=backend,
        socket_options=[(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)],
    )
