"""From a conversation to the passages that may answer its last question."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from configs.settings import ServingSettings
from feature_store.errors import UnknownFeatureVersionError
from feature_store.ports import Encoder, OnlineIndex
from feature_store.records import Chunk, Passage, ScoredChunk, Vector
from feature_store.sentence_vectors import SENTENCE_RULES, cosines, pack, sentence_spans
from model_registry.prompting import ChatMessage
from text.clauses import clauses
from text.terms import languages_of, terms
from text.words import folded_words

CANDIDATES = 20  # of the index's ranking, that are reranked: more find no more, and take longer
WIDELY = 100  # of the ranking, in which what a question wants told is looked for: a much-named thing is explained once
PER_DOCUMENT = 2  # so that one long post does not crowd out the others
MIN_RELEVANCE = 0.3  # of a passage that is shown
NEAR_IDENTICAL = 0.8  # Jaccard similarity of content words from which a passage only repeats a better one
FOLLOW_UP = 0.6  # of a follow-up's vector is that of its own words
CACHED_VECTORS = 1024  # of questions: 24 kB each
REFERRING = frozenset(
    {"he", "her", "him", "his", "it", "its", "one", "she", "that", "their", "them", "they", "this", "those"}
)
DEFINITE, SHORT = "the", 6  # words
FOLLOW_UPS = (("and",), ("but",), ("so",), ("or",), ("then",), ("also",), ("what", "about"), ("how", "about"))


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for. `before` is the turn that a follow-up rests on, "" of what can be understood alone; what
    matches `telling` is taken from further down the ranking too."""

    asked: str
    before: str = ""
    telling: re.Pattern[str] | None = None

    @property
    def text(self) -> str:
        return f"{self.before}\n{self.asked}" if self.before else self.asked


def search_query(conversation: Sequence[ChatMessage]) -> Query:
    """The last user turn; with the one before it when it cannot be understood alone.

    It cannot when it has no content word ("Why?"), refers back ("Who repaired it?"), follows up ("And in winter?") or
    names in few words what must have been spoken of ("How much was the repair?").
    """
    turns = [m.content for m in conversation if m.role == "user"]
    last = turns[-1]
    words = folded_words(last)
    alone = (
        terms(last, languages_of(last))
        and not REFERRING.intersection(words)
        and not any(tuple(words[: len(opening)]) == opening for opening in FOLLOW_UPS)
        and not (DEFINITE in words and len(words) <= SHORT)
    )
    return Query(last) if alone or len(turns) == 1 else Query(last, before=turns[-2])


