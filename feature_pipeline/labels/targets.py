"""Which spans of a document are learned, and what stands before them."""

from collections.abc import Sequence

from feature_pipeline.prose import Block
from feature_store.records import Document
from text.sentences import sentences
from text.words import count_words

# Of what comes before, in a request to continue. Every word of it costs as much time as one that is learned.
CONTEXT_WORDS = 30
CONTEXT_CHARACTERS = 1000  # of a paragraph that are looked through for them


def targets(document: Document, found: Sequence[Block], limit: int) -> list[tuple[int, int]]:
    """Runs of prose of at most `limit` words. What is no prose ends a run; a long paragraph is cut at sentences."""
    runs: list[tuple[int, int]] = []
    room = 0  # words that the last target may still take
    previous_end = -1
    for block in found:
        if block.kind != "prose":
            continue
        follows = previous_end >= 0 and not document.text[previous_end : block.start].strip()
        for start, end in cut_at_sentences(block, limit):
            length = count_words(document.text[start:end])
            if follows and length <= room:
                runs[-1] = (runs[-1][0], end)
                room -= length
            else:
                runs.append((start, end))
                room = limit - length
            follows = True
        previous_end = block.end
    return runs


def cut_at_sentences(block: Block, limit: int) -> list[tuple[int, int]]:
    """[start, end) in the document of whole sentences, together at most `limit` words where one is not longer."""
    if count_words(block.text) <= limit:
        return [(block.start, block.end)]
    parts: list[tuple[int, int]] = []
    room = 0
    for start, end in ((block.start + s, block.start + e) for s, e in sentences(block.text)):
        length = count_words(block.text[start - block.start : end - block.start])
        if parts and length <= room:
            parts[-1] = (parts[-1][0], end)
            room -= length
        else:
            parts.append((start, end))
            room = limit - length
    return parts


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
