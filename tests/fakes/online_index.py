"""An encoder and an index in memory: for tests that are not about encoding or searching."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from feature_store.encoder import encode_alone
from feature_store.errors import FeatureStoreError, UnknownFeatureVersionError
from feature_store.ports import Span
from feature_store.records import (
    Chunk,
    ScoredChunk,
    Vector,
)
from feature_store.sentence_vectors import cosines as sentence_cosines
from feature_store.versions import (
    FeatureVersion,
)

TOKEN = re.compile(r"\w+|[^\w\s]")
RRF_K = 10


class HashEncoder:
    """Bags of hashed words as unit vectors: texts that share words are near. Deterministic everywhere."""

    fingerprint = "hash-encoder-1"
    dimensions = 64
    max_tokens = 256

    def __init__(self) -> None:
        self.encoded: list[str] = []  # every text that was ever embedded, in order

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(TOKEN.findall(text)) + 2 for text in texts]

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        self.encoded += texts
        return [self._encode(text) for text in texts]

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        return encode_alone(self, texts, spans)

    def unload(self) -> None:
        """There is no model."""

    def _encode(self, text: str) -> Vector:
        vector = np.zeros(self.dimensions, dtype=np.float32)
        for word, count in Counter(_words(text)).items():
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            vector[digest[0] % self.dimensions] += count if digest[1] % 2 else -count
        length = float(np.linalg.norm(vector))
        if length == 0:
            vector[0] = length = 1.0
        return vector / np.float32(length)


class InMemoryIndex:
    """OnlineIndex over dictionaries: per author and encoder, what lived in each published version."""

    def __init__(self) -> None:
        self._live: dict[tuple[str, str], dict[int, dict[str, Chunk]]] = {}

    def publish(self, version: FeatureVersion, chunks: Sequence[Chunk], *, dimensions: int) -> tuple[int, int]:
        if wrong := [chunk.id for chunk in chunks if chunk.vector is None or len(chunk.vector) != dimensions]:
            raise ValueError(f"chunk {wrong[0]} has no vector of {dimensions} dimensions")
        versions = self._live.setdefault((version.author, version.encoder), {})
        if version.number in versions:
            return 0, 0
        if versions and version.number < max(versions):
            raise FeatureStoreError(f"{version.name} of {version.author} cannot follow F{max(versions)}.")
        before = versions[max(versions)] if versions else {}
        now = {chunk.id: chunk for chunk in chunks}
        versions[version.number] = now
        return len(now.keys() - before.keys()), len(before.keys() - now.keys())

    def published(self, author: str, encoder: str) -> int:
        return max(self._live.get((author, encoder), {}), default=0)

    def verify(self, author: str, encoder: str) -> None:
        pass

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
        versions = self._live.get((author, encoder), {})
        if version not in versions:
            raise UnknownFeatureVersionError(f"F{version} of {author} was never published.")
        live = versions[version]
        wanted = {key for key, chunk in live.items() if documents is None or chunk.document_id in documents}
        cosines = {key: float(np.dot(live[key].vector, vector)) for key in wanted}
        bags = {key: Counter(_words(chunk.search_text)) for key, chunk in live.items()}
        rarity = {
            word: math.log(1 + len(live) / (1 + sum(word in bag for bag in bags.values()))) for word in _words(text)
        }
        overlap = {
            key: sum(bag[word] > 0 and worth for word, worth in rarity.items())
            for key, bag in bags.items()
            if key in wanted
        }
        scores: Counter[str] = Counter()
        found = {key: value for key, value in overlap.items() if value > 0}
        for weight, ranking in zip(weights, (cosines, found), strict=True):
            for rank, key in enumerate(sorted(ranking, key=lambda k: (-ranking[k], k)), start=1):
                scores[key] += 1 / (rank / weight + RRF_K - 1) if weight else 0  # type: ignore[assignment]
        best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
        return [
            ScoredChunk(
                live[key].without_vectors(),
                float(scores[key]),
                cosines[key],
                sentence_cosines(live[key].sentence_rules, live[key].sentence_vectors, vector),
            )
            for key in best
        ]

    def require_reachable(self, seconds: int) -> None:
        return None

    def refresh(self) -> None:
        return None

    def erase(self, author: str) -> None:
        for key in [key for key in self._live if key[0] == author]:
            del self._live[key]

    def close(self) -> None:
        return None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
