"""Ports of loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """One at which nobody listens, and which the system gives to nobody else meanwhile: other tests run beside this
    one. On Linux a server may listen there that sets SO_REUSEADDR, as Python's HTTP servers and nginx do."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
