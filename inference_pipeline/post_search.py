"""Searching an author's posts: what bears on a query, one result a post, of those that the filters let through."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from feature_store.ports import FeatureReader
from feature_store.records import Document, PostKind, ScoredChunk
from inference_pipeline.citations import cite
from inference_pipeline.errors import PostNotFoundError
from inference_pipeline.retrieval import Retriever

CHUNKS_PER_POST = 4  # asked for at first; more, as long as posts are wanting
VERSIONS = 16  # whose posts are known by heart, without their texts


@dataclass(frozen=True, slots=True)
class PostQuery:
    """`since` and `until` are days, YYYY-MM-DD, both included; a post without a date lies in no range. Empty: all."""

    author: str
    text: str
    limit: int
    since: str = ""
    until: str = ""
    sources: tuple[str, ...] = ()
    kinds: tuple[PostKind, ...] = ()


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What a search result says of a post beside the words that were found."""

    source: str
    kind: PostKind
    date: str  # YYYY-MM-DD, "" when unknown


@dataclass(frozen=True, slots=True)
class FoundPost:
    """`quote` is the sentence of the found chunk nearest to the query: characters [start, end) of the post's text.

    `score` is the fused rank score, comparable within one query; `similarity` the cosine to the query, in [-1, 1].
    """

    post_id: str
    title: str
    date: str
    url: str
    source: str
    kind: PostKind
    quote: str
    start: int
    end: int
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class PostPage:
    documents: list[Document]
    total: int
    cursor: str  # of the next page; "" when this is the last


class PostSearch:
    """Threads may share it. `retriever_of` gives what searches an author's posts."""

    def __init__(self, retriever_of: Callable[[str], Retriever], store: FeatureReader) -> None:
        self._retriever_of = retriever_of
        self._store = store
        self._facts: OrderedDict[tuple[str, str], Mapping[str, PostFacts]] = OrderedDict()
        self._lock = threading.Lock()

    def search(self, query: PostQuery, number: int | None = None) -> tuple[int, list[FoundPost]]:
        """The n of the F_n that was searched (None: the newest that is published), and at most `limit` posts of it,
        best first; fewer only when no more pass the filters. Raises UnknownFeatureVersionError, UnknownAuthorError,
        IndexUnreachableError."""
        number = number or self._retriever_of(query.author).newest(query.author)
        facts = self._facts_of(query.author, number)
        wanted = {key for key, post in facts.items() if _passes(post, query)}
        best = self._best_chunks(query, number, wanted) if wanted else []
        return number, [_found(chunk, facts[chunk.chunk.document_id], query.text) for chunk in best]

    def post(self, author: str, post_id: str, number: int | None = None) -> tuple[int, Document]:
        """The n of F_n, as for `search`, and a post of it. Raises PostNotFoundError, UnknownFeatureVersionError,
        UnknownAuthorError."""
        number = number or self._retriever_of(author).newest(author)
        found = self._store.document(author, post_id, self._store.version(author, number))
        if found is None or not found.usable:
            raise PostNotFoundError(f"F{number} of {author} has no post {post_id!r}. It may have been erased since.")
        return number, found

    def listed(self, author: str, *, after: str, limit: int) -> tuple[int, PostPage]:
        """The n of the newest F_n that is published, and its posts, newest first, from behind the cursor `after` on.
        Raises UnknownFeatureVersionError, UnknownAuthorError."""
        number = self._retriever_of(author).newest(author)
        documents = self._store.documents(author, self._store.version(author, number))
        ordered = sorted((one for one in documents if one.usable), key=_place, reverse=True)
        rest = [one for one in ordered if not after or _place(one) < after]
        page = rest[:limit]
        return number, PostPage(page, len(ordered), _place(page[-1]) if len(rest) > limit else "")

    def _best_chunks(self, query: PostQuery, number: int, wanted: set[str]) -> list[ScoredChunk]:
        """The best chunk of each post. Asks for more until there are enough posts, or no more chunks."""
        retriever, asked = self._retriever_of(query.author), CHUNKS_PER_POST * query.limit
        while True:
            found = retriever.search(query.text, author=query.author, version=number, limit=asked, documents=wanted)
            best: dict[str, ScoredChunk] = {}
            for chunk in found:
                best.setdefault(chunk.chunk.document_id, chunk)
            if len(best) >= min(query.limit, len(wanted)) or len(found) < asked:
                return list(best.values())[: query.limit]
            asked *= 4

    def _facts_of(self, author: str, number: int) -> Mapping[str, PostFacts]:
        """By post id. The digest changes when something is erased from a version, so nothing erased stays here."""
        version = self._store.version(author, number)
        key = (author, version.digest)
        with self._lock:
            if key not in self._facts:
                self._facts[key] = {
                    document.id: PostFacts(document.source, document.kind, document.created_at[:10])
                    for document in self._store.documents(author, version)
                    if document.usable
                }
            self._facts.move_to_end(key)
            while len(self._facts) > VERSIONS:
                self._facts.popitem(last=False)
            return self._facts[key]


def _place(document: Document) -> str:
    return f"{document.created_at}~{document.id}"


def _passes(post: PostFacts, query: PostQuery) -> bool:
    dated = not (query.since or query.until) or (
        bool(post.date) and query.since <= post.date and (not query.until or post.date <= query.until)
    )
    return (
        dated and (not query.sources or post.source in query.sources) and (not query.kinds or post.kind in query.kinds)
    )


def _found(found: ScoredChunk, post: PostFacts, query: str) -> FoundPost:
    (nearest,) = cite("", [found], query)  # no answer: the passage's sentence nearest to the question
    return FoundPost(
        post_id=found.chunk.document_id,
        title=found.chunk.title,
        date=post.date,
        url=found.chunk.url,
        source=post.source,
        kind=post.kind,
        quote=nearest.quote,
        start=nearest.start,
        end=nearest.end,
        score=round(found.score, 5),
        similarity=round(found.similarity, 3),
    )
