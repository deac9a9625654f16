"""Files and folders that are whole or absent, survive a power cut, and are their owner's alone.

A mail archive lies in the data folder, so what is made here has no rights for group and others: folders 0700, files
0600. `keep_private` makes that the rule for the whole process, native libraries included.
"""

import glob
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

PRIVATE = 0o077  # a umask: what group and others may do is taken away
PARTIAL = ".part"
HOST = socket.gethostname()  # a folder may be shared with another machine, whose process ids mean nothing here
_users_umask: int | None = None  # None: the process's own is the user's


def keep_private() -> None:
    """From here on whatever this process and its children make is private, but within `users_umask`."""
    global _users_umask  # a umask belongs to the process, and so does what it was before
    _users_umask = os.umask(PRIVATE)


@contextmanager
def users_umask() -> Iterator[None]:
    """For what a person asks to have written elsewhere. A umask holds for all threads: not for use in a server."""
    before = None if _users_umask is None else os.umask(_users_umask)
    try:
        yield
    finally:
        if before is not None:
            os.umask(before)


def private_folder(folder: Path) -> Path:
    """`folder`, made with what is missing above it. One that is there stays as it is."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def close_to_others(folder: Path) -> None:
    """Take away the rights of group and others. A folder that is not there, belongs to somebody else, is shared on
    purpose (its sticky or setgid bit is set), or lies on a file system without such rights stays as it is."""
    try:
        found = folder.stat()
    except FileNotFoundError:
        return
    shared = found.st_mode & (stat.S_ISVTX | stat.S_ISGID)
    if found.st_mode & PRIVATE and found.st_uid == os.geteuid() and not shared:
        with suppress(PermissionError):
            folder.chmod(stat.S_IMODE(found.st_mode) & ~PRIVATE)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """An empty file to fill, which takes the place of `path` when the block ends well: a reader sees the old one or
    the new one, whole. What a killed process left of this is removed."""
    with _staged(path) as staging:
        yield staging
        flush_to_disk(staging)
        staging.replace(path)
        _flush(path.parent)


def write_whole(path: Path, content: str | bytes) -> None:
    """Put a file in the place of `path`; text in UTF-8."""
    with replacing(path) as staging:
        _write(staging, content)


def remove(path: Path) -> None:
    """The file, and what killed writers left of it. The caller keeps other writers out."""
    for each in (path, *path.parent.glob(f".{glob.escape(path.name)}.*{PARTIAL}")):
        each.unlink(missing_ok=True)


def write_once(path: Path, content: str | bytes) -> bool:
    """Write a file that is never changed again. False when it is there already."""
    with _staged(path) as staging:
        _write(staging, content)
        flush_to_disk(staging)
        try:
            os.link(staging, path)  # unlike a rename, a link never replaces
        except FileExistsError:
            return False
        _flush(path.parent)
    return True


@contextmanager
def new_folder(target: Path, *, prefix: str) -> Iterator[Path]:
    """An empty folder to fill, which becomes `target` when the block ends well, in place of what is there.

    After a kill a folder beside `target` is left whose name begins with `prefix`: the next writer may remove it.
    """
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=private_folder(target.parent)))
    try:
        yield staging
        put_folder(staging, target, prefix=prefix)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def make_once(folder: Path, write: Callable[[Path], None], *, whole: Callable[[Path], bool] = Path.is_dir) -> None:
    """Let `write` fill `folder`, unless it is there and `whole`.

    Processes that want the same folder wait for the first; what a killed one left is removed by the next.
    """
    prefix = f".{folder.name}-"
    with FileLock(private_folder(folder.parent) / f".{folder.name}.lock"):
        for leftover in folder.parent.glob(f"{glob.escape(prefix)}*"):
            shutil.rmtree(leftover)
        if not whole(folder):
            with new_folder(folder, prefix=prefix) as staging:
                write(staging)


def put_folder(staging: Path, target: Path, *, prefix: str) -> None:
    """Give a finished folder its name. One that is there is set aside under a name with `prefix`, then removed."""
    flush_to_disk(staging)
    replaced = set_aside(target, prefix=prefix) if target.exists() else None
    staging.rename(target)
    _flush(target.parent)
    if replaced:
        shutil.rmtree(replaced, ignore_errors=True)


def set_aside(folder: Path, *, prefix: str) -> Path:
    """Rename `folder` to what the next writer removes, at once and whole."""
    return folder.rename(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))


def staging_prefix(path: Path) -> str:
    """How the names begin of what this process puts beside `path` before it takes its place."""
    return f".{path.name}.{HOST}-{os.getpid()}-"


def remove_leftovers(path: Path) -> None:
    """What processes of this machine that were killed left beside `path`."""
    prefix = f".{path.name}.{HOST}-"
    for leftover in path.parent.glob(f"{glob.escape(prefix)}*-*"):
        process = leftover.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not is_running(int(process)):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Make a file, or a folder with everything in it, survive a power cut."""
    for each in (*path.rglob("*"), path):
        _flush(each)


def is_running(process: int) -> bool:
    """Whether a process of this id lives on this machine, whoever's it is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _staged(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, named by this process, that is gone when the block ends."""
    private_folder(path.parent)
    remove_leftovers(path)
    handle, name = tempfile.mkstemp(prefix=staging_prefix(path), suffix=PARTIAL, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(path: Path, content: str | bytes) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_bytes(content)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
