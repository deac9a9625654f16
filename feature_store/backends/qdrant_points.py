"""How chunks lie in Qdrant, in process or on a server: one point for each life of a chunk.

A point lives in the feature versions F_n with valid_from <= n < valid_to. A chunk that is gone keeps its point, so
older versions find it; one that comes back begins a new life, and is a new point.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import mul
from typing import TYPE_CHECKING, Any
from uuid import UUID

from feature_store.errors import FeatureStoreError, UnknownFeatureVersionError
from feature_store.records import Chunk, ScoredChunk, Vector, digest_of
from feature_store.versions import FeatureVersion

if TYPE_CHECKING:
    from qdrant_edge import Bm25

DENSE = "dense"
SPARSE = "bm25"
ALIVE = 2**31 - 1  # valid_to of a point that has not ended
RRF_K = 10  # measured: with the 60 of Cormack et al. 2009, 50 chunks low in both rankings pass the first of one
DOCUMENT = "chunk.document_id"  # where a payload says which document it is of
CANDIDATES = 50  # of each ranking, at least
BATCH = 500  # points written at once


@dataclass(frozen=True, slots=True)
class Difference:
    """What takes the index from what is alive to F_n."""

    new: list[Chunk]
    ended: list[str]  # point ids


def difference(alive: Mapping[str, str], chunks: Sequence[Chunk], dimensions: int) -> Difference:
    """`alive`: chunk id → id of its living point. Raises ValueError for a chunk without a vector of that size."""
    for chunk in chunks:
        if len(chunk.vector) != dimensions:
            raise ValueError(f"chunk {chunk.id} has a vector of {len(chunk.vector)} dimensions, not {dimensions}")
    wanted = {chunk.id: chunk for chunk in chunks}
    return Difference(
        new=[chunk for chunk_id, chunk in wanted.items() if chunk_id not in alive],
        ended=sorted(point for chunk_id, point in alive.items() if chunk_id not in wanted),
    )


def check_order(version: FeatureVersion, newest: int) -> None:
    """Lives begin and end in order, so an older version cannot be put in later."""
    if version.number < newest:
        raise FeatureStoreError(
            f"{version.name} of {version.author} was never in the index, and F{newest} is: versions go in, oldest "
            f"first. Use F{newest}, or empty the index and publish {version.name} before it."
        )


def not_published(author: str, version: int) -> UnknownFeatureVersionError:
    return UnknownFeatureVersionError(
        f"F{version} of {author} is not in the index. Run `twin features --author {author}` to publish the newest."
    )


def point_id(chunk_id: str, valid_from: int) -> str:
    """A UUID that follows from what it names: writing a point twice changes nothing."""
    return str(UUID(digest_of("point", chunk_id, valid_from)[:32]))


def marker_id(author: str, version: int) -> str:
    return str(UUID(digest_of("published", author, version)[:32]))


def payload(chunk: Chunk, valid_from: int) -> dict[str, Any]:
    row = {field.name: getattr(chunk, field.name) for field in fields(chunk) if field.name != "vector"}
    return {
        "author": chunk.author,
        "chunk_id": chunk.id,
        "valid_from": valid_from,
        "valid_to": ALIVE,
        "chunk": row,
    }


def scored(found: Mapping[str, Any], *, score: float, stored: Sequence[float], query: Vector) -> ScoredChunk:
    """`found`: a point's payload. `stored`: its dense vector, of unit length as `query` is."""
    return ScoredChunk(chunk=Chunk(**found["chunk"]), score=score, similarity=sum(map(mul, stored, query), 0.0))


@cache
def bm25() -> "Bm25":
    """Makes the sparse vectors of documents and queries, for a server too; Qdrant's IDF modifier completes them.

    k=1.2, b=0.75, English stemming and stop words: other languages are matched by whole words.
    """
    from qdrant_edge import Bm25, Bm25Config

    return Bm25(Bm25Config(k=1.2, b=0.75, avg_len=100.0, language="english"))
