"""The records that pass from stage to stage, and the hashes that name them.

Post ──clean──▶ Document ──chunk──▶ Chunk
                    └─────label───▶ Example

All records are immutable. Ids are hashes of content, so writing a record twice changes nothing.
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np

Vector: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float32]]"  # of unit length, shape (dimensions,); never changed
VECTORS = ("vector", "sentence_vectors")  # fields of a chunk


def digest_of(*parts: object) -> str:
    """sha256 (hex) of the parts' canonical JSON: the one way in which records are hashed."""
    return hashlib.sha256(
        json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    ).hexdigest()


def values_of(record: "Record | Passage") -> dict[str, Any]:
    """By the names of the fields. `dataclasses.asdict` copies every value, which takes longer than hashing them."""
    return {f.name: getattr(record, f.name) for f in fields(record)}


class PostKind(StrEnum):
    ARTICLE = "article"  # written at length: a page, an essay, a newsletter
    POST = "post"  # a short text on a social network
    REPLY = "reply"
    COMMENT = "comment"
    MESSAGE = "message"  # of a chat or a mail
    REPOST = "repost"  # another person's text, passed on: never learned from


class ContentType(StrEnum):
    MARKDOWN = "text/markdown"
    MDX = "text/mdx"  # Markdown with imports, components and expressions
    RST = "text/x-rst"
    HTML = "text/html"
    PLAIN = "text/plain"


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class ExampleKind(StrEnum):
    WRITE = "write"
    CONTINUE = "continue"
    REWRITE = "rewrite"
    ANSWER = "answer"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Post:
    """What was collected, as it was found. `problem` is set, and `content` empty, when it could not be read."""

    author: str
    source: str  # which location it was collected from, e.g. "folder:/home/maud/posts"
    source_id: str  # its name there, stable between runs, e.g. "2023-04-02-fog.md"
    url: str  # where a reader finds it; the source_id when nothing better is known
    title: str
    created_at: str  # ISO 8601, UTC; "" when unknown
    fetched_at: str  # ISO 8601, UTC; not part of the content hash
    content: str  # the body as found, without front matter
    content_type: ContentType
    kind: PostKind = PostKind.ARTICLE
    visibility: str = "public"  # "public" | "draft" | "private"
    tags: tuple[str, ...] = ()
    context: str = ""  # plain text of the message that this one answers: another person's words, or the author's own
    people: tuple[str, ...] = ()  # other people's names and handles that the source knows of
    problem: str = ""

    @property
    def id(self) -> str:
        """Stable while a post is edited: it is named by where it came from."""
        return digest_of("post", self.author, self.source, self.source_id)[:24]

    @property
    def private_people(self) -> tuple[str, ...]:
        """Whose names are to be masked: those in chats and mail. Who is named in public is named."""
        return self.people if self.kind is PostKind.MESSAGE else ()

    @property
    def content_hash(self) -> str:
        """Changes when anything that a later stage reads changes."""
        row = values_of(self)
        del row["fetched_at"]
        return digest_of(row)


class Span(NamedTuple):
    """A marked part of a document: characters [start, end) of its text."""

    start: int
    end: int
    kind: str  # "code" | "quote"


class Finding(NamedTuple):
    """What was masked: characters [start, end) of a document's text are a pseudonym. The value itself is nowhere."""

    start: int
    end: int
    kind: str  # a detector's name, e.g. "email"


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned post. `text` holds the author's words to the letter; markup is gone, spans mark the rest.

    Secrets and personal data are masked in title, text and context alike: no later stage sees them.
    """

    id: str  # the post's id
    author: str
    source: str
    source_id: str
    url: str
    title: str
    created_at: str
    kind: PostKind
    text: str  # the author's view: punctuation, casing, emoji and line breaks untouched
    marked: tuple[Span, ...]  # sorted, disjoint: code and other people's words inside `text`
    language: str  # ISO 639-1 where there is one, else 639-3; "" when unknown
    post_hash: str  # content_hash of the post it was cleaned from
    context: str = ""  # the message that it answers
    findings: tuple[Finding, ...] = ()  # sorted, disjoint
    split: Split | None = None  # None for quarantined documents and near-duplicates
    duplicate_of: str = ""  # id of the document kept in its place
    quarantine: str = ""  # why it is not used; "" when it is

    @property
    def usable(self) -> bool:
        return not self.quarantine and not self.duplicate_of

    @property
    def digest(self) -> str:
        return digest_of(values_of(self))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters [start, end) of a document's text, with what search needs.

    Invariant: text == document.text[start:end].
    """

    document_id: str
    author: str
    title: str
    url: str
    created_at: str
    start: int
    end: int
    text: str
    search_text: str  # the normalised view that is embedded and indexed
    token_count: int  # of search_text, by the encoder's tokenizer, special tokens included
    encoder: str  # the encoder's fingerprint
    language: str = ""  # of its document, else that of most of the author's; "" when unknown: words are read in it
    sentence_rules: str = ""  # by which the vectors of its sentences were made; "" when it has none
    vector: "Vector | None" = field(default=None, compare=False)  # None until embedded
    sentence_vectors: bytes = b""  # a row for each sentence of `text`, as feature_store/sentence_vectors.py packs them

    @property
    def id(self) -> str:
        """A hash of all but the vectors, which follow from the rest."""
        return digest_of("chunk", self.row)[:32]

    @property
    def row(self) -> dict[str, str | int]:
        """All but the vectors."""
        return {name: value for name, value in values_of(self).items() if name not in VECTORS}

    def without_vectors(self) -> "Chunk":
        return replace(self, vector=None, sentence_vectors=b"")


@dataclass(frozen=True, slots=True)
class Passage:
    """What a prompt shows of a chunk."""

    title: str
    created_at: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One training conversation. Its final turn, `target`, is characters [start, end) of a document's text."""

    document_id: str
    author: str
    kind: ExampleKind
    split: Split
    request: str  # the user's turn
    passages: tuple[Passage, ...]  # retrieved context, rendered exactly as inference renders it
    start: int
    end: int
    target: str

    @property
    def id(self) -> str:
        passages = [values_of(passage) for passage in self.passages]
        return digest_of("example", {**values_of(self), "passages": passages})[:32]


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    """A chunk found for a query. `score` is the fused rank score; higher is better, comparable within one query.

    `similarity` is the cosine between query and chunk vectors in [-1, 1], `sentences` that of the query and each of
    `text.clauses.clauses(chunk.text)`; empty where their vectors are not stored.
    """

    chunk: Chunk
    score: float
    similarity: float
    sentences: tuple[float, ...] = ()


Record = Post | Document | Chunk | Example


def row_digest(record: Record) -> str:
    """What decides whether a stored row must be written again."""
    if isinstance(record, Post):
        return record.content_hash
    if isinstance(record, Document):
        return record.digest
    return record.id
