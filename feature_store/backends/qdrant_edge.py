"""The online store in process: Qdrant Edge.

    root/<encoder>-<rules for terms>/<author>/
        lock                 held while one process publishes
        F1/ F2/ …            finished folders, the newest two kept: shard/ and published.json

A folder appears by rename and is never changed, so that one process serves while another publishes; whoever opens it
compares it with the digest in published.json. A shard takes one opener, so each reader opens a copy of its own, in
root/.copies/<process>-…. Every published version is found in the newest folder.
"""

import json
import shutil
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.files import new_folder, private_folder, set_aside
from configs.full_disk import naming_full_disk
from feature_store import index_terms
from feature_store.backends import qdrant_points as points
from feature_store.backends.local_disk import (
    MEGABYTE,
    allocated_bytes,
    copy_folder,
    exclusive,
    require_free_space,
)
from feature_store.backends.qdrant_edge_folders import (
    COPIES,
    DIGEST,
    MANIFEST,
    SHARD,
    Reader,
    corrupt,
    digest_of_folder,
    load,
    newest_of,
    numbers,
    published_in,
    remove_copies_of_the_dead,
    require_whole,
)
from feature_store.index_terms import SparseVector
from feature_store.records import Chunk, ScoredChunk, Vector
from feature_store.versions import FeatureVersion

if TYPE_CHECKING:
    from qdrant_edge import EdgeShard, Filter

PUBLISHING = ".publishing-"  # begins the names of folders that are not finished
KEPT = 2  # a reader may be copying the one before the newest
# What a point takes at most; a full disk would kill the process (SIGBUS). Measured: 3 kB with 384 dimensions and 80
# words, and 1.4 bytes more for each byte of its sentences' vectors.
POINT_BYTES, ROW_BYTES = 8_000, 2


