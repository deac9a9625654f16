"""Chunks → chunks with vectors: one of the whole and one of each sentence. Only what has none yet is embedded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from configs.progress import Progress
from feature_store.ports import Encoder
from feature_store.records import Chunk, Vector, digest_of
from feature_store.sentence_vectors import pack, sentence_texts

BATCH = 32  # texts, and so many characters where they are short: small batches take a third longer
BATCH_CHARACTERS = 12_000
KEPT_BATCHES = 8  # half a minute's work of a slow processor


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

    A text is embedded once, however many chunks or sentences it is, and no further than the encoder reads. `keep` is
    given vectors by the digest of their text now and then, so that a kill loses little, and `kept` is what it was given
    before.
    """
    known = {chunk.id: chunk for chunk in stored if chunk.encoder == encoder.fingerprint}
    fresh = [chunk for chunk in chunks if chunk.id not in known]
    sentences = {chunk.id: sentence_texts(chunk) for chunk in fresh}
    wanted = {_key(text): text for chunk in fresh for text in (chunk.search_text, *sentences[chunk.id]) if text}
    made = dict(kept)
    for chunk in known.values():
        if (key := _key(chunk.search_text)) in wanted and chunk.vector:
            made[key] = _packed([chunk.vector])[0]
    missing = sorted((text for key, text in wanted.items() if key not in made), key=len)

    progress.start("embed", sum(map(len, missing)))  # characters: a chunk takes as long as ten of its sentences
    unkept: dict[str, bytes] = {}
    for number, batch in enumerate(_batches(missing), start=1):
        unkept.update(zip(map(_key, batch), _packed(encoder.encode(batch)), strict=True))
        if number % KEPT_BATCHES == 0:
            keep(unkept)
            made |= unkept
            unkept = {}
        progress.advance(sum(map(len, batch)))
    made |= unkept
    count = sum(map(len, sentences.values()))
    progress.finish(
        f"{len(fresh)} chunks and their {count} sentences embedded, {len(chunks) - len(fresh)} chunks known"
    )

    def vector(text: str) -> Vector:
        return _unpacked(made[_key(text)]) if text else ()

    def embedded(chunk: Chunk) -> Chunk:
        if chunk.id in known:
            return known[chunk.id]
        rows = pack([vector(text) for text in sentences[chunk.id]], encoder.dimensions)
        return replace(chunk, vector=vector(chunk.search_text), sentence_vectors=rows)

    return [embedded(chunk) for chunk in chunks]


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Of like length, as `texts` are sorted by it, so that little is spent on padding."""
    batch: list[str] = []
    for text in texts:
        if len(batch) >= BATCH and sum(map(len, batch)) >= BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _key(text: str) -> str:
    return digest_of("embedded", text)[:32]


def _packed(vectors: Sequence[Vector]) -> list[bytes]:
    """A tuple of floats takes eight times as much memory, and an archive has a million sentences."""
    import numpy as np

    return [row.tobytes() for row in np.array(vectors, dtype=np.float32)]


def _unpacked(vector: bytes) -> Vector:
    import numpy as np

    return tuple(np.frombuffer(vector, dtype=np.float32).tolist())
