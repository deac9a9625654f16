"""The entry point: runs one command, and makes exit codes and clear messages of what ends it.

Nothing but the standard library is imported above `run`, so that a Ctrl-C is handled from the first moment on.
"""

import atexit
import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import NoReturn

from configs.errors import ExitCode
from configs.files import keep_private
from twin import failures, interruption, native
from twin.session import Session


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
    """As the interpreter ends, but without its finalisation and the destructors of native libraries.

    pyarrow's threads let go of a scanned table after it was returned, and need Python's lock to free its buffers. Where
    the interpreter is being finalised by then, Python (before 3.14) ends such a thread in the middle of C++ destructors
    that may not be left: one command in a hundred ended with SIGABRT, after all that it was to do was done.
    """
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
    except BaseException as error:  # noqa: BLE001  # the last line of defence. A panic in Rust is no Exception
        return _explain(error, session)
    return ExitCode.OK


def _explain(error: BaseException, session: Session) -> int:
    if interruption.arrived():
        return ExitCode.INTERRUPTED
    if session.verbose:
        traceback.print_exception(error)
    message, code = failures.explained(error, session.log_dir)
    _say(f"Error: {message}" if code != ExitCode.BUG else f"{message} Run the command with --verbose to see it here.")
    return code


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
