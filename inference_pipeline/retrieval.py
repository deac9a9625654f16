"""From a conversation to the passages that may answer its last question."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from feature_store.ports import Encoder, OnlineIndex
from feature_store.records import Chunk, Passage, ScoredChunk
from inference_pipeline.words import content_words, words
from model_registry.prompting import ChatMessage

CANDIDATES_PER_PASSAGE = 4  # gate and limits below leave some of them
PER_DOCUMENT = 2  # so that one long post does not crowd out the others
MIN_COVERAGE = 2 / 3  # of the question's content words
REFERRING = frozenset(
    {"he", "her", "him", "his", "it", "its", "one", "she", "that", "their", "them", "they", "this", "those"}
)
FOLLOW_UPS = (("and",), ("but",), ("so",), ("or",), ("then",), ("also",), ("what", "about"), ("how", "about"))


def search_query(conversation: Sequence[ChatMessage]) -> str:
    """The last user turn; with the one before it when it cannot be understood alone.

    It cannot when it has no content word ("Why?"), refers back ("Who repaired it?") or follows up ("And in winter?").
    """
    turns = [m.content for m in conversation if m.role == "user"]
    last = turns[-1]
    spoken = words(last)
    alone = (
        content_words(last)
        and not REFERRING.intersection(spoken)
        and not any(tuple(spoken[: len(opening)]) == opening for opening in FOLLOW_UPS)
    )
    return last if alone or len(turns) == 1 else f"{turns[-2]}\n{last}"


def retrieve(
    query: str,
    *,
    author: str,
    version: int,
    index: OnlineIndex,
    encoder: Encoder,
    limit: int,
    min_similarity: float,
    token_budget: int,
    count_tokens: Callable[[str], int],
    without: str = "",
) -> list[ScoredChunk]:
    """At most `limit` chunks of F_version that bear on `query`, best document first, in reading order within one.

    `token_budget` bounds the passages together, as `count_tokens` counts; the least useful ones are dropped whole.
    `without` is the id of a document that must not be shown. Empty when nothing bears on the query. Raises
    UnknownFeatureVersionError, UnknownEncoderError, IndexUnreachableError.
    """
    found = ranking(
        query, author=author, version=version, index=index, encoder=encoder, limit=limit * CANDIDATES_PER_PASSAGE
    )
    asked = set(content_words(as_searched(query)))
    kept: list[ScoredChunk] = []
    per_document: Counter[str] = Counter({without: PER_DOCUMENT})
    for candidate in found:
        document = candidate.chunk.document_id
        if per_document[document] < PER_DOCUMENT and _bears_on(asked, candidate, min_similarity):
            per_document[document] += 1
            kept.append(candidate)
    kept = kept[:limit]
    while kept and sum(count_tokens(p.text) for p in as_passages(kept)) > token_budget:
        kept.pop()
    best_rank = {c.chunk.document_id: rank for rank, c in reversed(list(enumerate(kept)))}
    return sorted(kept, key=lambda c: (best_rank[c.chunk.document_id], c.chunk.start))


def ranking(
    query: str, *, author: str, version: int, index: OnlineIndex, encoder: Encoder, limit: int
) -> list[ScoredChunk]:
    """The first `limit` chunks of F_version for `query`, best first, whether they bear on it or not."""
    text = as_searched(query)
    return index.search(
        author=author,
        encoder=encoder.fingerprint,
        version=version,
        text=text,
        vector=encoder.encode([text])[0],
        limit=limit,
    )


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


def _bears_on(asked: set[str], candidate: ScoredChunk, min_similarity: float) -> bool:
    """Near in meaning, or it has most of the question's words: names and numbers often lie far off in vector space.

    Measured on the sample authors with all-MiniLM-L6-v2: the nearest chunk has a cosine of 0.33 to 0.83 to questions
    about the posts, and of 0.10 to 0.31 to questions about anything else.
    """
    if candidate.similarity >= min_similarity:
        return True
    there = asked.intersection(content_words(f"{candidate.chunk.title} {candidate.chunk.text}"))
    return bool(asked) and len(there) >= MIN_COVERAGE * len(asked)


def _adjoins(first: Chunk, second: Chunk) -> bool:
    """Nothing but white space lies between them, or they overlap. Chunks are cut at white space, two at most."""
    return first.document_id == second.document_id and first.start < second.start <= first.end + 2


def _joined(run: Sequence[Chunk]) -> str:
    text = run[0].text
    for before, chunk in pairwise(run):
        gap = chunk.start - before.end
        text += ("", " ", "\n\n")[gap] + chunk.text if gap >= 0 else chunk.text[-gap:]
    return text
