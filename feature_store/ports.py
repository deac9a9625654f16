"""What the store can do, without saying how. Backends live in feature_store/backends, named only in twin/."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from feature_store.records import Chunk, Document, Example, Post, ScoredChunk, Split, Vector
from feature_store.versions import AuthorProfile, FeatureVersion, Forgotten, SourceRecord

Span = tuple[int, int]  # characters [start, end) of a text


class Encoder(Protocol):
    """Turns text into unit vectors. The same object serves the feature pipeline and retrieval."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would."""

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """What a text may hold, special tokens included; the rest would silently not be embedded."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, not truncated. Loads the tokenizer only."""

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """One unit vector a text, in order, each of shape (dimensions,).

        Raises UnknownEncoderError when the model cannot be loaded.
        """

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        """For each text its vector, then the vector of each of its `spans`; None of one that holds nothing to embed.

        A span's vector is the mean of those that its tokens have within the whole text, where the encoder pools by the
        mean ("late chunking", Günther et al. 2024): "She is seven." is near a question about the cat that the text is
        about. Other encoders embed the span alone. Raises UnknownEncoderError when the model cannot be loaded.
        """

    def unload(self) -> None:
        """Let the model go, with its memory, until something is encoded again."""


class FeatureReader(Protocol):
    """The offline store, to read. Every read of a version is of exactly the rows its manifest names."""

    def authors(self) -> list[AuthorProfile]: ...

    def profile(self, author: str) -> AuthorProfile:
        """Raises UnknownAuthorError, naming the authors there are."""

    def versions(self, author: str) -> list[FeatureVersion]:
        """Oldest first; empty before the first. Raises UnknownAuthorError."""

    def readable_versions(self, author: str) -> tuple[list[FeatureVersion], dict[str, str]]:
        """`versions` without those whose manifest cannot be read, and why not, by their names. For what must go on
        whatever is broken, as an erasure must. Raises UnknownAuthorError."""

    def version(self, author: str, number: int | None = None) -> FeatureVersion:
        """F_number, or the newest. Raises UnknownAuthorError, UnknownFeatureVersionError."""

    def posts(self, author: str, version: FeatureVersion | None = None) -> list[Post]:
        """Collected posts, now or as of a version, by source_id. Raises UnknownAuthorError."""

    def state(self, author: str) -> str:
        """Another one after every write of posts or documents: what was read stands while it is the same. Raises
        UnknownAuthorError."""

    def posts_ever(self, author: str) -> list[Post]:
        """Every post whose bytes the store still holds, deleted ones too, as it last was. Raises UnknownAuthorError."""

    def documents(self, author: str, version: FeatureVersion | None = None) -> list[Document]:
        """Documents as last written (None) or as of a version, by id; quarantined and duplicate ones included."""

    def document(self, author: str, document_id: str, version: FeatureVersion | None = None) -> Document | None:
        """One of `documents`, without reading the others. None: there is none of that id."""

    def chunks(self, author: str, version: FeatureVersion | None = None, *, vectors: bool = True) -> list[Chunk]:
        """Chunks as last written (None) or as of a version, by (document_id, start)."""

    def examples(self, author: str, version: FeatureVersion, split: Split | None = None) -> list[Example]:
        """By id."""

    def sources(self, author: str) -> list[SourceRecord]:
        """Where the author's posts are collected from, by name. Raises UnknownAuthorError."""

    def forgotten(self, author: str) -> Forgotten:
        """What must not be collected again. Raises UnknownAuthorError."""


