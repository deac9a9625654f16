"""Which spans of a document are learned, and what stands before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feature_pipeline.prose import Block
from feature_store.records import Document
from text.sentences import ends_sentence, leads_on, sentences
from text.words import count_words

# Of what comes before, in a request to continue. Every word of it costs as much time as one that is learned.
CONTEXT_WORDS = 30
CONTEXT_CHARACTERS = 1000  # of a paragraph that are looked through for them
FEWEST_OF_LIMIT = 0.4  # of the words that a target may have, before it ends earlier than it must
FEWEST_LEFT = 0.2  # of them, that such an end leaves to the next target if it can


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Characters [start, end) of a document."""

    start: int
    end: int
    words: int
    ends: int  # 2: a paragraph that closes, 1: a paragraph that leads on or has no mark, 0: nothing


def targets(document: Document, found: Sequence[Block], limit: int) -> list[tuple[int, int]]:
    """Whole sentences of prose, of at most `limit` words where one sentence is not longer. What is no prose ends a
    target; else it ends with a paragraph, if one ends late enough, so that the end of what is learned is an end."""
    return [span for stretch in _stretches(document, found) for span in _cut(stretch, limit)]


def _stretches(document: Document, found: Sequence[Block]) -> Iterator[list[_Sentence]]:
    """The sentences of neighbouring paragraphs, between two things that are no prose."""
    stretch: list[_Sentence] = []
    for block in found:
        if block.kind != "prose":
            continue
        if stretch and document.text[stretch[-1].end : block.start].strip():
            yield stretch
            stretch = []
        stretch += _sentences(block)
    if stretch:
        yield stretch


def _sentences(block: Block) -> Iterator[_Sentence]:
    placed = list(sentences(block.text))
    for start, end in placed:
        text = block.text[start:end]
        ends = (1 + (ends_sentence(text) and not leads_on(text))) if end == placed[-1].end else 0
        yield _Sentence(block.start + start, block.start + end, count_words(text), ends)


def _cut(stretch: Sequence[_Sentence], limit: int) -> Iterator[tuple[int, int]]:
    while stretch:
        left = sum(sentence.words for sentence in stretch)
        words = count = 0
        best = (-1, False, 0)  # how it ends there, whether enough is left, and the number of sentences until there
        for sentence in stretch:
            if count and words + sentence.words > limit:
                break
            words, count = words + sentence.words, count + 1
            if words >= FEWEST_OF_LIMIT * limit:
                best = max(best, (sentence.ends, left - words >= FEWEST_LEFT * limit, count))
        taken = count if count == len(stretch) or best[-1] == 0 else best[-1]
        yield stretch[0].start, stretch[taken - 1].end
        stretch = stretch[taken:]


def context(document: Document, before: Sequence[Block], target: int) -> str:
    """The heading and prose right before character `target`, at most CONTEXT_WORDS, from a sentence's beginning."""
    parts: list[str] = []
    left = CONTEXT_WORDS
    for block in reversed(before):
        end = min(block.end, target)
        if block.kind == "other" or block.start >= end:
            continue
        text = document.text[max(block.start, end - CONTEXT_CHARACTERS) : end].rstrip()
        starts = [start for start, _ in sentences(text) if count_words(text[start:]) <= left]
        whole = bool(starts) and starts[0] == 0 and end - block.start <= CONTEXT_CHARACTERS
        if starts:
            parts.insert(0, text[starts[0] :])
            left -= count_words(parts[0])
        elif not parts:
            parts.append(" ".join(text.split()[-CONTEXT_WORDS:]))
        if not whole:
            break
    return "\n\n".join(parts)
