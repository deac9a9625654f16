"""Near-duplicates joined: of posts that are almost the same, one stays.

Candidates by MinHash and locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman, Ullman: Mining of Massive
Datasets, ch. 3), verified by the exact Jaccard similarity of their word 5-grams.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from feature_pipeline.cleaning import own_words
from feature_store.records import Document
from text.words import folded_words

DEDUPLICATION_VERSION = "2"  # to be raised by hand whenever the same documents would be joined differently
SHINGLE_WORDS = 5
PERMUTATIONS = 128
# 32 bands of 4 rows find a pair of similarity s with probability 1 - (1 - s⁴)³²: over 0.9999 at 0.8, 0.87 at 0.5.
BANDS = 32
ROWS = PERMUTATIONS // BANDS
BATCH = 256  # documents hashed at once
SEED = 1
# Documents compared in each bucket. It bounds the work where very many posts share a template; a cluster is found
# all the same, as its members meet in other buckets and through one another.
BUCKET = 4

Shingles = npt.NDArray[np.uint64]  # sorted, unique hashes


def fingerprint(threshold: float) -> str:
    return f"{DEDUPLICATION_VERSION}, Jaccard {threshold}"


def join_near_duplicates(documents: Sequence[Document], *, threshold: float) -> list[Document]:
    """The documents, with `duplicate_of` set on all but the fullest (then oldest) of each cluster.

    Clusters are transitive: what is like a duplicate of a document is its duplicate too. Quarantined documents are
    left alone. Linear in the number of documents; the order of the input does not matter.
    """
    usable = sorted((d for d in documents if not d.quarantine), key=lambda document: document.id)
    texts = [folded_words(own_words(d.text, d.marked)) for d in usable]
    shingles = _shingles(texts)
    parents = list(range(len(usable)))
    for one, other in _candidates(shingles):
        roots = _root(parents, one), _root(parents, other)
        if roots[0] != roots[1] and _jaccard(shingles[one], shingles[other]) >= threshold:
            parents[max(roots)] = min(roots)
    kept: dict[int, int] = {}
    fullest_first = sorted(
        range(len(usable)), key=lambda i: (-len(texts[i]), usable[i].created_at or "9", usable[i].id)
    )
    for index in fullest_first:
        kept.setdefault(_root(parents, index), index)
    duplicates = {
        document.id: usable[kept[_root(parents, index)]].id
        for index, document in enumerate(usable)
        if kept[_root(parents, index)] != index
    }
    return [replace(document, duplicate_of=duplicates.get(document.id, "")) for document in documents]


def _shingles(texts: Sequence[Sequence[str]]) -> list[Shingles]:
    from rensa import RMinHash

    shingles: list[Shingles] = []
    for start in range(0, len(texts), BATCH):
        grams = [
            [" ".join(text[i : i + SHINGLE_WORDS]) for i in range(max(1, len(text) - SHINGLE_WORDS + 1))]
            for text in texts[start : start + BATCH]
        ]
        shingles += [np.unique(np.array(hashes, dtype=np.uint64)) for hashes in RMinHash.hash_token_sets(grams)]
    return shingles


def _candidates(shingles: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    """Pairs that share a bucket in some band."""
    signatures = _signatures(shingles)
    for band in range(BANDS):  # one at a time: the buckets of all take a kilobyte and more a document
        buckets: dict[bytes, list[int]] = {}
        for index, rows in enumerate(signatures[:, band]):
            bucket = buckets.setdefault(rows.tobytes(), [])
            for other in bucket:
                yield index, other
            bucket.append(index)
            if len(bucket) > BUCKET:
                del bucket[1]  # the first member stays, so that a family shares an ancestor


def _signatures(shingles: Sequence[Shingles]) -> npt.NDArray[np.uint32]:
    """Of shape (documents, BANDS, ROWS)."""
    from rensa import RMinHash

    signatures = np.empty((len(shingles), BANDS, ROWS), dtype=np.uint32)
    for start in range(0, len(shingles), BATCH):
        hashes = [row.tolist() for row in shingles[start : start + BATCH]]
        made = RMinHash.digest_matrix_from_token_hash_sets(hashes, PERMUTATIONS, SEED).to_rows()
        signatures[start : start + len(hashes)] = np.array(made, dtype=np.uint32).reshape(-1, BANDS, ROWS)
    return signatures


def _jaccard(one: Shingles, other: Shingles) -> float:
    shared = np.intersect1d(one, other, assume_unique=True).size
    return float(shared / (one.size + other.size - shared))


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index
