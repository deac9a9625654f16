"""Vectors of a chunk's sentences: what is embedded of each, and how they lie in a record and in an index.

They are made from the chunk's search text as a whole (`Encoder.encode_spans`), so that the title and the neighbours say
what "she" and "it" are. A row of int8 a sentence, scaled so that its largest value is ±127, takes a quarter of float32.
A cosine needs no scale, and comes out within 0.004 of the one of float32 (measured: docs/experiments/retrieval.md).
"""

from collections.abc import Sequence

from feature_store.ports import Span
from feature_store.records import Chunk, Vector, digest_of
from text.clauses import RULES, clauses
from text.normalise import normalise

VERSION = "4"  # to be raised by hand whenever other strings are embedded of the same chunk, or other rows made of them
SENTENCE_RULES = digest_of("sentence vectors", VERSION, RULES)[:12]
LARGEST = 127


def sentence_spans(chunk: Chunk) -> list[Span]:
    """Where each sentence of `chunk.text`, and each part of a long one, stands in `chunk.search_text`, without its
    marks. An empty span for one that has no words, as a ruler."""
    found: list[Span] = []
    end = len(chunk.search_text) - len(normalise(chunk.text))  # of the title
    for start, stop in clauses(chunk.text):
        said = normalise(chunk.text[start:stop])
        start = chunk.search_text.find(said, end) if said else -1
        if start >= 0:
            found.append((start, end := start + len(said)))
        else:
            found.append((end, end))
    return found


def pack(vectors: "Sequence[Vector | None]", dimensions: int) -> bytes:
    """One row of int8 a vector, in order; of None a row of zeros."""
    import numpy as np

    rows = np.zeros((len(vectors), dimensions), dtype=np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        if vector is not None:
            row[:] = vector
    largest = np.abs(rows).max(axis=1, keepdims=True).clip(min=1e-9)
    return bytes(np.rint(rows * (LARGEST / largest)).astype(np.int8).tobytes())


def cosines(rules: str, packed: bytes, query: Vector) -> tuple[float, ...]:
    """Of the unit vector `query` to each row; 0 to a row of zeros. () when the rows were made by other rules: they
    would be of other sentences than are found now."""
    import numpy as np

    if rules != SENTENCE_RULES:
        return ()

    rows = np.frombuffer(packed, dtype=np.int8).reshape(-1, len(query)).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1).clip(min=1)
    return tuple((rows @ query / lengths).tolist())
