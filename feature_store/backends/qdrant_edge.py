"""The online store in process: Qdrant Edge.

    root/<encoder>/<author>/
        lock                 held while one process publishes
        F1/ F2/ …            finished folders, the newest two kept: shard/ and published.json

A folder appears by rename and is never changed, so that one process serves while another publishes. A shard takes one
opener, so each reader opens a copy of its own, in root/.copies/<process>-…. Every published version is found in the
newest folder.
"""

import json
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feature_store.backends import qdrant_points as points
from feature_store.backends.local_disk import (
    MEGABYTE,
    allocated_bytes,
    copy_folder,
    exclusive,
    flush_to_disk,
    naming_full_disk,
    require_free_space,
)
from feature_store.errors import StoreCorruptError
from feature_store.records import Chunk, ScoredChunk, Vector
from feature_store.versions import FeatureVersion

if TYPE_CHECKING:
    from qdrant_edge import EdgeShard, Filter

KEPT = 2  # a reader may be copying the one before the newest
POINT_BYTES = 8_000  # measured: 3 kB with 384 dimensions and 120 words; a full disk would kill the process (SIGBUS)
SHARD = "shard"
MANIFEST = "published.json"
COPIES = ".copies"


class QdrantEdgeIndex:
    """OnlineIndex over folders. Threads may share it. `min_free_mb`: what publishing must leave free."""

    def __init__(self, root: Path, min_free_mb: int = 500) -> None:
        self._root = root
        self._min_free_mb = min_free_mb
        self._readers: dict[Path, _Reader] = {}
        self._lock = threading.Lock()

    def publish(self, version: FeatureVersion, chunks: Sequence[Chunk], *, dimensions: int) -> tuple[int, int]:
        home = self._home(version.author, version.encoder)
        with exclusive(home / "lock", f"the index of {version.author}"), naming_full_disk(home):
            newest = _newest(home)
            published = _published(home, newest)
            if version.number in published:
                return 0, 0
            points.check_order(version, newest)
            previous = home / f"F{newest}" if newest else None
            needed = POINT_BYTES * len(chunks) + (allocated_bytes(previous) if previous else 0)
            require_free_space(home, self._min_free_mb * MEGABYTE + needed)
            for leftover in home.glob(".publishing-*"):
                shutil.rmtree(leftover)
            staging = Path(tempfile.mkdtemp(prefix=".publishing-", dir=home))
            try:
                change = _fill(staging / SHARD, previous, version, chunks, dimensions)
                manifest = {"versions": [*published, version.number], "encoder": version.encoder}
                (staging / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
                flush_to_disk(staging)
                staging.rename(home / version.name)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            for number in _numbers(home)[:-KEPT]:
                shutil.rmtree(home / f"F{number}")
        return len(change.new), len(change.ended)

    def published(self, author: str, encoder: str) -> int:
        return _newest(self._home(author, encoder))

    def search(
        self, *, author: str, encoder: str, version: int, text: str, vector: Vector, limit: int
    ) -> list[ScoredChunk]:
        with self._lock:  # a search takes milliseconds, and a reader may be replaced by any of them
            reader = self._reader(self._home(author, encoder))
            if reader is None or version not in reader.versions:
                raise points.not_published(author, version)
            return _search(reader.shard, author=author, version=version, text=text, vector=vector, limit=limit)

    def refresh(self) -> None:
        with self._lock:
            for home in [home for home, reader in self._readers.items() if not reader.is_current]:
                self._readers.pop(home).close()

    def erase(self, author: str) -> None:
        for home in [path for path in self._root.glob(f"*/{author}") if not path.parent.name.startswith(".")]:
            with exclusive(home / "lock", f"the index of {author}"):
                for folder in (*home.glob("F*"), *home.glob(".publishing-*")):
                    shutil.rmtree(folder)
        _remove_copies_of_the_dead(self._root / COPIES)
        self.refresh()

    def close(self) -> None:
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _home(self, author: str, encoder: str) -> Path:
        return self._root / encoder[:16] / author

    def _reader(self, home: Path) -> "_Reader | None":
        """A reader of the newest folder."""
        current, newest = self._readers.get(home), _newest(home)
        while newest and (current is None or current.number != newest or not current.is_current):
            try:
                reader = _Reader(home, newest, self._root / COPIES)
            except OSError as error:
                if newest in _numbers(home):
                    raise _corrupt(home / f"F{newest}", error) from error
                newest = _newest(home)  # it was removed while it was copied, because newer ones came
                continue
            if current:
                current.close()
            current = self._readers[home] = reader
        return current


class _Reader:
    """A private copy of a published folder, open. The copy goes with `close`, or with the process."""

    def __init__(self, home: Path, number: int, copies: Path) -> None:
        self.number = number
        self._folder = folder = home / f"F{number}"
        self._identity = _identity(folder)
        self.versions = _published(home, number)
        _remove_copies_of_the_dead(copies)
        copies.mkdir(parents=True, exist_ok=True)
        copy = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=copies))
        try:
            with naming_full_disk(copy):
                require_free_space(copy, 2 * allocated_bytes(folder))
                copy_folder(folder / SHARD, copy)
            self.shard = _load(copy, folder)
        except BaseException:
            shutil.rmtree(copy, ignore_errors=True)
            raise
        self.close = weakref.finalize(self, _dispose, self.shard, copy)

    @property
    def is_current(self) -> bool:
        """False once its folder was removed, or after an erasure published again under the same number."""
        return _identity(self._folder) == self._identity


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_ctime_ns


