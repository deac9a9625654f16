"""Listening: bind first, say so when ready, drain on SIGTERM and Ctrl-C."""

import asyncio
import contextlib
import errno
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from inference_pipeline.errors import AddressInUseError, CannotListenError, PublicAddressError

BACKLOG = 128
DRAIN_SECONDS = 30  # then what still runs is cut off
SEND_BUFFER = 64 * 1024  # bytes that the kernel holds for a client that does not read


def serve(
    app: FastAPI,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    *,
    stalled_seconds: float,
    keyed: bool = False,
    root_path: str = "",
) -> None:
    """Serve until SIGTERM or SIGINT (main thread), letting requests under way end. Port 0 takes a free one.

    A client that takes nothing of its answer for `stalled_seconds` is dropped. `keyed`: the app asks for keys.
    `root_path` is the prefix of the path that a proxy takes away.
    Calls `on_ready` with the address, e.g. "http://127.0.0.1:8610", once connections are answered.
    Raises AddressInUseError, PublicAddressError, CannotListenError before anything is started.
    """
    listening = bind(host, port, keyed=keyed)
    address, bound_port = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    config = uvicorn.Config(
        app,
        http=dropping_stalled(stalled_seconds),
        log_config=None,
        access_log=False,
        root_path=root_path,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    with listening:
        _Server(config, lambda: on_ready(f"http://{shown}:{bound_port}"), app.state.admission.drain).run([listening])


def dropping_stalled(seconds: float) -> type[H11Protocol]:
    """HTTP over connections that are cut when the client takes nothing, or has sent no whole head, for `seconds`.

    What an answer has beyond SEND_BUFFER is not made before the client has taken that much, so that it costs no memory.
    """

    class Protocol(H11Protocol):
        _cut: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transport.set_write_buffer_limits(high=0)  # any byte that the kernel does not take pauses the answer
            self.loop.call_later(seconds, self._cut_without_request)

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self.resume_writing()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._cut = self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._cut is not None:
                self._cut.cancel()

        def _cut_without_request(self) -> None:
            if self.cycle is None:
                self.transport.abort()

    return Protocol


def bind(host: str, port: int, *, keyed: bool = False) -> socket.socket:
    """A listening socket: on a loopback address, or on any where callers are asked for keys."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise CannotListenError(f"{host!r} is no address of this machine: {error.strerror}.") from error
    if not keyed and not ipaddress.ip_address(address[0]).is_loopback:
        raise PublicAddressError(
            f"{host} can be reached by others, and without keys this server does not ask who they are. Make a key "
            "first: twin keys create NAME. Or listen on 127.0.0.1."
        )
    # With its protocol, by which asyncio knows that TCP_NODELAY is to be set on connections: without, a client that
    # keeps its connection waits 40 ms for each answer.
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        way_out = f"Choose another port: --set serving.port={port + 1 if 0 < port < 65535 else 8610}"
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(f"something else listens on {host}:{port}. {way_out}") from error
        raise CannotListenError(f"cannot listen on {host}:{port}: {error.strerror}. {way_out}") from error
    return listening


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_drain = on_drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but without raising the signal again afterwards: to be stopped is no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
