"""The contract of every source: its inputs, its outputs, and how it recognises a location.

It imports no source, so that whatever sources share can import it.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Protocol

from configs.settings import ServiceSettings
from feature_pipeline.archives import FileTree, open_tree
from feature_pipeline.errors import SourceError
from feature_pipeline.fetching import Fetched, Fetcher
from feature_pipeline.links import parts_of
from feature_store.records import Post

PROBE_BYTES = 100_000


class Match(IntEnum):
    """How surely a kind recognises a location. The strongest match wins; between two equal ones the user is asked."""

    NO = 0
    FALLBACK = 1  # it can be read so, unless a more specific kind recognises it
    YES = 2


@dataclass(frozen=True)
class Location:
    """Where a person's posts are, as named by that person: a folder, a file, an archive, an address, or a name at a
    service. `text` as it was typed. What is there is looked at once, when first asked for."""

    text: str
    fetcher: Fetcher

    @cached_property
    def url(self) -> str:
        """The web address; "" when `text` is not one."""
        text = self.text.strip()
        parts = parts_of(text)
        return text if parts.scheme in ("http", "https") and parts.netloc else ""

    @cached_property
    def path(self) -> Path | None:
        """The file or folder, absolute; None when there is none of that name."""
        if self.url or not self.text.strip():
            return None
        # os.path returns False where pathlib raises: for a name that is too long, for a home of nobody.
        named = (os.path.expanduser(self.text), os.path.expanduser(self.text.strip()))  # noqa: PTH111
        return next((Path(name).absolute() for name in named if os.path.exists(name)), None)  # noqa: PTH110

    @cached_property
    def tree(self) -> FileTree | None:
        """The files of a folder or an archive; a single file is a tree of one. None when there is no such path.

        Raises UnsafeArchiveError, SourceError.
        """
        return open_tree(self.path) if self.path else None

    def require_tree(self) -> FileTree:
        """`tree`, where only files will do. Raises SourceError when there is no such path, UnsafeArchiveError."""
        if self.tree is None:
            raise SourceError(f"there is no folder or file {self.text}. Check the path.")
        return self.tree

    def holds(self, find: Callable[[FileTree], object]) -> Match:
        """YES when there are files here among which `find` finds something. Raises what `find` and `tree` do."""
        return Match.YES if self.tree is not None and find(self.tree) else Match.NO

    @cached_property
    def page(self) -> Fetched | None:
        """The response at the web address; None when this is not a web address. Raises FetchError."""
        return self.fetcher.get(self.url) if self.url else None

    def beginning(self, endings: tuple[str, ...]) -> bytes:
        """Of the page, or of a file whose name has one of the endings; b"" for anything else. Raises FetchError."""
        if self.page is not None:
            return self.page.body
        if self.path is None or not self.path.is_file() or not self.path.name.lower().endswith(endings):
            return b""
        with self.path.open("rb") as file:
            return file.read(PROBE_BYTES)

    def page_or_file(self, *, max_bytes: int, what: str) -> Fetched:
        """The page, or a file as if it had come without an address. Raises SourceError for anything else."""
        if self.page is not None:
            return self.page
        if self.path is None or not self.path.is_file():
            raise SourceError(f"{self.text} is neither a web address nor a file. Give the address of {what}.")
        try:
            with self.path.open("rb") as file:
                return Fetched(url="", content_type="", charset="", headers={}, body=file.read(max_bytes))
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class SourceOptions:
    author: str  # id
    author_name: str  # as people write it
    me: tuple[str, ...]  # who the author is in a conversation: addresses, handles, names; () to find out
    base_url: str  # put before relative permalinks; "" for none
    max_file_bytes: int
    max_pages: int  # of one site
    fetched_at: str  # ISO 8601, UTC
    answered_within: timedelta  # of a chat: an older message is not what a message answers, unless it says so
    fetcher: Fetcher
    services: ServiceSettings


@dataclass(frozen=True, slots=True)
class Unreached:
    """An item that is there and could not be read this time. What was collected of it before stays."""

    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of an export that cannot be read, and is set aside: which posts it holds nobody can say. What was
    collected of them before stays."""

    name: str
    reason: str


class Source(Protocol):
    @property
    def name(self) -> str:
        """Names the source for good: "kind:identity", the identity being the account where the source tells it, so
        that a later export of the same account is the same source; else the absolute path or the address."""

    @property
    def lists_all(self) -> bool:
        """True: what `read` does not yield is no longer there. False: it shows a part, as a feed does its newest
        entries, and nothing is concluded from what is missing."""

    @property
    def is_settled(self) -> bool:
        """Whether `name` is what it would be, could every file be read."""

    @property
    def ignored(self) -> dict[str, int]:
        """What was ignored, by kind, e.g. {".png": 3, "hidden": 1}. Complete once `read` has ended."""

    @property
    def takes_me(self) -> bool:
        """Whether `options.me` says whose words it reads; where False, nothing would use it."""

    def count(self) -> int | None:
        """How many items `read` will yield, when that is cheap to know."""

    def read(self) -> Iterator[Post | Unreached | Unread]:
        """Every item the author wrote, one post each, source_id unique; an unreadable one as a post with `problem`,
        content empty; of several files, one that cannot be read as an `Unread`. Raises SourceError when the whole
        cannot be read: then nothing is changed."""


class SourceModule(Protocol):
    SUMMARY: str  # one line for people: what it reads
    EXAMPLE: str  # a location as one types it, e.g. "~/Downloads/twitter-2024-05-01.zip"
    OBTAIN: str  # how a person gets it, in one or two sentences of plain Markdown; "" when there is nothing to get

    # How the kind is known: a module has one of these two.
    ADDRESS: re.Pattern[str]  # spellings (full match) that are this kind for certain: nothing is fetched

    def recognises(self, location: Location) -> Match:
        """By what lies there; reads no more of it than it needs."""

    def open(self, location: Location, options: SourceOptions) -> Source:
        """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
