"""The offline store on a local disk, in Delta Lake tables.

    root/authors/<author>/
        profile.json
        lock                                  held while one process writes
        sources.json sources.lock             where posts are collected from
        vectors/                              of an embedding under way
        generation                            after an erasure: the folder that the tables and versions are in
        posts/ documents/ chunks/ examples/   Delta tables
        versions/F1.json F2.json …            the manifests, each written last and once
    root/forgotten/<author>.json              what must not come back, as salted hashes

Workers that use this must be spawned, not forked: delta-rs hangs under fork.
"""

import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from configs.files import flush_to_disk, private_folder, write_once, write_whole
from configs.full_disk import naming_full_disk
from feature_store.backends import author_files, kept_vectors
from feature_store.backends.author_files import read_model
from feature_store.backends.delta_erasure import rewrite
from feature_store.backends.delta_rows import CHUNKS, DOCUMENTS, EXAMPLES, POSTS, R, RowType
from feature_store.backends.delta_table import RecordTable
from feature_store.backends.local_disk import MEGABYTE, exclusive, require_free_space
from feature_store.errors import (
    StoreBusyError,
    StoreCorruptError,
    UnknownAuthorError,
    UnknownFeatureVersionError,
)
from feature_store.records import VECTORS, Chunk, Document, Example, Post, Split, digest_of
from feature_store.versions import AuthorProfile, FeatureVersion, Forgotten, SourceRecord, row_counts

FEATURES: tuple[RowType[Any], ...] = (DOCUMENTS, CHUNKS, EXAMPLES)
PROFILE, LOCK = "profile.json", "lock"
VERSIONS, EMBEDDING = "versions", "vectors"
GENERATION = "generation"  # a file that names the folder of the tables, once something was erased
LOST = ".lost"  # beside the manifests: of a version that an erasure removed, so that its number is not given again
MANIFEST = re.compile(r"F(\d+)\.json")


