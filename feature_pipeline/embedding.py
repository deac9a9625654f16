"""Chunks → chunks with vectors: one of the whole and one of each sentence. Only what has none yet is embedded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from configs.memory import return_free_memory
from configs.progress import Progress
from feature_store.ports import Encoder
from feature_store.records import Chunk, Vector, digest_of
from feature_store.sentence_vectors import SENTENCE_RULES, pack, sentence_spans

BATCH_CHARACTERS = 48_000  # and at least one chunk
KEPT_BATCHES = 2  # half a minute's work of a slow processor


def embed(
    chunks: Sequence[Chunk],
    stored: Iterable[Chunk],
    kept: Mapping[str, bytes],
    *,
    encoder: Encoder,
    keep: Callable[[Mapping[str, bytes]], None],
    progress: Progress,
) -> list[Chunk]:
    """`chunks` with their vectors; those that are `stored` keep theirs, and so does a chunk of the same words.

    A text is embedded once, however many chunks have it, and no further than the encoder reads. `keep` is given vectors
    by the digest of their text now and then, so that a kill loses little, and `kept` is what it was given before.
    """
    known = {chunk.id: chunk for chunk in stored if chunk.encoder == encoder.fingerprint}
    fresh = [chunk for chunk in chunks if chunk.id not in known]
    wanted = {_key(chunk): chunk for chunk in fresh}
    made = dict(kept)
    texts = {chunk.search_text for chunk in fresh}
    for chunk in known.values():
        if chunk.vector is not None and chunk.search_text in texts and chunk.sentence_rules == SENTENCE_RULES:
            made[_key(chunk)] = _packed(chunk.vector, chunk.sentence_vectors)
    missing = sorted(
        (item for item in wanted.items() if item[0] not in made), key=lambda item: len(item[1].search_text)
    )

    progress.start("embed", sum(len(chunk.search_text) for _, chunk in missing))  # characters
    unkept: dict[str, bytes] = {}
    for number, batch in enumerate(_batches(missing), start=1):
        keys, texts_of, spans = zip(*((key, c.search_text, sentence_spans(c)) for key, c in batch), strict=True)
        for key, (whole, *rows) in zip(keys, encoder.encode_spans(texts_of, spans), strict=True):
            assert whole is not None  # no chunk is without words
            unkept[key] = _packed(whole, pack(rows, encoder.dimensions))
        if number % KEPT_BATCHES == 0:
            keep(unkept)
            made |= unkept
            unkept = {}
        return_free_memory()  # batches differ in size: one does not fit where the last one was
        progress.advance(sum(map(len, texts_of)))
    made |= unkept
    progress.finish(f"{len(fresh)} chunks embedded, with their sentences; {len(chunks) - len(fresh)} known")

    def embedded(chunk: Chunk) -> Chunk:
        if chunk.id in known:
            return known[chunk.id]
        vector, rows = _unpacked(made[_key(chunk)], encoder.dimensions)
        return replace(chunk, vector=vector, sentence_vectors=rows)

    return [embedded(chunk) for chunk in chunks]


def _batches(chunks: Sequence[tuple[str, Chunk]]) -> Iterator[list[tuple[str, Chunk]]]:
    """Of like length, as `chunks` are sorted by it, so that little is spent on padding."""
    batch: list[tuple[str, Chunk]] = []
    length = 0
    for key, chunk in chunks:
        batch.append((key, chunk))
        length += len(chunk.search_text)
        if length >= BATCH_CHARACTERS:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _key(chunk: Chunk) -> str:
    return digest_of("embedded", chunk.search_text, sentence_spans(chunk))[:32]


def _packed(vector: Vector, rows: bytes) -> bytes:
    return vector.tobytes() + rows


def _unpacked(packed: bytes, dimensions: int) -> tuple[Vector, bytes]:
    import numpy as np

    # a copy, as a view would keep all of `packed`, and the rows would be held twice
    return np.frombuffer(packed, dtype=np.float32, count=dimensions).copy(), packed[4 * dimensions :]
