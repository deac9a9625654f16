"""How chunks lie in Qdrant, in process or on a server: one point for each life of a chunk.

A point lives in the feature versions F_n with valid_from <= n < valid_to. A chunk that is gone keeps its point, so
older versions find it; one that comes back begins a new life, and is a new point.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any, Protocol
from uuid import UUID

from feature_store.errors import FeatureStoreError, UnknownFeatureVersionError
from feature_store.index_terms import TERM_RULES
from feature_store.records import Chunk, ScoredChunk, Vector, digest_of
from feature_store.sentence_vectors import cosines
from feature_store.versions import FeatureVersion

DENSE = "dense"
SPARSE = "bm25"
ALIVE = 2**31 - 1  # valid_to of a point that has not ended
RRF_K = 10  # measured: with the 60 of Cormack et al. 2009, 50 chunks low in both rankings pass the first of one
DOCUMENT = "chunk.document_id"  # where a payload says which document it is of
SHOWN = ("chunk", "sentences")  # of a payload, what `scored` reads
CANDIDATES = 50  # of each ranking, at least
TIED = 10  # more than those are asked for, to see whether the last of them is tied
BATCH = 500  # points written at once


class Ranked(Protocol):
    """A point as an engine finds it."""

    @property
    def id(self) -> Any: ...

    @property
    def score(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """What takes the index from what is alive to F_n."""

    new: list[Chunk]
    ended: list[str]  # point ids


def difference(alive: Mapping[str, str], chunks: Sequence[Chunk], dimensions: int) -> Difference:
    """`alive`: chunk id → id of its living point. Raises ValueError for a chunk without a vector of that size."""
    for chunk in chunks:
        size = 0 if chunk.vector is None else len(chunk.vector)
        if size != dimensions:
            raise ValueError(f"chunk {chunk.id} has a vector of {size} dimensions, not {dimensions}")
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


def space(encoder: str) -> str:
    """What names the points that an encoder's vectors and today's terms were made for: others cannot be compared."""
    return f"{encoder[:16]}-{TERM_RULES}"


def point_id(chunk_id: str, valid_from: int) -> str:
    """A UUID that follows from what it names: writing a point twice changes nothing."""
    return str(UUID(digest_of("point", chunk_id, valid_from)[:32]))


def marker_id(author: str, version: int) -> str:
    return str(UUID(digest_of("published", author, version)[:32]))


def dense(chunk: Chunk) -> list[float]:
    assert chunk.vector is not None  # as `difference` saw
    return chunk.vector.tolist()


def payload(chunk: Chunk, valid_from: int) -> dict[str, Any]:
    return {
        "author": chunk.author,
        "chunk_id": chunk.id,
        "valid_from": valid_from,
        "valid_to": ALIVE,
        "chunk": chunk.row,
        # Not a multivector: a collection that is there already takes no new one, and an engine gives it back as a list
        # of lists of floats, which takes five times as long to read as this.
        "sentences": b64encode(chunk.sentence_vectors).decode(),
    }


def in_order(ask: Callable[[int], Sequence[Ranked]], limit: int) -> list[str]:
    """Ids of the `limit` best points, those of the same score by id. `ask(n)` finds the n best: which of equal ones,
    and in which order, differs from call to call."""
    count = limit + TIED
    while True:
        found = [(-point.score, str(point.id)) for point in ask(count)]
        if len(found) < count or found[-1][0] > found[limit - 1][0]:
            return [point for _, point in sorted(found)[:limit]]
        count *= 4


def fused(rankings: Sequence[Sequence[str]], weights: Sequence[float], limit: int) -> dict[str, float]:
    """Ids of the `limit` best points with their scores, best first, equal ones by id. See OnlineIndex.search."""
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=False):  # a query without words has one ranking
        for place, point in enumerate(ranking):
            gained = 1 / ((place + 1) / weight + RRF_K - 1) if weight else 0.0
            scores[point] = scores.get(point, 0.0) + gained
    return dict(sorted(scores.items(), key=lambda found: (-found[1], found[0]))[:limit])


def scored(
    best: Mapping[str, float], found: Mapping[str, tuple[Mapping[str, Any], Sequence[float]]], query: Vector
) -> list[ScoredChunk]:
    """`best`: ids of points and their scores. `found`: the payload and the dense vector of each."""
    return [_scored(*found[point], score=score, query=query) for point, score in best.items()]


def _scored(payload: Mapping[str, Any], vector: Sequence[float], *, score: float, query: Vector) -> ScoredChunk:
    chunk = Chunk(**payload["chunk"])
    packed = b64decode(payload.get("sentences", ""))  # a point of before sentences had vectors has none
    similarity = sum(map(mul, vector, query.tolist()), 0.0)
    return ScoredChunk(chunk, score, similarity, cosines(chunk.sentence_rules, packed, query))
