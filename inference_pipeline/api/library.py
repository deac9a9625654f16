"""What is kept of authors, as the page shows it. `twin` gives what reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

State = Literal["kept", "waiting", "near-duplicate", "quarantined"]  # of a post


@dataclass(frozen=True, slots=True)
class PostsQuery:
    """What to list. "" and () mean any."""

    states: tuple[State, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    masked: bool | None = None  # whether something is masked in it
    text: str = ""  # words that all stand in its title, name or text
    limit: int = 100
    cursor: str = ""  # of the page before


@dataclass(frozen=True, slots=True)
class PostRow:
    id: str
    title: str
    file: str  # its name at the source
    source: str
    kind: str
    url: str
    date: str  # of writing, "" when unknown
    state: str  # a State
    reason: str  # why it is quarantined; the file that is kept in its place
    masked: Mapping[str, int]  # by kind of what was masked, how often
    words: int
    beginning: str  # of its text, masked; where words are looked for, around the first of them


@dataclass(frozen=True, slots=True)
class PostPage:
    """Newest first. `counts`: of all posts of the author by "states", "sources", "kinds" and "masked"."""

    rows: Sequence[PostRow]
    total: int  # that match
    cursor: str  # of the next page; "" for none
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """Characters [start, end) of a text, counted as Unicode code points."""

    start: int
    end: int
    kind: str  # of what was masked; or "code", "quote": not the author's words


@dataclass(frozen=True, slots=True)
class PostText:
    row: PostRow
    text: str  # as it is learned from, masked; "" before features were made of it
    context: str  # the message that it answers
    masked: Sequence[Part] = ()
    marked: Sequence[Part] = ()
    joined: Sequence[Mapping[str, str]] = ()  # id, title, source of near-duplicates: what forgetting it takes as well


@dataclass(frozen=True, slots=True)
class AuthorSummary:
    author: str
    name: str
    consent: str
    created_at: str
    posts: int
    features: str  # the newest F_n, "" before the first
    champion: str  # v_n, "" for none
    versions: int
    sources: Sequence[Mapping[str, Any]] = field(default_factory=list)  # name, kind, location, changed_at


class Library(Protocol):
    def authors(self) -> Sequence[AuthorSummary]: ...

    def posts(self, author: str, query: PostsQuery) -> PostPage:
        """Raises UnknownAuthorError."""

    def post(self, author: str, post: str) -> PostText:
        """Raises UnknownAuthorError, UnknownPostError."""

    def lineage(self, author: str) -> dict[str, Any]:
        """ "features" and "versions", the newest first. Raises UnknownAuthorError."""

    def version(self, author: str, reference: str) -> dict[str, Any]:
        """What a version was made of, its figures and charts, and what it wrote. Raises UnknownModelError."""

    def compare(self, author: str, old: str, new: str) -> dict[str, Any]:
        """What two versions were made of, where that differs, their figures, and what both wrote for the same requests.
        Raises UnknownModelError."""
