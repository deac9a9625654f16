"""The entry point: runs one command, and makes exit codes and clear messages of what ends it.

Nothing but the standard library is imported above `run`, so that a Ctrl-C is handled from the first moment on.
"""

import atexit
import contextlib
import errno
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NoReturn

from configs.errors import ExitCode, TwinError
from configs.files import keep_private, write_whole
from configs.memory import ran_out
from twin import interruption, native
from twin.session import Session

UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG)
DISK_FULL = "the disk is full. Free some space and run the same command again: it goes on where it stopped."
NO_MEMORY = "memory has run out. Close other programs and run the same command again: it goes on where it stopped."


def main() -> NoReturn:
    """The `twin` command."""
    native.prepare(sys.argv[1:])
    keep_private()
    interruption.watch()
    try:
        code = run(sys.argv[1:])
        _flush_quietly()
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    if code == ExitCode.INTERRUPTED:
        interruption.stop()
    _leave(code)


def _leave(code: int) -> NoReturn:
    """As the interpreter ends, but without the destructors of native libraries. There a thread of Qdrant's engine that
    is still running ended one command in a hundred with SIGABRT, after all that it was to do was done."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for what works on
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run a command line without the program's name and return its exit code. Never raises."""
    session = Session()
    try:
        from twin.commands import app

        app(list(arguments), prog_name="twin", obj=session)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer makes 1 of it
            return ExitCode.OK
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001  # the last line of defence: nothing above it hides an error
        return _explain(error, session)
    return ExitCode.OK


def _explain(error: Exception, session: Session) -> int:
    if interruption.arrived():
        return ExitCode.INTERRUPTED
    if session.verbose:
        traceback.print_exception(error)
    if isinstance(error, TwinError):
        _say(f"Error: {error}")
        return error.exit_code
    if _is_disk_full(error):
        _say(f"Error: {DISK_FULL}")
        return ExitCode.ENVIRONMENT
    if ran_out(error):
        _say(f"Error: {NO_MEMORY}")
        return ExitCode.ENVIRONMENT
    if isinstance(error, OSError) and error.errno in UNUSABLE:
        _say(f"Error: {error.filename or 'a file'} cannot be used: {error.strerror}. Check data_dir and cache_dir.")
        return ExitCode.ENVIRONMENT
    _say(f"Something went wrong inside the program: {type(error).__name__}: {error}")
    _say(f"{_keep_traceback(error, session)} Run the command with --verbose to see it here.")
    return ExitCode.BUG


def _is_disk_full(error: BaseException | None) -> bool:
    """Libraries wrap the operating system's error, or only quote its words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return True
        if os.strerror(errno.ENOSPC).lower() in str(error).lower():
            return True
        error = error.__cause__ or error.__context__
    return False


def _keep_traceback(error: Exception, session: Session) -> str:
    path = session.log_dir / f"error-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        write_whole(path, "".join(traceback.format_exception(error)))
    except OSError as problem:
        return f"The traceback could not be kept ({problem})."
    return f"The traceback is kept in {path}."


def _say(line: str) -> None:
    try:
        sys.stderr.write(f"{line}\n")
    except BrokenPipeError:
        return


def _flush_quietly() -> None:
    """A reader that left (`twin status | head`) is no error; without this the interpreter would complain at exit."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
