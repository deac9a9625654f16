"""The loop over a source's items, the counting, and what all of its posts have in common."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import ClassVar, Self, TypeVar

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.text_files import decode, readable_name, too_large, without_surrogates
from feature_pipeline.limits import within_limits
from feature_pipeline.links import joined
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, SourceOptions, Unreached, Unread
from feature_store.records import ContentType, Post, PostKind, digest_of

PACKAGE = "feature_pipeline.sources."


@dataclass(frozen=True, slots=True)
class Ignored:
    """An item that is no post of the author's, e.g. "written by others"."""

    reason: str
    count: int = 1

    @staticmethod
    def each(counts: Mapping[str, int]) -> "Iterator[Ignored]":
        return (Ignored(reason, count) for reason, count in counts.items())


Item = Post | Unreached | Unread | Ignored
Made = TypeVar("Made")


def storable(post: Post) -> Post:
    """`post` in characters that UTF-8 has, whatever its file could spell."""
    texts = (post.source_id, post.url, post.title, post.content, post.context, post.problem, *post.tags, *post.people)
    if all(map(str.isascii, texts)):
        return post
    return replace(
        post,
        source_id=without_surrogates(post.source_id),
        url=without_surrogates(post.url),
        title=without_surrogates(post.title),
        content=without_surrogates(post.content),
        tags=tuple(map(without_surrogates, post.tags)),
        context=without_surrogates(post.context),
        people=tuple(map(without_surrogates, post.people)),
        problem=without_surrogates(post.problem),
    )


def named_once(post: Post, seen: dict[str, Post]) -> Post | None:
    """`post`, kept in `seen` under a name of its own: a damaged file may name two alike, or one not at all. None where
    the same is there already."""
    name = post.source_id
    if not name or name in seen:
        if name and (seen[name].title, seen[name].content) == (post.title, post.content):
            return None
        name += f"#{digest_of(post.title, post.content)[:12]}"
        if name in seen:
            return None
        post = replace(post, source_id=name)
    seen[name] = post
    return post


@dataclass
class BaseSource(ABC):
    """A `Source`: a subclass yields its `items` and says its `identity`."""

    LIMITED: ClassVar[bool] = False  # whether content beyond max_file_bytes is a problem
    takes_me: ClassVar[bool] = False  # whether `options.me` says whose words it reads

    options: SourceOptions
    lists_all: bool = field(default=True, init=False)
    _ignored: Counter[str] = field(default_factory=Counter, init=False, repr=False)

    @property
    @abstractmethod
    def identity(self) -> str:
        """What tells this source from others of its kind, for good: it is stored."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Every item that is there. Raises SourceError when the whole cannot be read."""

    @cached_property
    def name(self) -> str:
        """The kind is the name of the module or package that the source's class stands in."""
        return f"{type(self).__module__.removeprefix(PACKAGE).partition('.')[0]}:{self.identity}"

    @property
    def is_settled(self) -> bool:
        return True

    @property
    def ignored(self) -> dict[str, int]:
        return {reason: count for reason, count in sorted(self._ignored.items()) if count}

    def count(self) -> int | None:
        return None

    def read(self) -> Iterator[Post | Unreached | Unread]:
        self._ignored.clear()
        seen: dict[str, Post] = {}
        for item in self.items():
            if isinstance(item, Ignored):
                self._ignored[item.reason] += item.count
            elif isinstance(item, Unreached | Unread):
                yield item
            elif (post := named_once(storable(item), seen)) is not None:
                yield post
            else:
                self._ignored["repeated"] += 1

    def post(
        self,
        source_id: str,
        *,
        url: str = "",
        title: str = "",
        created_at: str = "",
        content: str = "",
        content_type: ContentType = ContentType.PLAIN,
        kind: PostKind = PostKind.ARTICLE,
        visibility: str = "public",
        tags: tuple[str, ...] = (),
        context: str = "",
        people: tuple[str, ...] = (),
        problem: str = "",
    ) -> Post:
        """A post of this source. Its content is dropped when there is a problem."""
        if self.LIMITED and not problem:
            problem = self.too_large(len(content.encode("utf-8", "replace")))
        return Post(
            author=self.options.author,
            source=self.name,
            source_id=source_id,
            url=url or source_id,
            title=title,
            created_at=created_at,
            fetched_at=self.options.fetched_at,
            content="" if problem else content,
            content_type=content_type,
            kind=kind,
            visibility=visibility,
            tags=tags,
            context=context,
            people=people,
            problem=problem,
        )

    def filled(self, bare: Post, read: Callable[[Post], Post]) -> Post:
        """`bare` with what `read` adds to it; when that fails or takes too long, `bare` with the problem."""
        return self.alone(bare, partial(read, bare))

    def alone(self, bare: Post, read: Callable[[], Made], *, size: int = 0) -> Made | Post:
        """What `read` makes; when it fails, or takes too long for its `size` in characters, `bare` with the problem."""
        try:
            return within_limits(read, characters=size)
        except UnreadableItemError as error:
            return replace(bare, content="", problem=str(error))

    def absolute(self, url: str, base: str) -> str:
        """`url` as `options.base_url`, else `base`, makes it a whole address."""
        return joined(self.options.base_url or base, url)

    def too_large(self, size: int) -> str:
        """The problem of an item of `size` bytes; "" when it is within the limit."""
        return too_large(size, self.options.max_file_bytes)


@dataclass
class ExportSource(BaseSource):
    """An export or any other files: a folder, an archive, or one file."""

    tree: FileTree

    @cached_property
    def unread(self) -> UnreadFiles:
        """Complete once `read` has ended."""
        return UnreadFiles(self.tree)

    @property
    def is_settled(self) -> bool:
        return not self.unread

    def read(self) -> Iterator[Post | Unreached | Unread]:
        yield from super().read()
        yield from self.unread.files()

    @classmethod
    def opened(cls, location: Location, options: SourceOptions) -> Self:
        """What a kind's `open` is where all that the class needs is the files. Raises what the class does."""
        return cls(options, location.require_tree())

    @property
    def identity(self) -> str:
        """The account, where the export tells it; else, as here, the path."""
        return str(self.tree.path)

    def one_of(self, accounts: Iterable[str]) -> str:
        """The account when there is one alone, else the path."""
        found = list(dict.fromkeys(accounts))
        return found[0] if len(found) == 1 else self.resolved_path

    @property
    def resolved_path(self) -> str:
        """Without links; what is not UTF-8 in it is shown as \\xNN."""
        return readable_name(str(self.tree.path.resolve()))

    def text(self, name: str, *, html: bool = False) -> str:
        """One file, decoded. Raises UnreadableItemError when it is no text, or too large for a post."""
        return decode(self.tree.read(name, max_bytes=self.options.max_file_bytes), html=html)


@dataclass
class RemoteSource(BaseSource):
    """An account at a service, or a place on the web."""

    LIMITED: ClassVar[bool] = True

    lists_all: bool = field(default=False, init=False)  # settled once `read` has ended
    place: str  # account or address, as it stands in the source's name

    @property
    def identity(self) -> str:
        return self.place
