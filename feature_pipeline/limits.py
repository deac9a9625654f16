"""Reading one post ends in time and fails alone: parsers raise on what nobody foresaw, or take minutes over it.

`within_limits` is for one post: the others go on. `foreseen` is for a place of many: one error names it.

The limit is of the processor's time, so that a busy machine quarantines nothing. It is kept by a signal, which costs a
post microseconds. Python gives signals to the main thread alone: in another one, time is not limited.
"""

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

from configs.errors import TwinError
from configs.memory import ran_out
from feature_pipeline.errors import SourceError, UnreadableItemError

SECONDS = 10.0  # of the processor; a megabyte of any format takes 1 to 4 of them
SECONDS_PER_MEGABYTE = 20.0
AGAIN_SECONDS = 1.0  # what catches everything is told again
SOON = 0.001

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
        raise UnreadableItemError(f"it takes more than {seconds:.0f} s to read") from error
    except Exception as error:
        if not is_unforeseen(error):
            raise
        raise UnreadableItemError(shown(error)) from error


@contextmanager
def foreseen(what: str) -> Iterator[None]:
    """Raises SourceError, which names `what`, in place of any exception that is not meant for a person."""
    try:
        yield
    except Exception as error:
        if not is_unforeseen(error):
            raise
        raise SourceError(
            f"{what} cannot be read: {shown(error)}. It is damaged, or of a form that this version does not know: "
            "get it anew, and report it if that does not help. Nothing was changed."
        ) from error


def is_unforeseen(error: Exception) -> bool:
    """Whether a parser raised what is meant for nobody: neither for a person, nor of the machine's making."""
    return not isinstance(error, TwinError | OSError) and not ran_out(error)


def shown(error: Exception) -> str:
    """Which it is, and where; not what it says, as that may quote the post, from before anything is masked."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"


def _timed(read: Callable[[], Made], seconds: float) -> Made:
    if threading.current_thread() is not threading.main_thread():
        return read()
    before = signal.signal(signal.SIGVTALRM, _end)
    around, _ = signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN_SECONDS)
    try:
        return read()
    finally:
        try:
            left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except _TooLong:  # it came with this line; the next one waits for AGAIN_SECONDS
            left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if around:  # the limit of what this is a part of
            signal.setitimer(signal.ITIMER_VIRTUAL, max(around - (seconds - left), SOON), AGAIN_SECONDS)


def _end(number: int, frame: FrameType | None) -> None:
    raise _TooLong
