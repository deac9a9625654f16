"""A folder of Markdown, HTML and text files, read recursively; or one such file.

Front matter is read as Jekyll, Hugo and Obsidian write it. Passed over, and counted: hidden files and folders, what
site generators and package managers put beside posts, links to what is in the folder anyway, files of other kinds,
and README, LICENSE and their like unless they begin with front matter. Everything else is a post, if need be one
with a problem.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.front_matter import starts_with_front_matter
from feature_pipeline.locations import Location
from feature_pipeline.post_fields import title_from_path, with_fields
from feature_pipeline.sources import Match, SourceOptions
from feature_pipeline.text_files import read_text_file
from feature_store.records import ContentType, Post

SUMMARY = "a folder (or one file) of Markdown, HTML or text, with or without front matter"
EXAMPLE = "~/blog/content/posts"
OBTAIN = ""
ADDRESS = None

CONTENT_TYPES = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), ContentType.MARKDOWN),
    **dict.fromkeys((".html", ".htm"), ContentType.HTML),
    ".txt": ContentType.PLAIN,
}
GENERATED = {"node_modules", "_site", "_layouts", "_includes", "_sass"}
HOUSEKEEPING = {
    *("readme", "license", "licence", "copying", "notice", "changelog", "contributing", "code_of_conduct", "security"),
}
FRONT_MATTER_PROBE_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Item:
    source_id: str  # relative POSIX path
    path: Path
    problem: str = ""


@dataclass
class FolderSource:
    root: Path  # a folder, or one file
    options: SourceOptions
    _ignored: Counter[str] = field(default_factory=Counter)
    _items: list[_Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.root.is_dir():
            self._list(self.root)
        else:
            self._items.append(_Item(_readable(self.root.name), self.root))
        if not self._items:
            passed = ", ".join(f"{count} {kind}" for kind, count in self.ignored.items())
            raise EmptySourceError(
                f"{self.root} holds no post. Looked for files ending in {_endings()}, in its folders too"
                f"{f'; passed over: {passed}' if passed else ''}. Name the folder that your posts are in."
            )

    @property
    def name(self) -> str:
        return f"folder:{_readable(str(self.root))}"

    @property
    def lists_all(self) -> bool:
        return True

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> int:
        return len(self._items)

    def read(self) -> Iterator[Post]:
        """Every file that was there when the source was opened, by source_id. Never raises."""
        for item in sorted(self._items, key=lambda item: item.source_id):
            yield self._post(item)

    def _post(self, item: _Item) -> Post:
        kind = CONTENT_TYPES.get(item.path.suffix.lower(), ContentType.PLAIN)
        bare = Post(
            author=self.options.author,
            source=self.name,
            source_id=item.source_id,
            url=item.source_id,
            title=title_from_path(item.source_id),
            created_at=dates.from_path(item.source_id),
            fetched_at=self.options.fetched_at,
            content="",
            content_type=kind,
            problem=item.problem,
        )
        if item.problem:
            return bare
        try:
            text = read_text_file(item.path, max_bytes=self.options.max_file_bytes, html=kind is ContentType.HTML)
            return with_fields(bare, text, base_url=self.options.base_url)
        except UnreadableItemError as error:
            return replace(bare, problem=str(error))

    def _list(self, folder: Path) -> None:
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
                self._ignored["hidden"] += 1
            elif entry.is_symlink():
                self._list_link(path)
            elif entry.is_dir():
                if entry.name in GENERATED:
                    self._ignored[entry.name] += 1
                else:
                    self._list(path)
            elif path.suffix.lower() not in CONTENT_TYPES:
                self._ignored[path.suffix.lower() or "without ending"] += 1
            elif not entry.is_file():
                self._ignored["no ordinary file"] += 1
            elif _is_housekeeping(path):
                self._ignored["README and the like"] += 1
            else:
                self._add(path)

    def _list_link(self, path: Path) -> None:
        """A link is never followed: what it leads to in the folder is read there, what is outside is not read."""
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
            if path.suffix.lower() in CONTENT_TYPES:
                self._add(path, "a link that leads nowhere, or in a circle")
            else:
                self._ignored["broken link"] += 1
            return
        if target.is_relative_to(self.root):
            self._ignored["link inside the folder"] += 1
        elif target.is_dir() or path.suffix.lower() in CONTENT_TYPES:
            self._add(path, f"a link out of the folder, to {target}: not followed. Copy what is meant into the folder")
        else:
            self._ignored[path.suffix.lower() or "without ending"] += 1

    def _add(self, path: Path, problem: str = "", *, ending: str = "") -> None:
        self._items.append(_Item(_readable(path.relative_to(self.root).as_posix()) + ending, path, problem))


def recognises(location: Location) -> Match:
    path = location.path
    if path is None:
        return Match.NO
    return Match.FALLBACK if path.is_dir() or path.suffix.lower() in CONTENT_TYPES else Match.NO


def open(location: Location, options: SourceOptions) -> FolderSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when `location` is neither a folder nor a file of a known kind, EmptySourceError."""
    path = location.path
    if path is None:
        raise SourceError(f"there is no folder or file {location.text}. Check the path.")
    if not path.is_dir() and (path.suffix.lower() not in CONTENT_TYPES or not path.is_file()):
        raise SourceError(f"{location.text} is neither a folder nor a file ending in {_endings()}.")
    return FolderSource(path.resolve(), options)


def _endings() -> str:
    return " ".join(CONTENT_TYPES)


def _is_housekeeping(path: Path) -> bool:
    if path.stem.lower() not in HOUSEKEEPING:
        return False
    try:
        with path.open("rb") as file:
            start = file.read(FRONT_MATTER_PROBE_BYTES)
    except OSError:
        return False
    return not starts_with_front_matter(start.decode("utf-8-sig", "replace"))


def _readable(name: str) -> str:
    """File names are bytes; what is not UTF-8 in them is shown as \\xNN, so that it can be stored."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