@dataclass(frozen=True, slots=True)
class Retriever:
    """Searches authors' posts as serving does. Threads may share it.

    Its methods raise UnknownFeatureVersionError, UnknownEncoderError, IndexUnreachableError.
    """

    index: OnlineIndex
    encoder: Encoder
    settings: ServingSettings

    def newest(self, author: str) -> int:
        """n of the author's newest published F_n."""
        if number := self.index.published(author, self.encoder.fingerprint):
            return number
        raise UnknownFeatureVersionError(f"no posts of {author!r} can be searched yet. Run: twin features {author}")

    def retrieve(
        self, query: str, *, author: str, version: int, count_tokens: Callable[[str], int], without: str = ""
    ) -> list[ScoredChunk]:
        """At most `serving.passages` chunks of F_version that bear on `query`, best document first, in reading order
        within one; none when nothing does.

        `serving.passage_tokens` bounds the passages together, as `count_tokens` counts; the least useful ones are
        dropped whole. `without` is the id of a document that must not be shown.
        """
        return self.shown(self.candidates(Query(query), author=author, version=version, without=without), count_tokens)

    def candidates(self, query: Query, *, author: str, version: int, without: str = "") -> list["Candidate"]:
        """The CANDIDATES chunks of F_version that are first in the index's ranking, and of the first WIDELY those that
        match `query.telling`; by relevance, each with the cosines of its sentences. None is of document `without`."""
        vector = self._vector(query, author)
        limit = WIDELY if query.telling else CANDIDATES
        found = self._search(query.text, vector, author=author, version=version, limit=limit)
        if query.telling:
            found[CANDIDATES:] = [s for s in found[CANDIDATES:] if query.telling.search(s.chunk.text)]
        return _by_relevance(query.text, [self._with_sentences(vector, s) for s in found if not _is_of(s, without)])

    def shown(self, candidates: Sequence["Candidate"], count_tokens: Callable[[str], int]) -> list[ScoredChunk]:
        """Those of `candidates` that a prompt shows whole, as `retrieve` says."""
        kept: list[Candidate] = []
        per_document: Counter[str] = Counter()
        for candidate in candidates:
            document, similarity = candidate.scored.chunk.document_id, candidate.scored.similarity
            bears_on_it = candidate.relevance >= MIN_RELEVANCE or similarity >= self.settings.min_similarity
            if bears_on_it and per_document[document] < PER_DOCUMENT and not any(map(candidate.repeats, kept)):
                per_document[document] += 1
                kept.append(candidate)
        chunks = [candidate.scored for candidate in kept[: self.settings.passages]]
        return _within_budget(chunks, self.settings.passage_tokens, count_tokens)

    def _with_sentences(self, vector: Vector, found: ScoredChunk) -> ScoredChunk:
        """An index that was published before sentences had vectors has none: they are made here, which takes as long as
        embedding the chunk."""
        if found.sentences:
            return found
        ((_, *rows),) = self.encoder.encode_spans([found.chunk.search_text], [sentence_spans(found.chunk)])
        packed = pack(rows, self.encoder.dimensions)
        return replace(found, sentences=cosines(SENTENCE_RULES, packed, vector))

    def ranking(self, query: str, *, author: str, version: int, limit: int) -> list[ScoredChunk]:
        """The first `limit` chunks of F_version for `query`, best first, whether they bear on it or not."""
        found = self.search(query, author=author, version=version, limit=max(limit, CANDIDATES))
        first = [candidate.scored for candidate in _by_relevance(query, found[:CANDIDATES])]
        return [*first, *found[CANDIDATES:]][:limit]

    def search(
        self, query: str, *, author: str, version: int, limit: int, documents: Collection[str] | None = None
    ) -> list[ScoredChunk]:
        """The index's own ranking; with `documents`, of those alone."""
        vector = self._vector(Query(query), author)
        return self._search(query, vector, author=author, version=version, limit=limit, documents=documents)

    def _search(
        self,
        text: str,
        vector: Vector,
        *,
        author: str,
        version: int,
        limit: int,
        documents: Collection[str] | None = None,
    ) -> list[ScoredChunk]:
        return self.index.search(
            author=author,
            encoder=self.encoder.fingerprint,
            version=version,
            text=as_searched(text),
            vector=vector,
            limit=limit,
            documents=documents,
        )

    def _vector(self, query: Query, author: str) -> Vector:
        """Of a follow-up, between what it says and what it says with the turn before: the former alone does not know
        who "she" is, and the latter asks two things at once."""
        whole, asked = (
            _query_vector(self.encoder, author, as_searched(text))  # type: ignore[arg-type]  # hashable by identity
            for text in (query.text, query.asked)
        )
        if not query.before:
            return whole
        import numpy as np

        mixed = FOLLOW_UP * asked + (1 - FOLLOW_UP) * whole
        unit: Vector = (mixed / (np.linalg.norm(mixed) or 1)).astype(np.float32)
        return unit


def _is_of(found: ScoredChunk, document: str) -> bool:
    return found.chunk.document_id == document


