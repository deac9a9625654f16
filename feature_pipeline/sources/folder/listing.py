"""The files of a folder or an archive, with those of unwanted kinds and places counted instead of listed."""

import os
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from feature_pipeline.archives import FileTree, open_tree
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.text_files import read_bytes, readable_name

GENERATED = {
    *("node_modules", "_site", "_layouts", "_includes", "_sass", "_data", "_plugins", "_freeze", "_book", "_build"),
    *("__MACOSX", "__pycache__", "site_libs", "bower_components", "renv", "packrat", "venv", "site-packages"),
}
BESIDE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ListedFile:
    name: str  # relative POSIX path; of a folder that cannot be listed it ends in "/"
    read: Callable[[int], bytes]  # by the most bytes it may have; raises UnreadableItemError, UnsafeArchiveError
    problem: str = ""


@dataclass
class Listing:
    files: list[ListedFile] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    beside: Callable[[int, str], bytes | None] = lambda up, name: (
        None
    )  # a file by how many folders up it lies, hidden too


def list_files(root: Path, endings: Collection[str]) -> Listing:
    """The files under `root`, a folder or an archive, whose names end in one of `endings`; or `root`, a file.

    Hidden and generated files, links and other kinds are counted. Raises SourceError when `root` cannot be listed,
    UnsafeArchiveError.
    """
    if root.is_dir():
        listing = Listing(beside=lambda up, name: _read_if_there(Path(root, *[".."] * up, name)))
        _Walk(root, endings, listing).list(root)
        return listing
    if root.suffix.lower() in endings:
        return Listing([ListedFile(readable_name(root.name), lambda most: read_bytes(root, max_bytes=most))])
    return _of_archive(open_tree(root), endings)


def ending_of(path: PurePosixPath | Path) -> str:
    return path.suffix.lower() or "without ending"


@dataclass(frozen=True)
class _Walk:
    root: Path
    endings: Collection[str]
    listing: Listing

    def list(self, folder: Path) -> None:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if folder == self.root:
                raise SourceError(f"{folder} cannot be listed: {error.strerror}. Check its permissions.") from error
            self._add(folder, f"the folder cannot be listed: {error.strerror}", ending="/")
            return
        for entry in found:
            path = Path(entry.path)
            if entry.name.startswith("."):
                self.listing.ignored["hidden"] += 1
            elif entry.is_symlink():
                self._link(path)
            elif entry.is_dir():
                if entry.name in GENERATED:
                    self.listing.ignored[entry.name] += 1
                else:
                    self.list(path)
            elif path.suffix.lower() not in self.endings:
                self.listing.ignored[ending_of(path)] += 1
            elif not entry.is_file():
                self.listing.ignored["no ordinary file"] += 1
            else:
                self._add(path)

    def _link(self, path: Path) -> None:
        """A link is never followed: what it leads to in the folder is read there, what is outside is not read."""
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
            if path.suffix.lower() in self.endings:
                self._add(path, "a link that leads nowhere, or in a circle")
            else:
                self.listing.ignored["broken link"] += 1
            return
        if target.is_relative_to(self.root):
            self.listing.ignored["link inside the folder"] += 1
        elif target.is_dir() or path.suffix.lower() in self.endings:
            self._add(path, f"a link out of the folder, to {target}: not followed. Copy what is meant into the folder")
        else:
            self.listing.ignored[ending_of(path)] += 1

    def _add(self, path: Path, problem: str = "", *, ending: str = "") -> None:
        name = readable_name(path.relative_to(self.root).as_posix()) + ending
        self.listing.files.append(ListedFile(name, lambda most: read_bytes(path, max_bytes=most), problem))


def _of_archive(tree: FileTree, endings: Collection[str]) -> Listing:
    """Names are relative to the single top folder, if there is one, as in archives of a repository."""
    names = tree.names()
    known = set(names)
    tops = {PurePosixPath(name).parts[0] for name in names}
    around = f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""
    listing = Listing(
        beside=lambda up, name: (
            tree.read(around + name, max_bytes=BESIDE_BYTES) if not up and around + name in known else None
        )
    )
    counted: set[PurePosixPath] = set()
    for full_name in names:
        path = PurePosixPath(full_name.removeprefix(around))
        unwanted = [p for p in [*reversed(path.parents), path] if p.name.startswith(".") or p.name in GENERATED]
        if unwanted:
            if unwanted[0] not in counted:  # a folder counts once, as on disk
                listing.ignored["hidden" if unwanted[0].name.startswith(".") else unwanted[0].name] += 1
            counted.add(unwanted[0])
        elif path.suffix.lower() not in endings:
            listing.ignored[ending_of(path)] += 1
        else:
            listing.files.append(ListedFile(path.as_posix(), _reader(tree, full_name)))
    return listing


def _read_if_there(path: Path) -> bytes | None:
    try:
        return read_bytes(path, max_bytes=BESIDE_BYTES) if path.is_file() else None
    except UnreadableItemError:
        return None


def _reader(tree: FileTree, name: str) -> Callable[[int], bytes]:
    return lambda most: tree.read(name, max_bytes=most)
