"""Where posts come from: one file a kind of source.

To add one: a module here whose name is the kind, with the attributes of `SourceModule`. Nothing else needs to know of
it: `twin collect` recognises it, `twin sources` lists it, `twin sync` collects it again.
"""

import importlib
import os
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from configs.settings import ServiceSettings
from feature_pipeline.errors import UnknownSourceError
from feature_pipeline.fetching import Fetcher
from feature_pipeline.locations import Location
from feature_store.records import Post

HOST_AND_PATH = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceOptions:
    author: str  # id
    author_name: str  # as people write it
    me: tuple[str, ...]  # who the author is in a conversation: addresses, handles, names; () to find out
    base_url: str  # put before relative permalinks; "" for none
    max_file_bytes: int
    max_pages: int  # of one site
    fetched_at: str  # ISO 8601, UTC
    fetcher: Fetcher
    services: ServiceSettings


@dataclass(frozen=True, slots=True)
class Unreached:
    """An item that is there and could not be read this time. What was collected of it before stays."""

    source_id: str
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
    def ignored(self) -> dict[str, int]:
        """What is passed over, by kind, e.g. {".png": 3, "hidden": 1}. Complete once `read` has ended."""

    def count(self) -> int | None:
        """How many items `read` will yield, when that is cheap to know."""

    def read(self) -> Iterator[Post | Unreached]:
        """Every item the author wrote, one post each, source_id unique; an unreadable one as a post with `problem`,
        content empty. Raises SourceError when the whole cannot be read: then nothing is changed."""


class Match(IntEnum):
    """How a kind knows what lies at a location. The strongest wins; two of equal strength are a question."""

    NO = 0
    FALLBACK = 1  # it could be read so, when nothing more exact knows it
    YES = 2


class SourceModule(Protocol):
    SUMMARY: str  # one line for people: what it reads
    EXAMPLE: str  # a location as one types it, e.g. "~/Downloads/twitter-2024-05-01.zip"
    OBTAIN: str  # how a person gets it, in one or two sentences of plain Markdown; "" when there is nothing to get
    ADDRESS: re.Pattern[str] | None  # spellings (full match) that are this kind for sure: nothing is fetched to know

    def recognises(self, location: Location) -> Match:
        """By what lies there; reads no more of it than it needs. A kind known by ADDRESS alone answers NO."""

    def open(self, location: Location, options: SourceOptions) -> Source:
        """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""


def kinds() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def source_module(kind: str) -> SourceModule:
    """Raises UnknownSourceError."""
    if kind not in kinds():
        raise UnknownSourceError(f"there is no kind of source {kind!r}. Known: {', '.join(kinds())}.")
    module: SourceModule = importlib.import_module(f"{__name__}.{kind}")
    return module


def recognise(location: Location) -> str:
    """The kind of source that `location` is. Raises UnknownSourceError, FetchError, UnsafeArchiveError."""
    modules = {kind: source_module(kind) for kind in kinds()}
    for kind, module in modules.items():
        if module.ADDRESS and module.ADDRESS.fullmatch(location.text.strip()):
            return kind
    matches = {kind: module.recognises(location) for kind, module in modules.items()}
    best = max(matches.values())
    found = [kind for kind, match in matches.items() if match is best]
    if best is Match.NO:
        raise UnknownSourceError(f"{_why_unknown(location)} `twin sources` lists what can be read, with examples.")
    if len(found) > 1:
        raise UnknownSourceError(
            f"{location.text!r} could be {' or '.join(found)}. Say which: twin collect … --as {found[0]}"
            f"{', or name the folder of each by itself.' if location.path and location.path.is_dir() else ''}"
        )
    return found[0]


def _why_unknown(location: Location) -> str:
    text = location.text.strip()
    if location.url:
        return f"{text} answers with nothing that can be read."
    if location.path:
        return f"{text!r} is there, and is of no kind that can be read."
    if HOST_AND_PATH.fullmatch(text):
        return f"there is no file or folder {text!r}. If it is a web address, type https://{text}"
    return f"there is no file or folder {text!r}, and it is no address or name that is known."


def split_kind(text: str) -> tuple[str | None, str]:
    """ "github:maud" says the kind with the place; everything else is a place alone."""
    prefix, colon, rest = text.partition(":")
    return (prefix, rest) if colon and prefix in kinds() and not os.path.exists(text) else (None, text)  # noqa: PTH110


def open_source(location: Location, options: SourceOptions, kind: str | None = None) -> Source:
    """Open `location` as `kind`, or as what it is recognised as. Raises UnknownSourceError, SourceError."""
    said, place = split_kind(location.text)
    if kind is None and said:
        kind, location = said, Location(place, location.fetcher)
    return source_module(kind or recognise(location)).open(location, options)
