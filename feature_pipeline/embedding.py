"""Chunks → chunks with vectors. Only what has none yet is embedded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from configs.progress import Progress
from feature_store.ports import Encoder
from feature_store.records import Chunk, Vector

BATCH = 32
KEPT_BATCHES = 32  # about a minute's work of a slow processor


def embed(
    chunks: Sequence[Chunk],
    known: Mapping[str, Vector],
    *,
    encoder: Encoder,
    keep: Callable[[Mapping[str, Vector]], None],
    progress: Progress,
) -> list[Chunk]:
    """`chunks` with their vectors; those whose id is in `known` keep that vector. `keep` is given the vectors by id
    now and then, so that a kill loses little."""
    vectors = dict(known)
    fresh: dict[str, Vector] = {}
    missing = sorted((chunk for chunk in chunks if chunk.id not in vectors), key=lambda chunk: chunk.token_count)
    progress.start("embed", len(missing))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]  # of like length, so that little is spent on padding
        found = encoder.encode([chunk.search_text for chunk in batch])
        fresh.update(zip((chunk.id for chunk in batch), found, strict=True))
        if len(fresh) >= BATCH * KEPT_BATCHES:
            keep(fresh)
            vectors.update(fresh)
            fresh.clear()
        progress.advance(len(batch))
    vectors.update(fresh)
    progress.finish(f"{len(missing)} chunks embedded, {len(chunks) - len(missing)} known")
    return [replace(chunk, vector=vectors[chunk.id]) for chunk in chunks]