class QdrantEdgeIndex:
    """OnlineIndex over folders. Threads may share it. `min_free_mb`: what publishing must leave free."""

    def __init__(self, root: Path, min_free_mb: int = 500) -> None:
        self._root = root
        self._min_free_mb = min_free_mb
        self._readers: dict[Path, Reader] = {}
        self._lock = threading.Lock()

    def publish(self, version: FeatureVersion, chunks: Sequence[Chunk], *, dimensions: int) -> tuple[int, int]:
        home = self._home(version.author, version.encoder)
        with exclusive(home / "lock", f"the index of {version.author}"), naming_full_disk(home):
            newest = newest_of(home)
            published = published_in(home, newest)
            if version.number in published:
                return 0, 0
            points.check_order(version, newest)
            previous = home / f"F{newest}" if newest else None
            if previous:
                require_whole(previous, previous / SHARD)
            needed = sum(POINT_BYTES + ROW_BYTES * len(chunk.sentence_vectors) for chunk in chunks)
            needed += allocated_bytes(previous) if previous else 0
            require_free_space(home, self._min_free_mb * MEGABYTE + needed)
            for leftover in home.glob(f"{PUBLISHING}*"):
                shutil.rmtree(leftover)
            with new_folder(home / version.name, prefix=PUBLISHING) as staging:
                change = _fill(staging / SHARD, previous, version, chunks, dimensions)
                languages = index_terms.languages_of_chunks(chunks)
                manifest = {
                    "versions": [*published, version.number],
                    "encoder": version.encoder,
                    "languages": languages,
                }
                manifest[DIGEST] = digest_of_folder(staging / SHARD, manifest)
                (staging / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
            for number in numbers(home)[:-KEPT]:
                shutil.rmtree(set_aside(home / f"F{number}", prefix=PUBLISHING))  # a reader never meets half of it
        for outdated in self._root.glob(f"{version.encoder[:16]}*/{version.author}"):
            if outdated != home:  # made by other rules for terms: no search of ours can use it
                shutil.rmtree(outdated, ignore_errors=True)
        return len(change.new), len(change.ended)

    def published(self, author: str, encoder: str) -> int:
        return newest_of(self._home(author, encoder))

    def verify(self, author: str, encoder: str) -> None:
        home = self._home(author, encoder)
        with self._lock:
            if newest := newest_of(home):
                require_whole(home / f"F{newest}", home / f"F{newest}" / SHARD)
                self._reader(home)

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
        with self._lock:  # a search takes milliseconds, and a reader may be replaced by any of them
            reader = self._reader(self._home(author, encoder))
            if reader is None or version not in reader.versions:
                raise points.not_published(author, version)
            visible = reader.visible(version)
            wanted = _within(visible, documents)
            words = index_terms.of_question(text, reader.languages)
            return _search(reader.shard, visible, wanted, words=words, vector=vector, limit=limit, weights=weights)

    def require_reachable(self, seconds: int) -> None:
        """It lies in a folder."""

    def refresh(self) -> None:
        with self._lock:
            for home in [home for home, reader in self._readers.items() if not reader.is_current]:
                self._readers.pop(home).close()

    def erase(self, author: str) -> None:
        for home in [path for path in self._root.glob(f"*/{author}") if not path.parent.name.startswith(".")]:
            with exclusive(home / "lock", f"the index of {author}"):
                for folder in home.glob("F*"):
                    set_aside(folder, prefix=PUBLISHING)
                for folder in home.glob(f"{PUBLISHING}*"):
                    shutil.rmtree(folder)
                shutil.rmtree(home, ignore_errors=True)  # the lock, and the author's name
        remove_copies_of_the_dead(self._root / COPIES)
        self.refresh()

    def close(self) -> None:
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _home(self, author: str, encoder: str) -> Path:
        return self._root / points.space(encoder) / author

    def _reader(self, home: Path) -> "Reader | None":
        """A reader of the newest folder."""
        current, newest = self._readers.get(home), newest_of(home)
        while newest and (current is None or current.number != newest or not current.is_current):
            try:
                reader = Reader(home, newest, self._root / COPIES)
            except OSError as error:
                if newest in numbers(home):
                    raise corrupt(home / f"F{newest}", error) from error
                newest = newest_of(home)  # it was removed while it was copied, because newer ones came
                continue
            if current:
                current.close()
            current = self._readers[home] = reader
        return current


def _create(folder: Path, dimensions: int) -> "EdgeShard":
    import qdrant_edge as edge

    private_folder(folder)
    config = edge.EdgeConfig(
        vectors={points.DENSE: edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine)},
        sparse_vectors={points.SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        wal_enabled=False,  # the folder counts for nothing until it is flushed and renamed; a log would be copied along
    )
    shard = edge.EdgeShard.create(str(folder), config)
    shard.update(edge.UpdateOperation.create_field_index("author", edge.KeywordIndexParams(is_tenant=True)))
    for field in ("valid_from", "valid_to"):
        integer = edge.IntegerIndexParams(lookup=False, range=True)
        shard.update(edge.UpdateOperation.create_field_index(field, integer))
    return shard


def _fill(
    folder: Path, previous: Path | None, version: FeatureVersion, chunks: Sequence[Chunk], dimensions: int
) -> points.Difference:
    """Make `folder` a closed shard that holds F_n and all before it."""
    from qdrant_edge import Point, SparseVector, UpdateOperation

    if previous is not None:
        copy_folder(previous / SHARD, folder)
    shard = load(folder, previous) if previous else _create(folder, dimensions)
    try:
        change = points.difference(_alive(shard), chunks, dimensions)
        for start in range(0, len(change.new), points.BATCH):
            batch = [
                Point(
                    points.point_id(chunk.id, version.number),
                    {points.DENSE: points.dense(chunk), points.SPARSE: SparseVector(*index_terms.of_chunk(chunk))},
                    points.payload(chunk, version.number),
                )
                for chunk in change.new[start : start + points.BATCH]
            ]
            shard.update(UpdateOperation.upsert_points(batch))
        if change.ended:
            shard.update(UpdateOperation.set_payload([*change.ended], {"valid_to": version.number}))
        # Not optimised into a graph: up to 100,000 points an exact search takes milliseconds, building takes minutes.
        shard.flush()
    finally:
        shard.close()
    return change


def _alive(shard: "EdgeShard") -> dict[str, str]:
    from qdrant_edge import FieldCondition, Filter, RangeFloat, ScrollRequest

    alive = Filter(must=[FieldCondition("valid_to", range=RangeFloat(gte=points.ALIVE))])
    everything = max(1, shard.info().points_count)
    found, _ = shard.scroll(ScrollRequest(limit=everything, filter=alive, with_payload=["chunk_id"]))
    return {(record.payload or {})["chunk_id"]: str(record.id) for record in found}


def _within(visible: "Filter | None", documents: Collection[str] | None) -> "Filter | None":
    from qdrant_edge import FieldCondition, Filter, MatchAny

    if documents is None:
        return visible
    of_these = FieldCondition(points.DOCUMENT, match=MatchAny(sorted(documents)))
    return Filter(must=[visible, of_these] if visible else [of_these])


def _search(
    shard: "EdgeShard",
    visible: "Filter | None",
    wanted: "Filter | None",
    *,
    words: SparseVector,
    vector: Vector,
    limit: int,
    weights: tuple[float, float],
) -> list[ScoredChunk]:
    """Of the points that are `wanted`; `visible` are all of this version. None: every point is."""
    import qdrant_edge as edge
    from qdrant_edge import IdfParams, Query, QueryRequest, SearchParams

    def ranking(query: Any, params: SearchParams | None = None) -> list[str]:
        return points.in_order(
            lambda count: shard.query(QueryRequest(count, query=query, filter=wanted, params=params)),
            max(limit, points.CANDIDATES),
        )

    rankings = [ranking(Query.Nearest(vector.tolist(), using=points.DENSE))]
    if words.indices:  # a query of stop words has none
        # Word frequencies are those of this author and version: no one else's text moves a score.
        of_version = SearchParams(idf=IdfParams(corpus=visible)) if visible else None
        rankings.append(ranking(Query.Nearest(edge.SparseVector(*words), using=points.SPARSE), of_version))
    best = points.fused(rankings, weights, limit)
    # The stubs know neither the payload nor which vectors were asked for.
    records: list[Any] = shard.retrieve([*best], with_payload=[*points.SHOWN], with_vector=[points.DENSE])
    found = {str(record.id): (record.payload, record.vector[points.DENSE]) for record in records}
    return points.scored(best, found, vector)
