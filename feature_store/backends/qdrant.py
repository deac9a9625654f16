"""The online store on a Qdrant server: one collection an encoder and rules for terms, the author as tenant key.

F_n is searchable when its marker point is there: a point without vectors, written last, that says who published what.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from configs.addresses import without_password
from feature_store import index_terms
from feature_store.backends import qdrant_points as points
from feature_store.errors import IndexUnreachableError
from feature_store.records import Chunk, ScoredChunk, Vector
from feature_store.versions import FeatureVersion

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import FieldCondition

TIMEOUT = 30  # seconds
PAGE = 1000
COLLECTION = "twin-"  # a collection is named so and by the encoder and the terms; a shared server holds others too


class QdrantIndex:
    """OnlineIndex over a Qdrant server. Threads may share it."""

    def __init__(
        self,
        client: "QdrantClient",
        address: str = "in memory",
        another: "Callable[[int], QdrantClient] | None" = None,
    ) -> None:
        """`another` makes a client of the same server that waits so many seconds."""
        self._client = client
        self._address = address
        self._another = another
        self._impatient: QdrantClient | None = None

    @classmethod
    def connect(cls, url: str, api_key: str | None = None) -> "QdrantIndex":
        """Opens no connection yet. The first call raises IndexUnreachableError when no one answers."""
        from qdrant_client import QdrantClient

        def client(seconds: int) -> QdrantClient:
            return QdrantClient(url=url, api_key=api_key, timeout=seconds, check_compatibility=False)

        return cls(client(TIMEOUT), without_password(url), client)

    def publish(self, version: FeatureVersion, chunks: Sequence[Chunk], *, dimensions: int) -> tuple[int, int]:
        collection = _collection(version.encoder)
        with self._answering():
            self._create(collection, dimensions)
            published = self._published(collection, version.author)
            if version.number in published:
                return 0, 0
            points.check_order(version, max(published, default=0))
            change = points.difference(self._alive(collection, version.author), chunks, dimensions)
            # Readers of older versions see none of this, whatever the moment it stops at.
            for start in range(0, len(change.new), points.BATCH):
                self._write(collection, change.new[start : start + points.BATCH], version.number)
            for start in range(0, len(change.ended), points.BATCH):
                ended: list[Any] = [*change.ended[start : start + points.BATCH]]
                self._client.set_payload(collection, {"valid_to": version.number}, points=ended, wait=True)
            self._mark(collection, version, index_terms.languages_of_chunks(chunks))
        return len(change.new), len(change.ended)

    def published(self, author: str, encoder: str) -> int:
        collection = _collection(encoder)
        with self._answering():
            if not self._client.collection_exists(collection):
                return 0
            return max(self._published(collection, author), default=0)

    def verify(self, author: str, encoder: str) -> None:
        """The server keeps checksums of its own."""

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
        from qdrant_client import models

        collection = _collection(encoder)
        visible = models.Filter(must=[_of(author), _range("valid_from", lte=version), _range("valid_to", gt=version)])
        wanted = visible
        if documents is not None:
            of_these = models.FieldCondition(key=points.DOCUMENT, match=models.MatchAny(any=sorted(documents)))
            wanted = models.Filter(must=[visible, of_these])

        def ranking(query: Any, using: str, params: models.SearchParams | None = None) -> list[str]:
            def ask(count: int) -> list[models.ScoredPoint]:
                return self._client.query_points(
                    collection,
                    query=query,
                    using=using,
                    query_filter=wanted,
                    search_params=params,
                    limit=count,
                    with_payload=False,
                ).points

            return points.in_order(ask, max(limit, points.CANDIDATES))

        with self._answering():
            languages = self._languages(collection, author, version)
            rankings = [ranking(vector.tolist(), points.DENSE)]
            words = index_terms.of_question(text, languages)
            if words.indices:  # a query of stop words has none
                # Word frequencies are those of this author and version: no one else's text moves a score.
                of_version = models.SearchParams(idf=models.IdfCorpusParams(corpus=visible))
                sparse = models.SparseVector(indices=words.indices, values=words.values)
                rankings.append(ranking(sparse, points.SPARSE, of_version))
            best = points.fused(rankings, weights, limit)
            records = self._client.retrieve(
                collection, [*best], with_payload=[*points.SHOWN], with_vectors=[points.DENSE]
            )
        found = {str(record.id): (_payload(record), _dense(record)) for record in records}
        return points.scored(best, found, vector)

    def require_reachable(self, seconds: int) -> None:
        if self._impatient is None:  # kept: making one takes longer than asking
            self._impatient = self._another(seconds) if self._another else self._client
        with self._answering():
            self._impatient.get_collections()

    def refresh(self) -> None:
        """The server holds the only copy."""

    def erase(self, author: str) -> None:
        from qdrant_client import models

        of_author = models.FilterSelector(filter=models.Filter(must=[_of(author)]))
        with self._answering():
            for collection in self._client.get_collections().collections:
                if collection.name.startswith(COLLECTION):
                    self._client.delete(collection.name, of_author, wait=True)

    def close(self) -> None:
        for client in (self._client, self._impatient):
            if client is not None:
                client.close()

    def _create(self, collection: str, dimensions: int) -> None:
        """Collection and payload indexes; what is there already is left as it is."""
        from qdrant_client import models

        if not self._client.collection_exists(collection):
            self._client.create_collection(
                collection,
                vectors_config={points.DENSE: models.VectorParams(size=dimensions, distance=models.Distance.COSINE)},
                sparse_vectors_config={points.SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        indexes: dict[str, models.KeywordIndexParams | models.IntegerIndexParams] = {
            "author": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
        }
        for field in ("valid_from", "valid_to", "published"):
            indexes[field] = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=False, range=True)
        for field, schema in indexes.items():
            self._client.create_payload_index(collection, field, field_schema=schema, wait=True)

    def _write(self, collection: str, chunks: Sequence[Chunk], valid_from: int) -> None:
        from qdrant_client import models

        batch = []
        for chunk in chunks:
            words = index_terms.of_chunk(chunk)
            sparse = models.SparseVector(indices=words.indices, values=words.values)
            batch.append(
                models.PointStruct(
                    id=points.point_id(chunk.id, valid_from),
                    vector={points.DENSE: points.dense(chunk), points.SPARSE: sparse},
                    payload=points.payload(chunk, valid_from),
                )
            )
        self._client.upsert(collection, batch, wait=True)

    def _mark(self, collection: str, version: FeatureVersion, languages: list[str]) -> None:
        from qdrant_client import models

        marker = models.PointStruct(
            id=points.marker_id(version.author, version.number),
            vector={},
            payload={"author": version.author, "published": version.number, "languages": languages},
        )
        self._client.upsert(collection, [marker], wait=True)

    def _languages(self, collection: str, author: str, version: int) -> list[str]:
        """Of the chunks of F_version, the commonest first. Raises UnknownFeatureVersionError."""
        marker = points.marker_id(author, version)
        found = self._client.retrieve(collection, [marker]) if self._client.collection_exists(collection) else []
        if not found:
            raise points.not_published(author, version)
        languages: list[str] = _payload(found[0])["languages"]
        return languages

    def _published(self, collection: str, author: str) -> set[int]:
        return {found["published"] for _, found in self._scroll(collection, author, _range("published", gte=1))}

    def _alive(self, collection: str, author: str) -> dict[str, str]:
        """Chunk id → id of its living point."""
        living = self._scroll(collection, author, _range("valid_to", gte=points.ALIVE))
        return {found["chunk_id"]: point for point, found in living}

    def _scroll(
        self, collection: str, author: str, condition: "FieldCondition"
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        from qdrant_client import models

        offset = None
        while True:
            page, offset = self._client.scroll(
                collection,
                models.Filter(must=[_of(author), condition]),
                limit=PAGE,
                offset=offset,
                with_payload=["chunk_id", "published"],
            )
            yield from ((str(record.id), _payload(record)) for record in page)
            if offset is None:
                return

    @contextmanager
    def _answering(self) -> Iterator[None]:
        from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

        try:
            yield
        except ResponseHandlingException as error:
            raise IndexUnreachableError(
                f"Qdrant at {self._address} does not answer ({error}). Start it, or set feature_store.qdrant_url; "
                "feature_store.index=qdrant_edge needs no server."
            ) from error
        except UnexpectedResponse as error:
            raise IndexUnreachableError(
                f"Qdrant at {self._address} refused: {error.status_code} {error.reason_phrase}. "
                "Check feature_store.qdrant_url and feature_store.qdrant_api_key."
            ) from error


def _collection(encoder: str) -> str:
    return f"{COLLECTION}{points.space(encoder)}"


def _of(author: str) -> "FieldCondition":
    from qdrant_client import models

    return models.FieldCondition(key="author", match=models.MatchValue(value=author))


def _range(field: str, **bounds: int) -> "FieldCondition":
    from qdrant_client import models

    return models.FieldCondition(key=field, range=models.Range(**bounds))


def _payload(point: Any) -> dict[str, Any]:
    return dict(point.payload)


def _dense(point: Any) -> Sequence[float]:
    found: list[float] = point.vector[points.DENSE]
    return found
