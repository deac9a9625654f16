"""F_n: the manifest that makes a set of tables a feature version; and what else the store knows of an author."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from feature_store.records import Chunk, Document, Example, Post, Split, digest_of, row_digest

FEWEST_CHARACTERS = 40  # of a text that is forgotten by its words: "Thank you!" must not hide every thanks
CHOSEN_ENCODER = "chosen encoder"  # in a version's configuration
RUN = 32  # letters and digits of a sentence that make it known again: six or seven words of English


class AuthorProfile(BaseModel):
    """Who a twin is of. `id` names folders and tenants; `name` is how prompts and people call the author."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]  # also the name of a folder, so nothing else
    name: str
    created_at: str  # ISO 8601, UTC
    consent: str  # the sentence that whoever made the twin agreed to, and when


class SourceRecord(BaseModel):
    """A place that the author's posts are collected from, so that it can be collected again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # of the source: what its posts carry
    kind: str
    location: str  # as it was named, paths absolute
    base_url: str = ""
    me: tuple[str, ...] = ()
    collected_at: str = ""  # ISO 8601, UTC: the last collection that came to its end; "" before the first
    is_provisional: bool = False  # the name was made while a file that tells the account could not be read


class Forgotten(BaseModel):
    """What must not come back, as salted hashes: the posts themselves cannot be read out of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    salt: str
    posts: frozenset[str] = frozenset()  # of where a post was
    texts: frozenset[str] = frozenset()  # of its words, so that a copy elsewhere is known too
    sentences: frozenset[str] = frozenset()  # of runs of the longer ones, so that a text that quotes it is known
    names: frozenset[str] = frozenset()  # by which posts and sources were asked for
    pending: tuple[str, ...] = ()  # ids of posts whose erasure has not come to its end

    def hides(self, post: Post) -> bool:
        return self.of_place(post) in self.posts or self.hides_text(post.content)

    def hides_text(self, text: str) -> bool:
        return bool(self.texts) and self.of_text(text) in self.texts

    def quoted_in(self, context: str) -> bool:
        """`context` is a forgotten text or repeats one, word for word, wherever in it and however it is introduced.

        Found is every repeated sentence of RUN letters, as many of its beginning or its end, and any 2 RUN - 1 within.
        """
        if self.hides_text(context):
            return True
        letters = _letters(context) if self.sentences else ""
        return any(self._run(letters, start) in self.sentences for start in range(len(letters) - RUN + 1))

    def is_named(self, name: str) -> bool:
        """Whether a post of this id, name or address, or a source of this name or place, was forgotten."""
        return self._of_name(name) in self.names

    def with_posts(self, posts: Sequence[Post], texts: Iterable[str], sources: Iterable[str] = ()) -> "Forgotten":
        """With these posts remembered, and pending; and the names of `sources`."""
        words = [*(post.content for post in posts), *texts]
        names = {name for post in posts for name in (post.id, post.source_id, post.url) if name}
        return self.model_copy(
            update={
                "posts": self.posts | {self.of_place(post) for post in posts},
                "texts": self.texts | ({self.of_text(text) for text in words} - {""}),
                "sentences": self.sentences.union(*map(self._runs, words)),
                "names": self.names.union(map(self._of_name, names.union(sources))),
                "pending": tuple(dict.fromkeys((*self.pending, *(post.id for post in posts)))),
            }
        )

    def of_place(self, post: Post) -> str:
        return self._hash(f"{post.source}\0{post.source_id}")

    def of_text(self, text: str) -> str:
        """Of the letters and digits alone, so that a changed comma hides nothing. "" for a text of too few."""
        letters = _letters(text)
        return self._hash(letters) if len(letters) >= FEWEST_CHARACTERS else ""

    def _of_name(self, name: str) -> str:
        return self._hash(f"name\0{name}")

    def _runs(self, text: str) -> set[str]:
        """Side by side, but for the last: runs that overlap could be guessed from one another, letter by letter."""
        from text.sentences import sentences

        found = set()
        for letters in (_letters(text[start:end]) for start, end in sentences(text)):
            last = len(letters) - RUN
            found |= {self._run(letters, start) for start in (*range(0, last, RUN), last) if last >= 0}
        return found

    def _run(self, letters: str, start: int) -> str:
        return self._hash(letters[start : start + RUN])[:16]

    def _hash(self, value: str) -> str:
        return hashlib.sha256(f"{self.salt}\0{value}".encode("utf-8", "surrogatepass")).hexdigest()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


class FeatureVersion(BaseModel):
    """A complete feature version. It is written last: its existence means that everything it names is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    author: str
    number: int  # n of F_n, from 1, by author
    created_at: str  # ISO 8601, UTC; not part of the digest
    digest: str  # the same inputs and configuration give the same digest, anywhere
    tables: dict[str, int]  # table name → exact Delta version
    counts: dict[str, int]  # e.g. {"posts": 45, "documents": 45, "quarantined": 0, "chunks": 130, "train": 90}
    encoder: str  # the encoder's fingerprint
    configuration: dict[str, str]  # what the features depend on, e.g. {"chunker": …, "cleaning": …}
    changed: dict[str, int]  # rows added and removed since F_{n-1}, e.g. {"chunks_added": 3, "chunks_removed": 1}
    erasures: tuple[str, ...] = ()  # what was erased from it later: "2026-11-23T15:40:00+00:00: 1 document"

    @property
    def name(self) -> str:
        return f"F{self.number}"

    @property
    def chosen_encoder(self) -> str:
        """The name of its encoder where that was chosen by the language of the posts; else ""."""
        return self.configuration.get(CHOSEN_ENCODER, "")


def digest_of_features(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    examples: Sequence[Example],
    encoder: str,
    configuration: dict[str, str],
) -> str:
    """The digest of a version that holds exactly these records."""
    rows = [sorted(row_digest(record) for record in table) for table in (documents, chunks, examples)]
    return digest_of(rows, encoder, configuration)


def row_counts(
    posts: int, documents: Sequence[Document], chunks: Sequence[Chunk], examples: Sequence[Example]
) -> dict[str, int]:
    return {
        "posts": posts,
        "documents": len(documents),
        "quarantined": sum(bool(document.quarantine) for document in documents),
        "duplicates": sum(bool(document.duplicate_of) for document in documents),
        "chunks": len(chunks),
        "examples": len(examples),
        **{split.value: sum(example.split is split for example in examples) for split in Split},
    }
