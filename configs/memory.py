"""Memory: whether an error says that it ran out, which libraries do in several ways; and giving back what is free."""

import ctypes
import errno
import re
from contextlib import suppress

SAID = re.compile(
    r"bad_alloc|out of memory|(?:can ?not|can't|unable to|failed to) allocate|not enough memory|can't start new thread",
    re.IGNORECASE,
)


def ran_out(error: BaseException | None) -> bool:
    """Whether memory ran out, by `error` or by what it was raised from."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, RuntimeError) and SAID.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def return_free_memory() -> None:
    """Give the system what is free between objects that live on: by itself glibc gives back only what lies behind the
    last of them. Takes some milliseconds; for after what let go of much. Does nothing with another C library."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
