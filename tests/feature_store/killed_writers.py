"""Run as a script: writes to a store or an index, and kills itself (SIGKILL) at a named moment.

python killed_writers.py (store|index|erasure) FOLDER MOMENT
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from configs import files
from fakes.feature_records import DIMENSIONS, ENCODER, make_chunk, make_document, make_example, make_version
from feature_store.backends import delta, delta_table, qdrant_edge
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.versions import FeatureVersion

STORE_MOMENTS = ("first table written", "second table written", "all tables written", "manifest staged")
ERASURE_MOMENTS = ("one table rewritten", "tables rewritten", "before the pointer", "after the pointer")
INDEX_MOMENTS = ("folder copied", "points written", "finished but for its name")


def second_features(store: DeltaFeatureStore) -> tuple[FeatureVersion, bool]:
    names = ["fog", "rope", "bell"]
    with store.writing("maud"):
        return store.commit(
            "maud",
            documents=[make_document(name) for name in names],
            chunks=[make_chunk(name) for name in names],
            examples=[make_example(name) for name in names],
            encoder=ENCODER,
            configuration={},
        )


def second_publication(index: QdrantEdgeIndex) -> tuple[int, int]:
    chunks = [make_chunk(name, name) for name in ("fog", "rope", "bell")]
    return index.publish(make_version(2), chunks, dimensions=DIMENSIONS)


def erasure(store: DeltaFeatureStore) -> list[FeatureVersion]:
    with store.writing("maud"):
        return store.erase("maud")


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_after(function: Callable[..., Any], calls: int = 1) -> Callable[..., Any]:
    left = calls

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        result = function(*args, **kwargs)
        left -= 1
        if not left:
            _die()
        return result

    return wrapped


def _plan_death(moment: str) -> None:
    table: Any = delta_table.RecordTable
    if moment in STORE_MOMENTS[:3]:
        table.replace = _die_after(table.replace, STORE_MOMENTS.index(moment) + 1)
    elif moment == "manifest staged":
        files.os.link = _die
    elif moment == "one table rewritten":
        table.replace = _die_after(table.replace)
    elif moment == "tables rewritten":
        delta.rewrite = _die_after(delta.rewrite)
    elif moment == "before the pointer":
        delta.write_whole = _die
    elif moment == "after the pointer":
        delta.write_whole = _die_after(delta.write_whole)
    elif moment == "folder copied":
        qdrant_edge.copy_folder = _die_after(qdrant_edge.copy_folder)
    elif moment == "points written":
        qdrant_edge._fill = _die_after(qdrant_edge._fill)
    elif moment == "finished but for its name":
        files.flush_to_disk = _die_after(files.flush_to_disk)
    else:
        raise SystemExit(f"no such moment: {moment}")


if __name__ == "__main__":
    kind, folder, moment = sys.argv[1:]
    _plan_death(moment)
    if kind == "store":
        second_features(delta.DeltaFeatureStore(Path(folder), min_free_mb=1))
    elif kind == "erasure":
        erasure(delta.DeltaFeatureStore(Path(folder), min_free_mb=1))
    else:
        second_publication(QdrantEdgeIndex(Path(folder), min_free_mb=1))