class FeatureWriter(FeatureReader, Protocol):
    """The offline store, to write. Writes of one author are exclusive: hold `writing` around them."""

    def writing(self, author: str) -> AbstractContextManager[None]:
        """The author's lock. Raises StoreBusyError at once when another process has it, DiskFullError when the
        disk has too little space left (`feature_store.min_free_mb`)."""

    def create_author(self, profile: AuthorProfile) -> AuthorProfile:
        """Write the profile if the author is new; return the stored one."""

    def write_posts(self, author: str, *, upserts: Iterable[Post], deleted_ids: Iterable[str]) -> None:
        """One atomic commit. Nothing is written when both are empty."""

    def keep_vectors(self, author: str, encoder: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors (float32) by a digest of the text that each is of, until the next commit: making them is the
        longest part of it. A digest is 32 hexadecimal digits."""

    def kept_vectors(self, author: str, encoder: str) -> dict[str, bytes]:
        """What `keep_vectors` kept since the last commit."""

    def write_source(self, author: str, source: SourceRecord) -> None:
        """Add a source, or put it in the place of the one of its name."""

    def remove_source(self, author: str, name: str) -> None:
        """Nothing happens when there is none of that name."""

    def forget(
        self, author: str, posts: Sequence[Post], texts: Iterable[str] = (), sources: Iterable[str] = ()
    ) -> None:
        """Remember by salted hashes that these posts, and posts or contexts of these `texts`, must not come back; and
        that the posts, and `sources` of these names or places, were forgotten, so that who asks again is told so.

        The posts are pending from here on: `erase` and what else must forget them can be repeated after a kill, until
        `finish_forgetting` says that it is done.
        """

    def erase(self, author: str) -> list[FeatureVersion]:
        """Remove the pending posts, and all that was made of them, from the tables of every version, and their bytes
        from the disk. Contexts that quote a forgotten text become empty. Returns the versions that held any of it,
        as they are now: with other counts, another digest and a note in `erasures`. All versions stay readable, but
        one whose manifest cannot be read is removed: nothing could tell what of it to keep. Its number is not given
        again.
        Safe to repeat after a kill: readers see all of the old state or all of the new one.
        """

    def finish_forgetting(self, author: str) -> None:
        """Nothing is pending any more."""

    def erase_author(self, author: str) -> None:
        """Remove everything of the author, the profile last. Nothing happens when there is none."""

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
        """Make the tables hold exactly these records and write F_{n+1}; return it and True.

        Only rows that differ are touched. When nothing differs from the newest version, nothing is written and
        that version and False are returned. A kill at any moment leaves the last version readable, and the next
        commit ends in the same F_{n+1}.
        """


class OnlineIndex(Protocol):
    """The online store: what retrieval asks. One tenant an author; an author is always named."""

    def publish(self, version: FeatureVersion, chunks: Sequence[Chunk], *, dimensions: int) -> tuple[int, int]:
        """Make F_n searchable; return how many points were added and how many ended.

        `chunks` are all chunks of F_n with vectors. Incremental: only the difference to what is live is written.
        Chunks that are gone stay findable as of the versions in which they lived. Idempotent, and safe to repeat
        after a kill. Raises DiskFullError, IndexUnreachableError.
        """

    def published(self, author: str, encoder: str) -> int:
        """n of the newest F_n that was fully published, 0 before the first."""

    def verify(self, author: str, encoder: str) -> None:
        """Raises StoreCorruptError when what is published is not what was written, byte for byte, as far as the
        backend can tell. A server looks after its own."""

    def search(
        self,
        *,
        author: str,
        encoder: str,
        version: int,
        text: str,
        vector: Vector,
        limit: int,
        weights: tuple[float, float] = (1.0, 1.0),
        documents: Collection[str] | None = None,
    ) -> list[ScoredChunk]:
        """The best chunks of F_version for a query: its dense and BM25 rankings fused by reciprocal rank (RRF: Cormack
        et al. 2009). Best first, equal ones always in the same order. Chunks come without their vectors.

        Each ranking gives 1 / ((place + 1) / weight + k - 1), with places from 0, and `weights` of the dense and the
        BM25 one: a weight of 2 makes of a place one half as far down, and does not double what the first place gives.
        A weight of 0 gives nothing.

        With `documents`, of those documents alone. How rare a word is stays a matter of the whole version.

        Raises UnknownFeatureVersionError when F_version was never published.
        """

    def require_reachable(self, seconds: int) -> None:
        """Raises IndexUnreachableError, which names the address, when a server holds it that does not answer: at once,
        or after some `seconds`."""

    def refresh(self) -> None:
        """Let go of copies of what was published again or erased since."""

    def erase(self, author: str) -> None:
        """Remove every point of the author, of every encoder and version. What stays in the store is published again
        by `publish`, oldest version first. Nothing happens when there is none."""

    def close(self) -> None: ...
