"""What the backends on a local disk share: one writer at a time, room to write, and copies of sparse files."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from configs.errors import DiskFullError
from configs.files import private_folder
from feature_store.errors import StoreBusyError

MEGABYTE = 1_000_000
BLOCK = 1 << 20


@contextmanager
def exclusive(lock: Path, what: str, *, patience: float = 0) -> Iterator[None]:
    """Hold `lock` (the system frees it when the process dies). Raises StoreBusyError when another has it for longer
    than `patience` seconds."""
    from filelock import FileLock, Timeout

    private_folder(lock.parent)
    held = FileLock(lock, timeout=patience)
    try:
        held.acquire()
    except Timeout:
        raise StoreBusyError(f"another process is writing {what}. Wait for it to end, then try again.") from None
    try:
        yield
    finally:
        held.release()


def require_free_space(folder: Path, needed: int) -> None:
    """Raises DiskFullError when the disk of `folder` has less than `needed` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFullError(
            f"the disk of {folder} has {free // MEGABYTE} MB left, and {needed // MEGABYTE} MB are asked for. "
            "Free some space, or lower feature_store.min_free_mb."
        )


def allocated_bytes(folder: Path) -> int:
    """What a folder really takes: the holes of sparse files are not counted."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder into `target`, which may exist, keeping the holes of sparse files."""
    shutil.copytree(source, target, copy_function=_copy_sparse, dirs_exist_ok=True)


def data_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """The blocks of a file with the places where they begin, without its holes."""
    with path.open("rb", buffering=0) as reader:
        end = 0
        while (start := _next_data(reader.fileno(), end)) is not None:
            end = os.lseek(reader.fileno(), start, os.SEEK_HOLE)
            while start < end and (block := os.pread(reader.fileno(), min(end - start, BLOCK), start)):
                yield start, block
                start += len(block)


def _copy_sparse(source: str, target: str) -> None:
    with Path(target).open("wb", buffering=0) as writer:
        writer.truncate(Path(source).stat().st_size)
        for start, block in data_of(Path(source)):
            os.pwrite(writer.fileno(), block, start)


def _next_data(handle: int, offset: int) -> int | None:
    try:
        return os.lseek(handle, offset, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole is left
            return None
        raise
