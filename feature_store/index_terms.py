"""The sparse vectors that BM25 compares: which terms a chunk and a question have, and what each weighs.

Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond". A document's vector holds the
part that its own counts give, a question's holds ones, and the index multiplies both by how rare a term is among what
it searches (Qdrant's IDF modifier). Terms are those of `text.terms`, of which passages and citations are judged too: a
chunk's are read in its own language, a question's in its own and those of the author's chunks.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from feature_store.records import Chunk, digest_of
from text.stop_words import FUNCTION_WORDS_OF
from text.terms import ENDINGS, question_terms, terms
from text.words import WORD

VERSION = "1"  # to be raised by hand whenever other terms or other weights are made of the same text
TERM_RULES = digest_of(
    "index terms", VERSION, WORD.pattern, ENDINGS, {name: sorted(words) for name, words in FUNCTION_WORDS_OF.items()}
)[:8]
SATURATION, LENGTH_SHARE = 1.2, 0.75  # k1 and b of the formula
USUAL_LENGTH = 100  # terms of a chunk: a constant, so that a chunk's vector hangs on no other chunk
MOST_LANGUAGES = 8  # that a question is read in


class SparseVector(NamedTuple):
    indices: list[int]  # of 32 bits
    values: list[float]


def of_chunk(chunk: Chunk) -> SparseVector:
    found = terms(chunk.search_text, frozenset({chunk.language} - {""}))
    longer = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * len(found) / USUAL_LENGTH)
    weights = {_index(term): n * (SATURATION + 1) / (n + longer) for term, n in Counter(found).items()}
    return SparseVector([*weights], [*weights.values()])


def of_question(text: str, languages: Sequence[str]) -> SparseVector:
    """`languages`: those of the author's chunks, the commonest first. Empty when no word of `text` says anything."""
    indices = [*{_index(term): None for term in question_terms(text, languages)}]
    return SparseVector(indices, [1.0] * len(indices))


def languages_of_chunks(chunks: Iterable[Chunk]) -> list[str]:
    """Of MOST_LANGUAGES at most, the commonest first; "" among them where chunks have none."""
    count = Counter(chunk.language for chunk in chunks)
    return sorted(count, key=lambda language: (-count[language], language))[:MOST_LANGUAGES]


def _index(term: str) -> int:
    """Two of 100,000 terms share one by chance, which moves no ranking."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))
