"""Chunks → chunks with vectors. Only what has none yet is embedded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from configs.progress import Progress
from feature_store.ports import Encoder
from feature_store.records import Chunk, Vector

BATCH = 32


def embed(chunks: Sequence[Chunk], known: Mapping[str, Vector], *, encoder: Encoder, progress: Progress) -> list[Chunk]:
    """`chunks` with their vectors; those whose id is in `known` keep that vector."""
    vectors = dict(known)
    missing = sorted((chunk for chunk in chunks if chunk.id not in vectors), key=lambda chunk: chunk.token_count)
    progress.start("embed", len(missing))
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]  # of like length, so that little is spent on padding
        found = encoder.encode([chunk.search_text for chunk in batch])
        vectors.update(zip((chunk.id for chunk in batch), found, strict=True))
        progress.advance(len(batch))
    progress.finish(f"{len(missing)} chunks embedded, {len(chunks) - len(missing)} known")
    return [replace(chunk, vector=vectors[chunk.id]) for chunk in chunks]
