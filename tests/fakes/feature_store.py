"""The feature store's ports in memory: for tests that are not about storing or encoding.

They pass the same contract suite as the backends.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from feature_store.errors import StoreBusyError, UnknownAuthorError, UnknownFeatureVersionError
from feature_store.passages import showing
from feature_store.records import (
    Chunk,
    Document,
    Example,
    ExampleKind,
    Post,
    Record,
    Split,
    digest_of,
    row_digest,
)
from feature_store.versions import (
    AuthorProfile,
    FeatureVersion,
    Forgotten,
    SourceRecord,
    digest_of_features,
    row_counts,
)

TOKEN = re.compile(r"\w+|[^\w\s]")
RRF_K = 60


@dataclass(frozen=True)
class _Snapshot:
    version: FeatureVersion
    posts: dict[str, Post]
    documents: dict[str, Document]
    chunks: dict[str, Chunk]
    examples: dict[str, Example]


class InMemoryFeatureStore:
    """FeatureWriter over dictionaries. Every version keeps its own rows."""

    def __init__(self) -> None:
        self._profiles: dict[str, AuthorProfile] = {}
        self._posts: dict[str, dict[str, Post]] = {}
        self._snapshots: dict[str, list[_Snapshot]] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._ever: dict[str, dict[str, Post]] = {}
        self._vectors: dict[tuple[str, str], dict[str, bytes]] = {}
        self._sources: dict[str, dict[str, SourceRecord]] = {}
        self._forgotten: dict[str, Forgotten] = {}

    def authors(self) -> list[AuthorProfile]:
        return [self._profiles[author] for author in sorted(self._profiles)]

    def profile(self, author: str) -> AuthorProfile:
        if author not in self._profiles:
            known = ", ".join(sorted(self._profiles)) or "none"
            raise UnknownAuthorError(f"there is no author {author!r}. Known: {known}.")
        return self._profiles[author]

    def versions(self, author: str) -> list[FeatureVersion]:
        self.profile(author)
        return [snapshot.version for snapshot in self._snapshots[author]]

    def readable_versions(self, author: str) -> tuple[list[FeatureVersion], dict[str, str]]:
        return self.versions(author), {}

    def version(self, author: str, number: int | None = None) -> FeatureVersion:
        return self._snapshot(author, number).version

    def posts(self, author: str, version: FeatureVersion | None = None) -> list[Post]:
        self.profile(author)
        posts = self._as_of(author, version).posts if version else self._posts[author]
        return sorted(posts.values(), key=lambda post: (post.source_id, post.source))

    def state(self, author: str) -> str:
        posts = [post.content_hash for post in self.posts(author)]
        return digest_of(posts, [document.digest for document in self.documents(author)])

    def posts_ever(self, author: str) -> list[Post]:
        self.profile(author)
        return sorted(self._ever.get(author, {}).values(), key=lambda post: (post.source_id, post.source))

    def documents(self, author: str, version: FeatureVersion | None = None) -> list[Document]:
        snapshot = self._rows(author, version)
        return [snapshot.documents[key] for key in sorted(snapshot.documents)] if snapshot else []

    def document(self, author: str, document_id: str, version: FeatureVersion | None = None) -> Document | None:
        snapshot = self._rows(author, version)
        return snapshot.documents.get(document_id) if snapshot else None

    def chunks(self, author: str, version: FeatureVersion | None = None, *, vectors: bool = True) -> list[Chunk]:
        snapshot = self._rows(author, version)
        rows = sorted(snapshot.chunks.values(), key=lambda c: (c.document_id, c.start)) if snapshot else []
        return rows if vectors else [chunk.without_vectors() for chunk in rows]

    def examples(self, author: str, version: FeatureVersion, split: Split | None = None) -> list[Example]:
        rows = self._as_of(author, version).examples
        return [rows[key] for key in sorted(rows) if split is None or rows[key].split is split]

    @contextmanager
    def writing(self, author: str) -> Iterator[None]:
        lock = self._locks.setdefault(author, threading.RLock())
        if not lock.acquire(blocking=False):
            raise StoreBusyError(f"{author} is being written elsewhere. Try again when that is done.")
        try:
            yield
        finally:
            lock.release()

    def create_author(self, profile: AuthorProfile) -> AuthorProfile:
        self._posts.setdefault(profile.id, {})
        self._snapshots.setdefault(profile.id, [])
        return self._profiles.setdefault(profile.id, profile)

    def write_posts(self, author: str, *, upserts: Iterable[Post], deleted_ids: Iterable[str]) -> None:
        self.profile(author)
        posts = dict(self._posts[author])
        for key in deleted_ids:
            posts.pop(key, None)
        posts.update({post.id: post for post in upserts})
        self._posts[author] = posts
        self._ever.setdefault(author, {}).update(posts)

    def keep_vectors(self, author: str, encoder: str, vectors: Mapping[str, bytes]) -> None:
        self.profile(author)
        self._vectors.setdefault((author, encoder), {}).update(vectors)

    def kept_vectors(self, author: str, encoder: str) -> dict[str, bytes]:
        self.profile(author)
        return dict(self._vectors.get((author, encoder), {}))

    def sources(self, author: str) -> list[SourceRecord]:
        self.profile(author)
        return sorted(self._sources.get(author, {}).values(), key=lambda source: source.name)

    def write_source(self, author: str, source: SourceRecord) -> None:
        self._sources.setdefault(author, {})[source.name] = source

    def remove_source(self, author: str, name: str) -> None:
        self._sources.get(author, {}).pop(name, None)

    def forgotten(self, author: str) -> Forgotten:
        self.profile(author)
        return self._forgotten.get(author, Forgotten(salt="salt"))

    def forget(
        self, author: str, posts: Sequence[Post], texts: Iterable[str] = (), sources: Iterable[str] = ()
    ) -> None:
        self._forgotten[author] = self.forgotten(author).with_posts(posts, texts, sources)

    def finish_forgetting(self, author: str) -> None:
        self._forgotten[author] = self.forgotten(author).model_copy(update={"pending": ()})

    def erase(self, author: str) -> list[FeatureVersion]:
        forgotten = self.forgotten(author)
        self._posts[author] = _without(self._posts[author], forgotten)
        in_versions = {key for snapshot in self._snapshots[author] for key in snapshot.posts}
        kept = {key: p for key, p in self._ever.get(author, {}).items() if key in in_versions | {*self._posts[author]}}
        self._ever[author] = _without(kept, forgotten)
        touched = []
        for index, old in enumerate(self._snapshots[author]):
            documents = _without(old.documents, forgotten)
            shows_gone = showing(chunk for chunk in old.chunks.values() if chunk.document_id in forgotten.pending)
            chunks = {key: c for key, c in old.chunks.items() if c.document_id not in forgotten.pending}
            examples = {
                key: e
                for key, e in old.examples.items()
                if e.document_id not in forgotten.pending
                and not any(map(shows_gone, e.passages))
                and not (e.kind is ExampleKind.REPLY and forgotten.quoted_in(old.documents[e.document_id].context))
            }
            version = old.version
            if documents != old.documents or examples != old.examples:
                rows = [[*table.values()] for table in (documents, chunks, examples)]
                version = version.model_copy(
                    update={
                        "counts": row_counts(len(old.posts), *rows),  # type: ignore[arg-type]
                        "digest": digest_of_features(*rows, version.encoder, version.configuration),  # type: ignore[arg-type]
                        "erasures": (*version.erasures, f"{len(old.documents) - len(documents)} documents"),
                    }
                )
                touched.append(version)
            self._snapshots[author][index] = _Snapshot(
                version, _without(old.posts, forgotten), documents, chunks, examples
            )
        return touched

    def erase_author(self, author: str) -> None:
        for kept in (self._profiles, self._posts, self._ever, self._snapshots, self._sources, self._forgotten):
            kept.pop(author, None)  # type: ignore[attr-defined]

    def commit(
        self,
        author: str,
        *,
        documents: Sequence[Document],
        chunks: Sequence[Chunk],
        examples: Sequence[Example],
        encoder: str,
        configuration: dict[str, str],
    ) -> tuple[FeatureVersion, bool]:
        self.profile(author)
        posts = self._posts[author]
        digest = digest_of_features(documents, chunks, examples, encoder, configuration)
        snapshots = self._snapshots[author]
        last = snapshots[-1] if snapshots else None
        if last and last.version.digest == digest:
            return last.version, False
        number = len(snapshots) + 1
        tables: dict[str, tuple[Iterable[Record], Iterable[Record]]] = {
            "documents": (documents, last.documents.values() if last else ()),
            "chunks": (chunks, last.chunks.values() if last else ()),
            "examples": (examples, last.examples.values() if last else ()),
        }
        changed = {}
        for name, (after, before) in tables.items():
            new, old = {row_digest(r) for r in after}, {row_digest(r) for r in before}
            changed[f"{name}_added"], changed[f"{name}_removed"] = len(new - old), len(old - new)
        version = FeatureVersion(
            author=author,
            number=number,
            created_at=datetime.now(UTC).isoformat(),
            digest=digest,
            tables=dict.fromkeys(["posts", *tables], number),
            counts=row_counts(len(posts), documents, chunks, examples),
            encoder=encoder,
            configuration=configuration,
            changed=changed,
        )
        self._vectors.clear()
        snapshots.append(
            _Snapshot(
                version, posts, {d.id: d for d in documents}, {c.id: c for c in chunks}, {e.id: e for e in examples}
            )
        )
        return version, True

    def _rows(self, author: str, version: FeatureVersion | None) -> _Snapshot | None:
        self.profile(author)
        if version is None and not self._snapshots[author]:
            return None
        return self._as_of(author, version) if version else self._snapshot(author, None)

    def _as_of(self, author: str, version: FeatureVersion) -> _Snapshot:
        if version.author != author:
            raise UnknownFeatureVersionError(f"{version.name} of {version.author} is no version of {author}.")
        return self._snapshot(author, version.number)

    def _snapshot(self, author: str, number: int | None) -> _Snapshot:
        self.profile(author)
        snapshots = self._snapshots[author]
        wanted = len(snapshots) if number is None else number
        if not 1 <= wanted <= len(snapshots):
            known = ", ".join(s.version.name for s in snapshots) or "none"
            asked = "feature version" if number is None else f"F{number}"
            raise UnknownFeatureVersionError(f"{author} has no {asked}. There are: {known}.")
        return snapshots[wanted - 1]


Kept = TypeVar("Kept", Post, Document)


def _without(records: dict[str, Kept], forgotten: Forgotten) -> dict[str, Kept]:
    return {
        key: replace(record, context="") if forgotten.quoted_in(record.context) else record
        for key, record in records.items()
        if key not in forgotten.pending
    }
