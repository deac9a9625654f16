"""Reading one post ends in time and fails alone: parsers raise on texts that nobody foresaw, or take minutes over them.

The limit is of the processor's time, so that a busy machine quarantines nothing. It is kept by a signal, which costs a
post microseconds. Python gives signals to the main thread alone: in another one, time is not limited.
"""

import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

from configs.errors import TwinError
from configs.memory import ran_out
from feature_pipeline.errors import UnreadableItemError

SECONDS = 10.0  # of the processor; a megabyte of any format takes 1 to 4 of them
SECONDS_PER_MEGABYTE = 20.0
AGAIN_SECONDS = 1.0  # what catches everything is told again

Made = TypeVar("Made")


class _TooLong(BaseException):
    """No Exception, which parsers catch."""


def within_limits(read: Callable[[], Made], *, characters: int) -> Made:
    """What `read` makes of a post of so many characters.

    Raises UnreadableItemError in place of any exception that is not meant for a person, and when it takes too long;
    OSError, and what says that memory ran out, as they are: neither is the post's fault.
    """
    seconds = SECONDS + SECONDS_PER_MEGABYTE * characters / 1e6
    try:
        return _timed(read, seconds)
    except _TooLong as error:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)  # it may have come before the line that ends it
        raise UnreadableItemError(f"it takes more than {seconds:.0f} s to read") from error
    except (TwinError, OSError):
        raise
    except Exception as error:
        if ran_out(error):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        # Not what it says: that may quote the post, from before anything is masked.
        said = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        raise UnreadableItemError(said) from error


def _timed(read: Callable[[], Made], seconds: float) -> Made:
    if threading.current_thread() is not threading.main_thread():
        return read()
    before = signal.signal(signal.SIGVTALRM, _end)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN_SECONDS)
        return read()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(number: int, frame: FrameType | None) -> None:
    raise _TooLong
