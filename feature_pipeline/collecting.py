"""A source → the author's posts in the store: what is new, changed, moved, gone."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from configs.progress import Progress, track
from feature_pipeline.errors import MassDeletionError, SourceError
from feature_pipeline.limits import foreseen
from feature_pipeline.source_contract import Source, Unreached, Unread
from feature_store.ports import FeatureWriter
from feature_store.records import Post
from feature_store.versions import Forgotten

ALWAYS_ALLOWED = 5  # deletions that are never asked about, however small the source


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What a collection of one source found and changed, in posts."""

    source: str
    new: int
    changed: int
    moved: int  # the same content under another name; neither new nor deleted
    deleted: int
    unchanged: int
    forgotten: int  # found, and not collected: `twin forget` has seen to that
    unreached: tuple[tuple[str, str], ...]  # (source_id, reason): what was collected of it before stays
    quarantined: tuple[tuple[str, str], ...]  # (source_id, problem) of every item that cannot be read
    ignored: dict[str, int]  # what the source ignored, by kind
    unread: tuple[tuple[str, str], ...] = ()  # (name, reason) of files that are set aside: their posts stay, too

    @property
    def any(self) -> bool:
        return bool(self.new or self.changed or self.moved or self.deleted)


def collect(
    source: Source,
    *,
    name: str = "",
    taken_over: Collection[str] = (),
    author: str,
    store: FeatureWriter,
    max_deleted_share: float,
    allow_deletions: bool,
    progress: Progress,
) -> CollectReport:
    """Make the store hold what `source` holds, in one commit; posts of the author's other sources are left alone.

    `name` and `taken_over` are what `known_as` says of it: the name to store it by, and other names of its posts.
    Where a file of it cannot be read, the collection adds, and neither changes nor deletes: what a message answers,
    and what is gone, only the whole can tell.

    Raises SourceError, UnknownAuthorError, StoreBusyError, DiskFullError; and MassDeletionError, with nothing
    changed, when more than `max_deleted_share` of the source's posts (and more than five) would vanish.
    """
    name = name or source.name
    with store.writing(author):
        own = [post for post in store.posts(author) if post.source in (name, *taken_over)]
        renamed = {post.id: replace(post, source=name) for post in own if post.source != name}
        stored = {post.id: post for post in [*renamed.values(), *own] if post.source == name}
        taken = {post.id for post in renamed.values()} - {post.id for post in own}
        forgotten = store.forgotten(author)
        with foreseen(name):
            items = list(track(source.read(), progress, "collect", source.count()))
        unreached = [item for item in items if isinstance(item, Unreached)]
        unread = [item for item in items if isinstance(item, Unread)]
        posts = [
            item if item.source == name else replace(item, source=name) for item in items if isinstance(item, Post)
        ]
        found = _by_id(_without_context(post, forgotten) for post in posts if not forgotten.hides(post))
        new = [post for key, post in found.items() if key not in stored]
        changed = [p for key, p in found.items() if key in stored and p.content_hash != stored[key].content_hash]
        gone = _vanished(stored, found, unreached) if source.lists_all else []
        if unread:
            new, changed, gone = _without_known(new, stored, found), [], []
        gone += [key for key, post in stored.items() if key not in gone and forgotten.hides(post)]
        moved = _moved([stored[key] for key in gone], new)
        deleted = len(gone) - moved
        if deleted > max(ALWAYS_ALLOWED, max_deleted_share * len(stored)) and not allow_deletions:
            raise MassDeletionError(
                f"{deleted} of {len(stored)} posts from {name} are no longer there, e.g. "
                f"{stored[gone[0]].source_id}. If that is meant, say so with --allow-deletions; if not, check the "
                "place. Nothing was changed."
            )
        written = {*gone, *(post.id for post in changed)}
        kept = [post for post in renamed.values() if post.id in taken and post.id not in written]
        if new or changed or gone or renamed:
            store.write_posts(
                author,
                upserts=[*new, *changed, *kept],
                deleted_ids=[*(key for key in gone if key not in taken), *renamed],
            )
    return CollectReport(
        source=name,
        new=len(new) - moved,
        changed=len(changed),
        moved=moved + len(kept),
        deleted=deleted,
        unchanged=sum(key in stored for key in found) - len(changed) - sum(post.id in found for post in kept),
        forgotten=sum(forgotten.hides(post) for post in posts),
        unreached=tuple((item.source_id, item.reason) for item in unreached),
        quarantined=tuple((post.source_id, post.problem) for post in found.values() if post.problem),
        ignored=source.ignored,
        unread=tuple((item.name, item.reason) for item in unread),
    )


def _by_id(posts: Iterable[Post]) -> dict[str, Post]:
    found: dict[str, Post] = {}
    for post in posts:
        if post.id in found:  # a bug in the source: one of the two would be lost silently
            raise SourceError(f"{post.source} yields {post.source_id!r} twice. Nothing was changed.")
        found[post.id] = post
    return found


def _without_context(post: Post, forgotten: Forgotten) -> Post:
    return replace(post, context="") if post.context and forgotten.quoted_in(post.context) else post


def _vanished(stored: dict[str, Post], found: dict[str, Post], unreached: list[Unreached]) -> list[str]:
    """Ids of stored posts that are gone. What lies under a folder that cannot be listed ("notes/") is not gone."""
    unlisted = tuple(post.source_id for post in found.values() if post.problem and post.source_id.endswith("/"))
    there = {item.source_id for item in unreached}
    return [
        key
        for key, post in stored.items()
        if key not in found and post.source_id not in there and not post.source_id.startswith(unlisted)
    ]


def _without_known(new: Iterable[Post], stored: dict[str, Post], found: dict[str, Post]) -> list[Post]:
    """Where a file is missing, a post may be called otherwise than in the whole: that makes it no new one."""
    left = Counter((post.created_at, post.content) for key, post in stored.items() if key not in found)
    unknown: list[Post] = []
    for post in new:
        words = (post.created_at, post.content)
        if left[words]:
            left[words] -= 1
        else:
            unknown.append(post)
    return unknown


def _moved(gone: Iterable[Post], new: Iterable[Post]) -> int:
    """How many vanished posts are there under another name, with the same content."""
    left: defaultdict[str, int] = defaultdict(int)
    for post in gone:
        if post.content:
            left[post.content] += 1
    moved = 0
    for post in new:
        if left[post.content]:
            left[post.content] -= 1
            moved += 1
    return moved