def _remove_copies_of_the_dead(copies: Path) -> None:
    """What processes that were killed left behind: it holds text that may have been erased since."""
    for copy in copies.glob("*-*"):
        process = copy.name.partition("-")[0]
        if process.isdigit() and int(process) != os.getpid() and not _is_running(int(process)):
            shutil.rmtree(copy, ignore_errors=True)  # another process may be at it too


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _dispose(shard: "EdgeShard", copy: Path) -> None:
    shard.close()
    shutil.rmtree(copy, ignore_errors=True)


def _numbers(home: Path) -> list[int]:
    """n of the published folders F_n, ascending."""
    return sorted(int(path.name[1:]) for path in home.glob("F*") if path.name[1:].isdigit())


def _newest(home: Path) -> int:
    return max(_numbers(home), default=0)


def _published(home: Path, newest: int) -> list[int]:
    """Every version that can be searched in folder F_newest, oldest first."""
    if not newest:
        return []
    folder = home / f"F{newest}"
    try:
        return [int(number) for number in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["versions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _corrupt(folder, f"{MANIFEST}: {error}") from error


def _corrupt(folder: Path, reason: object) -> StoreCorruptError:
    return StoreCorruptError(
        f"{folder} cannot be used: {reason}. It can be made again: remove {folder.parent} and run `twin features`."
    )


def _load(shard: Path, published: Path) -> "EdgeShard":
    """Open a copy of the shard of folder `published`."""
    from qdrant_edge import EdgeShard

    try:
        return EdgeShard.load(str(shard))
    except Exception as error:  # the engine raises nothing more exact
        raise _corrupt(published, error) from error


def _create(folder: Path, dimensions: int) -> "EdgeShard":
    import qdrant_edge as edge

    folder.mkdir()
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
    from qdrant_edge import Point, UpdateOperation

    if previous is not None:
        copy_folder(previous / SHARD, folder)
    shard = _load(folder, previous) if previous else _create(folder, dimensions)
    try:
        change = points.difference(_alive(shard), chunks, dimensions)
        for start in range(0, len(change.new), points.BATCH):
            batch = [
                Point(
                    points.point_id(chunk.id, version.number),
                    {points.DENSE: list(chunk.vector), points.SPARSE: points.bm25().embed_document(chunk.search_text)},
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


def _visible(author: str, version: int) -> "Filter":
    from qdrant_edge import FieldCondition, Filter, MatchValue, RangeFloat

    return Filter(
        must=[
            FieldCondition("author", match=MatchValue(author)),
            FieldCondition("valid_from", range=RangeFloat(lte=version)),
            FieldCondition("valid_to", range=RangeFloat(gt=version)),
        ]
    )


def _search(
    shard: "EdgeShard", *, author: str, version: int, text: str, vector: Vector, limit: int
) -> list[ScoredChunk]:
    from qdrant_edge import Fusion, IdfParams, Prefetch, Query, QueryRequest, SearchParams

    visible = _visible(author, version)
    candidates = max(limit, points.CANDIDATES)
    rankings = [Prefetch(candidates, Query.Nearest(list(vector), using=points.DENSE), filter=visible)]
    words = points.bm25().embed_query(text)
    if words.indices:  # a query of stop words has none
        # Word frequencies are those of this author and version: no one else's text moves a score.
        of_author = SearchParams(idf=IdfParams(corpus=visible))
        rankings.append(
            Prefetch(candidates, Query.Nearest(words, using=points.SPARSE), filter=visible, params=of_author)
        )
    found: list[Any] = shard.query(  # the stubs know neither the payload nor which vectors were asked for
        QueryRequest(
            limit,
            prefetches=rankings,
            query=Fusion.Rrf(k=points.RRF_K),  # type: ignore[arg-type]  # the stubs forget its base class
            with_payload=["chunk"],
            with_vector=[points.DENSE],
        )
    )
    return [
        points.scored(point.payload, score=point.score, stored=point.vector[points.DENSE], query=vector)
        for point in found
    ]
