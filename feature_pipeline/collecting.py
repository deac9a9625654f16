"""A source → the author's posts in the store: what is new, changed, gone."""

from dataclasses import dataclass

from configs.progress import Progress, track
from feature_pipeline.errors import MassDeletionError
from feature_pipeline.sources import Source
from feature_store.ports import FeatureWriter
from feature_store.records import Post

ALWAYS_ALLOWED = 5  # deletions that are never asked about, however small the source


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What a collection of one source found and changed, in posts."""

    new: int
    changed: int
    deleted: int
    unchanged: int
    quarantined: tuple[tuple[str, str], ...]  # (source_id, problem) of every item that cannot be read
    ignored: dict[str, int]  # what the source passed over, by kind


def collect(
    source: Source,
    *,
    author: str,
    store: FeatureWriter,
    max_deleted_share: float,
    allow_deletions: bool,
    progress: Progress,
) -> CollectReport:
    """Make the store hold what `source` holds, in one commit; posts of the author's other sources are left alone.

    Raises SourceError, UnknownAuthorError, StoreBusyError, DiskFullError; and MassDeletionError, with nothing
    changed, when more than `max_deleted_share` of the source's posts (and more than five) would vanish.
    """
    with store.writing(author):
        stored = {post.id: post for post in store.posts(author) if post.source == source.name}
        found = {post.id: post for post in track(source.read(), progress, "collect", source.count())}
        new = [post for key, post in found.items() if key not in stored]
        changed = [p for key, p in found.items() if key in stored and p.content_hash != stored[key].content_hash]
        deleted = _vanished(stored, found)
        if len(deleted) > max(ALWAYS_ALLOWED, max_deleted_share * len(stored)) and not allow_deletions:
            raise MassDeletionError(
                f"{len(deleted)} of {len(stored)} posts from {source.name} are no longer there, e.g. "
                f"{stored[deleted[0]].source_id}. If that is meant, say so with --allow-deletions; if not, check the "
                "path. Nothing was changed."
            )
        if new or changed or deleted:
            store.write_posts(author, upserts=[*new, *changed], deleted_ids=deleted)
    return CollectReport(
        new=len(new),
        changed=len(changed),
        deleted=len(deleted),
        unchanged=len(found) - len(new) - len(changed),
        quarantined=tuple((post.source_id, post.problem) for post in found.values() if post.problem),
        ignored=source.ignored,
    )


def _vanished(stored: dict[str, Post], found: dict[str, Post]) -> list[str]:
    """Ids of stored posts that are gone. What lies under a folder that cannot be listed ("notes/") is not gone."""
    unlisted = tuple(post.source_id for post in found.values() if post.problem and post.source_id.endswith("/"))
    return [key for key, post in stored.items() if key not in found and not post.source_id.startswith(unlisted)]
