"""Which of an author's stored sources an opened one is.

A source is called after the account that it is an export of, where a file says it. While such a file cannot be read,
the name is open: then the source is the stored one that has the same posts; where there is none, it gets a name for the
time being, which the first reading that knows better takes over.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from feature_pipeline.limits import foreseen
from feature_pipeline.source_contract import Source
from feature_store.ports import FeatureReader
from feature_store.records import Post
from feature_store.versions import SourceRecord


class Known(NamedTuple):
    record: SourceRecord  # by the name to store it by
    taken_over: tuple[str, ...] = ()  # names that its posts were stored by for the time being


def known_as(source: Source, record: SourceRecord, *, author: str, store: FeatureReader) -> Known:
    """`record`: of `source`, by the name that it has by itself. Raises SourceError, UnknownAuthorError."""
    alike = [known for known in store.sources(author) if known.kind == record.kind]
    if source.is_settled and not any(known.is_provisional for known in alike):
        return Known(record)
    with foreseen(source.name):
        posts = [item for item in source.read() if isinstance(item, Post)]
    stored = store.posts(author)
    sizes, shared = Counter(post.source for post in stored), _shared(posts, stored)

    def is_same(known: SourceRecord) -> bool:
        has_none = not posts or not sizes[known.name]
        return bool(shared[known.name]) or (has_none and known.location == record.location)

    found = [known for known in alike if is_same(known)]
    if source.is_settled:
        return Known(record, tuple(known.name for known in found if known.is_provisional and known.name != record.name))
    found.sort(key=lambda known: (known.location == record.location, known.name == record.name, shared[known.name]))
    same = found[-1] if found else next((known for known in alike if known.name == record.name), None)
    if same is None:
        return Known(record.model_copy(update={"is_provisional": True}))
    return Known(record.model_copy(update={"name": same.name, "is_provisional": same.is_provisional}))


def _shared(posts: Iterable[Post], stored: Iterable[Post]) -> Counter[str]:
    """By the names of stored sources: how many of `posts` each has, of the same name and the same moment."""
    wanted = {_sign(post) for post in posts}
    return Counter(post.source for post in stored if _sign(post) in wanted)


def _sign(post: Post) -> tuple[str, str]:
    return post.source_id, post.created_at or post.content
