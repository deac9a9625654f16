"""What ended a command or a job, for the person who began it."""

import errno
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from configs.errors import ExitCode, TwinError
from configs.files import write_whole
from configs.full_disk import is_full_disk
from configs.memory import ran_out

UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG)
DISK_FULL = "the disk is full. Free some space and run the same command again: it goes on where it stopped."
NO_MEMORY = "memory has run out. Close other programs and run the same command again: it goes on where it stopped."


OUT_OF_HANDLES = (errno.EMFILE, errno.ENFILE)
HANDLES = (
    "too many files are open at once. Allow more (ulimit -n 4096) and run the same command again: it goes on where it "
    "stopped."
)


def explained(error: BaseException, log_dir: Path) -> tuple[str, ExitCode]:
    """What to say, with the way out. The traceback of a bug is kept in `log_dir`."""
    if _ran_out_of_handles(error):  # first: a file that could not be opened for it is neither damaged nor gone
        return HANDLES, ExitCode.ENVIRONMENT
    if isinstance(error, TwinError):
        return str(error), error.exit_code
    if is_full_disk(error):
        return DISK_FULL, ExitCode.ENVIRONMENT
    if ran_out(error):
        return NO_MEMORY, ExitCode.ENVIRONMENT
    if isinstance(error, OSError) and error.errno in UNUSABLE:
        message = f"{error.filename or 'a file'} cannot be used: {error.strerror}. Check data_dir and cache_dir."
        return message, ExitCode.ENVIRONMENT
    said = f"Something went wrong inside the program: {type(error).__name__}: {error}"
    return f"{said}\n{_keep_traceback(error, log_dir)}", ExitCode.BUG


def _ran_out_of_handles(error: BaseException | None) -> bool:
    """Libraries wrap the system's error, or only quote its words."""
    words = [os.strerror(number).lower() for number in OUT_OF_HANDLES]
    while error is not None:
        if isinstance(error, OSError) and error.errno in OUT_OF_HANDLES:
            return True
        said = str(error).lower()
        if any(each in said for each in words):
            return True
        error = error.__cause__ or error.__context__
    return False


def _keep_traceback(error: BaseException, log_dir: Path) -> str:
    path = log_dir / f"error-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        write_whole(path, "".join(traceback.format_exception(error)))
    except OSError as problem:
        return f"The traceback could not be kept ({problem})."
    return f"The traceback is kept in {path}."