def _within_budget(kept: list[ScoredChunk], token_budget: int, count_tokens: Callable[[str], int]) -> list[ScoredChunk]:
    while kept and sum(count_tokens(p.text) for p in as_passages(kept)) > token_budget:
        kept.pop()
    best_rank = {c.chunk.document_id: rank for rank, c in reversed(list(enumerate(kept)))}
    return sorted(kept, key=lambda c: (best_rank[c.chunk.document_id], c.chunk.start))


@dataclass(frozen=True, slots=True)
class Candidate:
    """`relevance` is the mean of the cosine to the question and of the share of the question's words that stand in the
    chunk or its title, weighted by rarity; in [-0.5, 1].

    Fusing scores where both are known orders better than fusing ranks (Bruch et al. 2023), and unlike a rank it can
    say that nothing is relevant: of unlike texts in a large archive one is always near by cosine, or shares a word, but
    seldom both.
    """

    scored: ScoredChunk
    words: frozenset[str]
    relevance: float

    @property
    def shared_words(self) -> float:
        """The share of the question's words, in [0, 1]."""
        return min(1.0, max(0.0, 2 * self.relevance - self.scored.similarity))

    @property
    def nearest_sentence(self) -> str:
        spans = list(clauses(self.scored.chunk.text))
        cosine = self.scored.sentences
        if len(cosine) != len(spans):
            return self.scored.chunk.text
        best = max(range(len(spans)), key=cosine.__getitem__)
        return self.scored.chunk.text[spans[best].start : spans[best].end]

    def repeats(self, better: "Candidate") -> bool:
        return len(self.words & better.words) > NEAR_IDENTICAL * len(self.words | better.words)


def _by_relevance(query: str, found: Sequence[ScoredChunk]) -> list[Candidate]:
    query, texts = as_searched(query), [f"{s.chunk.title} {as_searched(s.chunk.text)}" for s in found]
    languages = languages_of(query, " ".join(texts))
    asked = frozenset(terms(query, languages))
    bags = [frozenset(terms(text, languages)) for text in texts]
    # Rarity among the candidates: whatever holds a word that is rare in the archive is one of them.
    held = Counter(word for bag in bags for word in bag & asked)
    rarity = {word: math.log(1 + len(found) / (1 + held[word])) for word in asked}
    whole = sum(rarity.values()) or 1.0
    candidates = [
        Candidate(scored, bag, (scored.similarity + sum(rarity[word] for word in bag & asked) / whole) / 2)
        for scored, bag in zip(found, bags, strict=True)
    ]
    return sorted(candidates, key=lambda candidate: -candidate.relevance)


@lru_cache(maxsize=CACHED_VECTORS)
def _query_vector(encoder: Encoder, author: str, text: str) -> Vector:
    """By author, so that not even the time of an answer tells what another author's twin was asked."""
    return encoder.encode([text])[0]


def as_searched(query: str) -> str:
    """`query` spelt as the chunks' search text is."""
    return unicodedata.normalize("NFKC", query).replace("’", "'")


def as_passages(chunks: Sequence[ScoredChunk]) -> list[Passage]:
    """What the prompt shows: neighbouring chunks of a document that follow one another are one passage."""
    runs: list[list[Chunk]] = []
    for chunk in (scored.chunk for scored in chunks):
        if runs and _adjoins(runs[-1][-1], chunk):
            runs[-1].append(chunk)
        else:
            runs.append([chunk])
    return [Passage(title=run[0].title, created_at=run[0].created_at, text=_joined(run)) for run in runs]


def _adjoins(first: Chunk, second: Chunk) -> bool:
    """Nothing but white space lies between them, or they overlap. Chunks are cut at white space, two at most."""
    return first.document_id == second.document_id and first.start < second.start <= first.end + 2


def _joined(run: Sequence[Chunk]) -> str:
    text = run[0].text
    for before, chunk in pairwise(run):
        gap = chunk.start - before.end
        text += ("", " ", "\n\n")[gap] + chunk.text if gap >= 0 else chunk.text[-gap:]
    return text
