"""Folders, .zip, .tar and .gz files, read alike and without unpacking them to disk.

An archive comes from elsewhere. Absolute names, `..` and links are refused; entries, decompressed bytes and their
ratio are counted while streaming, and what goes beyond the limits is refused before it is held in memory.
"""

import gzip
import io
import os
import re
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from feature_pipeline.errors import SourceError, UnreadableItemError, UnsafeArchiveError

MEGABYTE = 1_000_000
MAX_ENTRIES = 500_000
MAX_TOTAL_BYTES = 50_000 * MEGABYTE  # read from one archive; the largest personal exports have a tenth of that
MAX_RATIO = 200  # deflate cannot do more than 1032; chats and CSV of real exports reach 20
RATIO_FREE_BYTES = 10 * MEGABYTE  # small files may be as compressible as they like
WHOLE_FREE_BYTES = 200 * MEGABYTE  # the same for a whole archive, counting every read
MOST_INNER = 50  # archives that are opened whatever their names
DEEPEST_INNER = 3
INNER_IN_MEMORY = 50 * MEGABYTE  # of an archive inside another; a larger one is copied to disk
# What macOS notes of a file, beside it or apart in archives, under the file's own name and ending.
APPLE_DOUBLE = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$)")
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".jex")  # the last is Joplin's