class DeltaFeatureStore:
    """FeatureWriter over Delta tables. `min_free_mb`: a write is refused when the disk has less left."""

    def __init__(self, root: Path, min_free_mb: int) -> None:
        self._authors = root / "authors"
        self._min_free_mb = min_free_mb
        author_files.move_forgotten(self._authors)

    def authors(self) -> list[AuthorProfile]:
        return [read_model(path, AuthorProfile) for path in sorted(self._authors.glob(f"*/{PROFILE}"))]

    def profile(self, author: str) -> AuthorProfile:
        return read_model(self._home(author) / PROFILE, AuthorProfile)

    def versions(self, author: str) -> list[FeatureVersion]:
        return [read_model(path, FeatureVersion) for path in self._manifests(author).values()]

    def readable_versions(self, author: str) -> tuple[list[FeatureVersion], dict[str, str]]:
        versions, unreadable = [], {}
        for path in self._manifests(author).values():
            try:
                versions.append(read_model(path, FeatureVersion))
            except StoreCorruptError as error:
                unreadable[path.stem] = str(error)
        return versions, unreadable

    def version(self, author: str, number: int | None = None) -> FeatureVersion:
        versions = self.versions(author)
        for version in reversed(versions):
            if number in (None, version.number):
                return version
        known = ", ".join(version.name for version in versions) or "none yet: run `twin features`"
        asked = "feature version" if number is None else f"F{number}"
        raise UnknownFeatureVersionError(f"{author} has no {asked}. There are: {known}.")

    def posts(self, author: str, version: FeatureVersion | None = None) -> list[Post]:
        posts = self._table(author, POSTS).read(_as_of(author, version, POSTS.table))
        return sorted(posts, key=lambda post: (post.source_id, post.source))

    def state(self, author: str) -> str:
        tables = [self._table(author, rows) for rows in (POSTS, DOCUMENTS)]
        return " ".join([self._tables(author).name, *(str(one.version) if one.exists else "-" for one in tables)])

    def posts_ever(self, author: str) -> list[Post]:
        table = self._table(author, POSTS)
        versions = range(table.version + 1) if table.exists else ()
        ever = {post.id: post for version in versions for post in table.read(version)}
        return sorted(ever.values(), key=lambda post: (post.source_id, post.source))

    def documents(self, author: str, version: FeatureVersion | None = None) -> list[Document]:
        documents = self._table(author, DOCUMENTS).read(_as_of(author, version, DOCUMENTS.table))
        return sorted(documents, key=lambda document: document.id)

    def document(self, author: str, document_id: str, version: FeatureVersion | None = None) -> Document | None:
        found = self._table(author, DOCUMENTS).read(_as_of(author, version, DOCUMENTS.table), row_id=document_id)
        return found[0] if found else None

    def chunks(self, author: str, version: FeatureVersion | None = None, *, vectors: bool = True) -> list[Chunk]:
        without = () if vectors else VECTORS
        chunks = self._table(author, CHUNKS).read(_as_of(author, version, CHUNKS.table), without=without)
        return sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.start, chunk.end))

    def examples(self, author: str, version: FeatureVersion, split: Split | None = None) -> list[Example]:
        examples = self._table(author, EXAMPLES).read(_as_of(author, version, EXAMPLES.table))
        wanted = [example for example in examples if split in (None, example.split)]
        return sorted(wanted, key=lambda example: example.id)

    @contextmanager
    def writing(self, author: str) -> Iterator[None]:
        with exclusive(self._home(author) / LOCK, f"the posts and features of {author}"):
            require_free_space(self._authors, self._min_free_mb * MEGABYTE)
            yield

    def create_author(self, profile: AuthorProfile) -> AuthorProfile:
        with naming_full_disk(self._authors):
            write_once(self._authors / profile.id / PROFILE, profile.model_dump_json(indent=2))
        return self.profile(profile.id)

    def keep_vectors(self, author: str, encoder: str, vectors: Mapping[str, bytes]) -> None:
        folder = self._home(author) / EMBEDDING
        with naming_full_disk(folder.parent):
            kept_vectors.keep(folder, encoder, vectors)

    def kept_vectors(self, author: str, encoder: str) -> dict[str, bytes]:
        return kept_vectors.read(self._home(author) / EMBEDDING, encoder)

    def sources(self, author: str) -> list[SourceRecord]:
        return author_files.sources(self._home(author))

    def write_source(self, author: str, source: SourceRecord) -> None:
        author_files.change_sources(self._home(author), source.name, [source])

    def remove_source(self, author: str, name: str) -> None:
        author_files.change_sources(self._home(author), name, [])

    def forgotten(self, author: str) -> Forgotten:
        return author_files.forgotten(self._home(author))

    def forget(
        self, author: str, posts: Sequence[Post], texts: Iterable[str] = (), sources: Iterable[str] = ()
    ) -> None:
        known = self.forgotten(author)
        author_files.write_forgotten(self._home(author), known.with_posts(posts, texts, sources))

    def erase(self, author: str) -> list[FeatureVersion]:
        home, old, forgotten = self._home(author), self._tables(author), self.forgotten(author)
        kept_vectors.clear(home / EMBEDDING)
        self._sweep(author)
        new = home / f"{GENERATION}-{secrets.token_hex(4)}"
        doomed = frozenset(forgotten.pending)
        readable, unreadable = self.readable_versions(author)
        lost = [*unreadable, *(path.stem for path in (old / VERSIONS).glob(f"*{LOST}"))]
        with naming_full_disk(home):
            versions, touched = rewrite(old, new, readable, doomed=doomed, forgotten=forgotten)
            for version in versions:
                write_once(new / VERSIONS / f"{version.name}.json", version.model_dump_json(indent=2))
            for name in lost:
                write_once(new / VERSIONS / f"{name}{LOST}", "")
            flush_to_disk(private_folder(new))
            write_whole(home / GENERATION, new.name)
        self._sweep(author)
        return touched

    def finish_forgetting(self, author: str) -> None:
        author_files.write_forgotten(self._home(author), self.forgotten(author).model_copy(update={"pending": ()}))

    def erase_author(self, author: str) -> None:
        home = self._home(author)
        for path in home.iterdir():
            if path.name not in (PROFILE, LOCK):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        author_files.erase_forgotten(home)
        (home / PROFILE).unlink()
        shutil.rmtree(home)

    def write_posts(self, author: str, *, upserts: Iterable[Post], deleted_ids: Iterable[str]) -> None:
        posts, deleted = list(upserts), list(deleted_ids)
        table = self._table(author, POSTS)
        if posts or deleted:
            table.write(posts, deleted_ids=deleted)

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
        versions = self.versions(author)
        last = versions[-1] if versions else None
        # Read before anything is written: a table that a manifest names and that is gone is an error, not a new table.
        before = {
            rows.table: self._table(author, rows).digests(last.tables[rows.table]) if last else {} for rows in FEATURES
        }
        after = {
            DOCUMENTS.table: self._table(author, DOCUMENTS).replace(documents),
            CHUNKS.table: self._table(author, CHUNKS).replace(chunks),
            EXAMPLES.table: self._table(author, EXAMPLES).replace(examples),
        }
        # the digests are known: digest_of_features would hash every record again
        digest = digest_of([sorted(digests.values()) for digests in after.values()], encoder, configuration)
        if last and last.digest == digest:
            return last, False
        posts = self._table(author, POSTS)
        posts.write((), deleted_ids=())  # makes the table, for an author of whom nothing was collected
        version = FeatureVersion(
            author=author,
            number=self._next_number(author),
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            digest=digest,
            tables={rows.table: self._table(author, rows).version for rows in (POSTS, *FEATURES)},
            counts=row_counts(posts.count(), documents, chunks, examples),
            encoder=encoder,
            configuration=configuration,
            changed=_changed(before, after),
        )
        self._write_manifest(version)
        kept_vectors.clear(self._home(author) / EMBEDDING)
        return version, True

    def _manifests(self, author: str) -> dict[int, Path]:
        """By number, in order."""
        found = {
            int(match[1]): path
            for path in (self._tables(author) / VERSIONS).glob("F*.json")
            if (match := MANIFEST.fullmatch(path.name))
        }
        return dict(sorted(found.items()))

    def _next_number(self, author: str) -> int:
        lost = (int(path.stem[1:]) for path in (self._tables(author) / VERSIONS).glob(f"F*{LOST}"))
        return max((*self._manifests(author), *lost), default=0) + 1

    def _write_manifest(self, version: FeatureVersion) -> None:
        tables = self._tables(version.author)
        with naming_full_disk(tables):
            for table in version.tables:
                flush_to_disk(tables / table)
            if not write_once(tables / VERSIONS / f"{version.name}.json", version.model_dump_json(indent=2)):
                raise StoreBusyError(f"another process has just written {version.name} of {version.author}. Run again.")

    def _sweep(self, author: str) -> None:
        """Remove the generations of tables that nothing points to: of an erasure that was killed, or is done."""
        home, current = self._home(author), self._tables(author)
        stale = [path for path in home.glob(f"{GENERATION}-*") if path != current]
        if current != home:
            stale += [home / name for name in (VERSIONS, *(rows.table for rows in (POSTS, *FEATURES)))]
        for folder in stale:
            shutil.rmtree(folder, ignore_errors=not folder.exists())

    def _home(self, author: str) -> Path:
        known = sorted(path.parent.name for path in self._authors.glob(f"*/{PROFILE}"))
        if author not in known:  # which also keeps a name like "../elsewhere" from becoming a path
            raise UnknownAuthorError(
                f"there is no author {author!r}. There are: {', '.join(known) or 'none yet'}. "
                f"To make one: twin collect PLACE --author NAME"
            )
        return self._authors / author

    def _table(self, author: str, rows: RowType[R]) -> RecordTable[R]:
        return RecordTable(self._tables(author) / rows.table, rows)

    def _tables(self, author: str) -> Path:
        """Where the tables and manifests are: the author's folder, or after an erasure a generation in it."""
        home = self._home(author)
        pointer = home / GENERATION
        return home / pointer.read_text(encoding="utf-8") if pointer.exists() else home


def _as_of(author: str, version: FeatureVersion | None, table: str) -> int | None:
    if version is None:
        return None
    if version.author != author:
        raise UnknownFeatureVersionError(f"{version.name} of {version.author} is no version of {author}.")
    return version.tables[table]


def _changed(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> dict[str, int]:
    """Rows added and removed, by table; a row that was rewritten counts as both."""
    return {
        f"{table}_{word}": len(larger[table].items() - smaller[table].items())
        for table in after
        for word, larger, smaller in (("added", after, before), ("removed", before, after))
    }
