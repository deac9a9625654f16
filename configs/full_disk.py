"""A full disk, told as such whoever finds it: the system, SQLite, or a library that passes their words on."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from configs.errors import DiskFullError

NUMBERS = (errno.ENOSPC, errno.EDQUOT)
WORDS = (*(os.strerror(number).lower() for number in NUMBERS), "database or disk is full")  # the last are SQLite's


@contextmanager
def naming_full_disk(folder: Path) -> Iterator[None]:
    """Turn what says that the disk of `folder` is full into DiskFullError; anything else passes."""
    try:
        yield
    except Exception as error:
        if is_full_disk(error):
            raise disk_full(folder) from error
        raise


def is_full_disk(error: BaseException | None) -> bool:
    """Libraries wrap the system's error, or only quote its words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NUMBERS:
            return True
        said = str(error).lower()
        if any(words in said for words in WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


def disk_full(folder: Path) -> DiskFullError:
    return DiskFullError(
        f"the disk of {folder} is full. Free some space and run the same command again: it goes on where it stopped."
    )