@dataclass
class FileTree:
    """Files by relative POSIX name."""

    path: Path  # the folder, archive or single file itself, absolute
    _total: int = field(default=0, init=False)

    def names(self) -> list[str]:
        """Of every file, sorted, without what macOS adds. Raises UnsafeArchiveError."""
        return self._listed

    @cached_property
    def _listed(self) -> list[str]:
        return [name for name in self._names if not APPLE_DOUBLE.search(name)]

    @cached_property
    def _names(self) -> list[str]:
        raise NotImplementedError

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Stream one file; what it yields counts towards the limits. Raises UnsafeArchiveError, UnreadableItemError."""
        raise NotImplementedError

    def find(self, *patterns: str) -> list[str]:
        """Names whose last parts match a pattern, "*" being anything within a part: "data/tweets*.js" finds
        "twitter-2024/data/tweets-part1.js" too, since exports come with and without a folder around them."""
        ending = _ending_in(patterns)
        return [name for name in self.names() if ending.search(name)]

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """One file whole. Raises UnreadableItemError when it is larger, or broken; UnsafeArchiveError."""
        with self.open(name) as stream:
            data = stream.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise UnreadableItemError(f"{name} is larger than {max_bytes / MEGABYTE:g} MB")
        return data

    def head(self, name: str, size: int) -> bytes:
        """The first `size` bytes of one file; b"" when it cannot be read. Raises UnsafeArchiveError."""
        with suppress(UnreadableItemError), self.open(name) as stream:
            return stream.read(size)
        return b""


@cache
def _ending_in(patterns: tuple[str, ...]) -> re.Pattern[str]:
    wanted = "|".join(re.escape(pattern).replace(r"\*", "[^/]*") for pattern in patterns)
    return re.compile(rf"(?:^|/)(?:{wanted})\Z")


def with_inner_zips(tree: FileTree, named: re.Pattern[str], *, depth: int = DEEPEST_INNER) -> FileTree:
    """`tree` with the zip archives in it unpacked into one: an export in parts, or in an archive of its own.

    Those whose last name is `named` (full match), or all where there is nothing else. `tree` itself where there is
    none. Raises SourceError, UnsafeArchiveError.
    """
    if not depth or (tree.path.is_file() and tree.path.suffix.lower() != ".zip"):
        return tree
    zips = [name for name in tree.names() if name.lower().endswith(".zip")]
    is_all = len(zips) == len(tree.names()) <= MOST_INNER
    inner = [name for name in zips if is_all or named.fullmatch(PurePosixPath(name).name)]
    return _UnpackedTree(tree.path, tree, inner, named, depth) if inner else tree


def open_tree(path: Path) -> FileTree:
    """Raises SourceError when the file is not a readable archive."""
    if path.is_dir():
        return FolderTree(path)
    if not path.is_file():
        raise SourceError(f"{path} is neither a file nor a folder.")
    if path.name.lower().endswith(TAR_ENDINGS):
        return TarTree(path)
    if path.suffix.lower() == ".gz":
        return GzipTree(path)
    if path.suffix.lower() == ".zip" or (path.suffix.lower() not in (".docx", ".epub") and zipfile.is_zipfile(path)):
        return ZipTree(path)
    return SingleFile(path)


class FolderTree(FileTree):
    """Links are skipped: what they lead to in the folder is there anyway, what is outside was not named."""

    @cached_property
    def _names(self) -> list[str]:
        found: list[str] = []
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
            around = os.path.relpath(folder, self.path).replace(os.sep, "/")
            for file in files:
                path = os.path.join(folder, file)  # noqa: PTH118 - of thousands of files, a Path takes most of the time
                if not os.path.islink(path) and os.path.isfile(path):  # noqa: PTH113, PTH114
                    found.append(file if around == "." else f"{around}/{file}")
        return sorted(found)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with _naming(name), (self.path / name).open("rb") as stream:
            yield stream


class SingleFile(FileTree):
    @cached_property
    def _names(self) -> list[str]:
        return [self.path.name]

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with _naming(name), self.path.open("rb") as stream:
            yield stream


class GzipTree(FileTree):
    """One compressed file, under its name without ".gz"."""

    @cached_property
    def _names(self) -> list[str]:
        return [self.path.stem]

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        with _naming(name), gzip.open(self.path) as stream:
            compressed = self.path.stat().st_size
            yield cast("BinaryIO", _Counted(cast("BinaryIO", stream), self, compressed=compressed, name=name))


class ZipTree(FileTree):
    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise SourceError(f"{self.path} cannot be read as a zip archive: {error}. Download it again.") from error

    @cached_property
    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        infos = [info for info in self._archive.infolist() if not info.is_dir()]
        _require_few(len(infos), self.path)
        for info in infos:
            if stat.S_ISLNK(info.external_attr >> 16):
                raise UnsafeArchiveError(f"{self.path} holds a link, {info.filename!r}. No export does: not read.")
        return {_safe(info.filename, self.path): info for info in infos}

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._entries)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        info = self._entries[name]
        with _naming(name), self._archive.open(info) as stream:
            yield cast("BinaryIO", _Counted(cast("BinaryIO", stream), self, compressed=info.compress_size, name=name))


@dataclass
class _InnerZip(ZipTree):
    """A zip archive inside another, by a copy of its own on disk or in memory."""

    outer: FileTree
    name: str

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        copy = tempfile.SpooledTemporaryFile(max_size=INNER_IN_MEMORY)  # noqa: SIM115 - it lives as long as the archive
        try:
            with self.outer.open(self.name) as stream:
                shutil.copyfileobj(stream, copy, MEGABYTE)
            return zipfile.ZipFile(copy)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise SourceError(f"{self.path}: {self.name} cannot be read as a zip archive: {error}.") from error


@dataclass
class _UnpackedTree(FileTree):
    """Of a file that two of the archives hold, the first counts."""

    outer: FileTree
    inner: list[str]
    named: re.Pattern[str]
    depth: int

    @cached_property
    def _places(self) -> dict[str, FileTree]:
        places: dict[str, FileTree] = {name: self.outer for name in self.outer.names() if name not in self.inner}
        for name in self.inner:
            on_disk = self.outer.path / name
            is_file = isinstance(self.outer, FolderTree | SingleFile)
            tree: FileTree = ZipTree(on_disk) if is_file else _InnerZip(self.outer.path, self.outer, name)
            unpacked = with_inner_zips(tree, self.named, depth=self.depth - 1)
            for file in unpacked.names():
                places.setdefault(file, unpacked)
        return places

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._places)

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        return self._places[name].open(name)


class TarTree(FileTree):
    @cached_property
    def _archive(self) -> tarfile.TarFile:
        try:
            return tarfile.open(self.path)
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise SourceError(f"{self.path} cannot be read as a tar archive: {error}. Download it again.") from error

    @cached_property
    def _entries(self) -> dict[str, tarfile.TarInfo]:
        entries: dict[str, tarfile.TarInfo] = {}
        try:
            for number, info in enumerate(self._archive, start=1):
                _require_few(number, self.path)
                if info.issym() or info.islnk():
                    raise UnsafeArchiveError(f"{self.path} holds a link, {info.name!r}. No export does: not read.")
                self._count(info.size, name=info.name)  # listing a tar decompresses all of it
                if info.isfile():
                    entries[_safe(info.name, self.path)] = info
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise SourceError(f"{self.path} is broken: {error}. Download it again.") from error
        self._total = 0
        return entries

    def _count(self, size: int, *, name: str) -> None:
        self._total += size
        _require_bounded(self._total, self.path.stat().st_size, self.path, name)

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._entries)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        stream = self._archive.extractfile(self._entries[name])
        if stream is None:
            raise UnreadableItemError(f"{name} is no ordinary file")
        with _naming(name), stream:
            yield cast("BinaryIO", _Counted(cast("BinaryIO", stream), self, compressed=None, name=name))


class _Counted(io.BufferedIOBase):
    """A stream that counts what it yields, against the limits of its archive."""

    def __init__(self, stream: BinaryIO, tree: FileTree, *, compressed: int | None, name: str) -> None:
        self._stream = stream
        self._tree = tree
        self._compressed = compressed
        self._name = name
        self._size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            parts: list[bytes] = []
            while part := self.read(MEGABYTE):
                parts.append(part)
            return b"".join(parts)
        data = self._stream.read(size)
        self._size += len(data)
        self._tree._total += len(data)
        if self._compressed is not None:
            _require_bounded(self._size, self._compressed, self._tree.path, self._name)
        if self._tree._total > WHOLE_FREE_BYTES:  # many small bombs
            _require_bounded(self._tree._total, self._tree.path.stat().st_size, self._tree.path, self._name)
        if self._tree._total > MAX_TOTAL_BYTES:
            raise UnsafeArchiveError(
                f"{self._tree.path} unpacks to more than {MAX_TOTAL_BYTES / MEGABYTE:,.0f} MB. Not read further."
            )
        return data

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size if size >= 0 else io.DEFAULT_BUFFER_SIZE)


def _require_bounded(size: int, compressed: int, path: Path, name: str) -> None:
    if size > RATIO_FREE_BYTES and size > MAX_RATIO * max(1, compressed):
        raise UnsafeArchiveError(
            f"{path}: {name!r} unpacks to more than {MAX_RATIO} times its size, as a decompression bomb does. Not read."
        )


def _require_few(count: int, path: Path) -> None:
    if count > MAX_ENTRIES:
        raise UnsafeArchiveError(f"{path} holds more than {MAX_ENTRIES:,} files. Not read.")


def _safe(name: str, path: Path) -> str:
    """`name` as a relative POSIX path. Raises UnsafeArchiveError."""
    plain = name.replace("\\", "/").removeprefix("./")
    if plain.startswith("/") or PureWindowsPath(plain).drive or ".." in PurePosixPath(plain).parts or "\0" in plain:
        raise UnsafeArchiveError(f"{path} holds the entry {name!r}, which leads out of the archive. Not read.")
    return plain


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
    ) as e:
        # RuntimeError: a password is needed. NotImplementedError: an unknown compression.
        raise UnreadableItemError(f"{name} cannot be read: {e}") from e
