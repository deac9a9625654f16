"""Ctrl-C and SIGTERM, at any moment.

Python runs a signal's handler only between two bytecodes, so a long native call (a training step, the loading of a
model) would hold an interruption back. The interpreter's C-level handler, however, writes to a wake-up socket at
once: a thread reads it and ends the process when the main thread has not unwound within GRACE_SECONDS. That is safe
because every stage survives a kill at any moment.
"""

import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import NoReturn

from configs.errors import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 3.0
MESSAGE = "Stopped. Nothing is lost: run the same command again to go on."
SHOW_CURSOR = "\x1b[?25h"

_arrived = threading.Event()
_serving = threading.Event()


def watch() -> None:
    """Take over the signals. Called once, from the main thread, before anything else is imported."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    for number in SIGNALS:
        signal.signal(number, _handle)
    threading.Thread(target=_end_when_stuck, args=(reader, writer), daemon=True).start()


def arrived() -> bool:
    """True from the first signal on. What a library made of the KeyboardInterrupt (an ImportError, say) is no bug."""
    return _arrived.is_set()


def leave_to_server() -> None:
    """From now on a server ends the process in its own time: running answers are finished first."""
    _serving.set()


def leave_to_command() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt that a command takes for what it is: an answer is stopped, and the
    process goes on. SIGTERM still ends it."""
    _serving.set()
    signal.signal(signal.SIGTERM, lambda *_: stop())


def stop() -> NoReturn:
    """Say so and end, without the interpreter's shutdown: native threads may be in the middle of anything."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    _end()


def _handle(number: int, frame: FrameType | None) -> None:
    if not _serving.is_set():
        if _arrived.is_set():
            _end()
        _arrived.set()
    raise KeyboardInterrupt


def _end_when_stuck(reader: socket.socket, _writer: socket.socket) -> None:
    while reader.recv(1)[0] not in SIGNALS:  # other signals, which parts of the program use, come here too
        pass
    time.sleep(GRACE_SECONDS)
    if not _serving.is_set():
        _end()


def _end() -> NoReturn:
    cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
    try:
        os.write(2, f"{cursor}\n{MESSAGE}\n".encode())
    finally:
        os._exit(ExitCode.INTERRUPTED)
