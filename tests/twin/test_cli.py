"""What ends a command line, and the exit code and message that it is answered with."""

import errno
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from configs.errors import ExitCode
from feature_store.errors import UnknownAuthorError
from twin.cli import run
from twin.commands import globals_first
from twin.session import Session


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Run a command line whose command ends with a given exception; answer the exit code."""

    def end_with(error: BaseException, *, verbose: bool = False) -> int:
        def app(arguments: list[str], *, obj: Session, **_: object) -> None:
            obj.overrides, obj.verbose = [f"data_dir={tmp_path}"], verbose
            raise error

        monkeypatch.setitem(sys.modules, "twin.commands", types.SimpleNamespace(app=app))
        return run([])

    return end_with


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_an_error_of_ours_is_one_line_and_its_code(
    ending: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(UnknownAuthorError("there is no author 'x'.")) == ExitCode.NOT_FOUND
    assert capsys.readouterr() == ("", "Error: there is no author 'x'.\n")


@pytest.mark.slow
def test_what_ends_a_process_that_was_done_cannot_abort_it() -> None:
    """The destructors of native libraries run when a process exits; here one aborts."""
    program = """
import atexit, ctypes, sys, threading, time
libc = ctypes.CDLL(None)
libc.__cxa_atexit(libc.abort, None, None)
atexit.register(print, "cleaned up")
threading.Thread(target=lambda: (time.sleep(1), print("worked on"))).start()
sys.argv[1:] = ["version"]
from twin import cli
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == ExitCode.OK, done
    assert {"worked on", "cleaned up"} < set(done.stdout.splitlines())


@pytest.mark.parametrize("error", [MemoryError(), caused_by(RuntimeError("no"), OSError(errno.ENOMEM, "no"))])
def test_too_little_memory_says_what_to_do(
    ending: Callable[..., int], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert ending(error) == ExitCode.ENVIRONMENT
    assert "memory has run out" in capsys.readouterr().err


def test_verbose_shows_the_traceback(ending: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(UnknownAuthorError("there is no author 'x'."), verbose=True) == ExitCode.NOT_FOUND
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/data/x"),
        caused_by(RuntimeError("could not write"), OSError(errno.ENOSPC, "No space left on device")),
        RuntimeError("Generic LocalFileSystem error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_says_what_to_do(
    error: Exception, ending: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(error) == ExitCode.ENVIRONMENT
    assert "the disk is full. Free some space" in capsys.readouterr().err


def test_another_operating_system_error_is_no_full_disk(ending: Callable[..., int]) -> None:
    assert ending(OSError(errno.EIO, "Input/output error")) == ExitCode.BUG


def test_a_bug_keeps_its_traceback_in_a_file(
    ending: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert ending(ZeroDivisionError("division by zero")) == ExitCode.BUG
    (kept,) = (tmp_path / "logs").iterdir()
    out, err = capsys.readouterr()
    assert out == ""
    assert "ZeroDivisionError: division by zero" in err
    assert str(kept) in err
    assert "Traceback (most" not in err
    assert "in end_with" not in err
    assert "raise error" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 0), (SystemExit(2), 2), (SystemExit(None), 0)]
)
def test_other_endings(
    error: BaseException, code: int, ending: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(error) == code
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-m", "twin", "--help"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_told_as_a_command_and_as_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert run(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out == told != ""


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["train", "--set", "a.b=1", "--author", "x"], ["--set", "a.b=1", "train", "--author", "x"]),
        (["train", "--set=a.b=1", "--verbose"], ["--set=a.b=1", "--verbose", "train"]),
        (["--config", "gpu", "up", "--config", "mine"], ["--config", "gpu", "--config", "mine", "up"]),
        (["ask", "--", "--set", "x"], ["ask", "--", "--set", "x"]),
        (["train", "--set"], ["--set", "train"]),
    ],
)
def test_global_options_may_stand_anywhere(typed: list[str], read: list[str]) -> None:
    assert globals_first(typed) == read


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nosuch"], "No such command 'nosuch'"),
        (["up"], "Missing argument"),
        (["up", "posts"], "Missing option '--author'"),
        (["train", "--set", "training.rnk=8"], "nearest known one is 'training.rank'"),
        (["train", "--set", "zzz.qqq=8"], "unknown setting 'zzz'. docs/settings.md lists"),
        (["forget"], "say what to forget"),
        (["ask", " "], "the question is empty"),
        (["sources", "myspace"], "no kind of source 'myspace'"),
        (["status", "--config", "nosuch"], "Shipped ones:"),
        (["collect", ".", "--author", "!!!"], "no id can be made"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_a_data_folder_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text("The fog came in before noon.")
    monkeypatch.setenv("TWIN_DATA_DIR", str(tmp_path / "file"))
    assert run(["collect", str(tmp_path / "posts"), "--as", "folder", "--author", "Maud"]) == ExitCode.ENVIRONMENT
    assert "data_dir" in capsys.readouterr().err
