"""Where posts come from: one file a kind of source.

To add one: a module here whose name is the kind, with `SUMMARY` (one line for people), `recognises(location)` and
`open(location, options)`. Nothing else needs to know of it.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from feature_pipeline.errors import UnknownSourceError
from feature_store.records import Post


@dataclass(frozen=True, slots=True)
class SourceOptions:
    author: str
    base_url: str  # put before relative permalinks; "" for none
    max_file_bytes: int
    fetched_at: str  # ISO 8601, UTC


class Source(Protocol):
    @property
    def name(self) -> str:
        """Names the location for good, e.g. "folder:/home/maud/posts": posts are found again by it."""

    @property
    def ignored(self) -> dict[str, int]:
        """What is passed over, by kind, e.g. {".png": 3, "hidden": 1}. Complete once `read` has ended."""

    def count(self) -> int | None:
        """How many items `read` will yield, when that is cheap to know."""

    def read(self) -> Iterator[Post]:
        """Every item, one post each; an unreadable one as a post with `problem`. Raises SourceError."""


class SourceModule(Protocol):
    SUMMARY: str

    def recognises(self, location: str) -> bool: ...

    def open(self, location: str, options: SourceOptions) -> Source: ...


def kinds() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def open_source(location: str, options: SourceOptions, kind: str | None = None) -> Source:
    """Open `location` as `kind`, or as the first kind that recognises it. Raises UnknownSourceError, SourceError."""
    if kind is not None and kind not in kinds():
        raise UnknownSourceError(f"there is no kind of source {kind!r}. Known: {', '.join(kinds())}.")
    for name in [kind] if kind else kinds():
        module: SourceModule = importlib.import_module(f"{__name__}.{name}")
        if kind or module.recognises(location):
            return module.open(location, options)
    raise UnknownSourceError(
        f"{location!r} is nothing that can be read: no such folder, or of an unknown kind. "
        f"Known kinds: {', '.join(kinds())}."
    )
