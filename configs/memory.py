"""Whether an error is one of memory: libraries raise it in several ways."""

import errno
import re

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
