"""Documents → examples: conversations whose last turn is the author's text, to the letter.

Write and continue together have every paragraph of a document's prose as a target exactly once; a short post is one
target as a whole, and a reply to the message that it answers where that is known. Answer teaches to answer from
passages in the author's own words. Every choice is by hash, so that it stays while the document stays.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from feature_pipeline.answers import answer_examples
from feature_pipeline.choice import chosen
from feature_pipeline.cleaning import SHORT_FORMS
from feature_pipeline.dates import to_utc
from feature_pipeline.prose import Block, blocks, sentences
from feature_pipeline.words import count_words
from feature_store.records import Chunk, Document, Example, ExampleKind, Split

EXAMPLES_VERSION = "3"  # to be raised by hand whenever the same document would give other examples
TOKENS_PER_WORD = 1.35  # of English prose in the subwords of small models
CONTEXT_WORDS = 60  # of what comes before, in a request to continue
CONTEXT_CHARACTERS = 1000  # of a paragraph that are looked through for them

WRITE_TITLED = (
    "Write a post titled “{title}”.",
    "Write a post called “{title}”.",
    "Write a short post about {title}.",
    "Write the post “{title}”.",
)
WRITE_UNTITLED = ("Write a post.", "Write a new post.")
WRITE_SHORT = ("Write a short post.", "Write a post of a few lines.", "Write something short.")
CONTINUE = ("Continue this post:\n\n{context}", "Go on from here:\n\n{context}", "What comes next?\n\n{context}")


def fingerprint(example_tokens: int) -> str:
    """What examples depend on besides documents and chunks."""
    return f"{EXAMPLES_VERSION}, targets of about {example_tokens} tokens"


def label(documents: Sequence[Document], chunks: Sequence[Chunk], *, example_tokens: int) -> list[Example]:
    """Examples of every document that has a split.

    Invariant: target == document.text[start:end], outside of marked spans.
    """
    prose = {document.id: blocks(document) for document in documents if document.split is not None}
    used = [document for document in documents if document.id in prose]
    written = [example for d in used for example in _write_and_continue(d, prose[d.id], example_tokens)]
    return written + answer_examples(used, prose, chunks)


def _write_and_continue(document: Document, found: Sequence[Block], example_tokens: int) -> Iterator[Example]:
    assert document.split is not None
    if document.kind in SHORT_FORMS and not document.marked:
        yield _short(document, document.split)
        return
    forms = WRITE_TITLED if _says_something(document.title) else WRITE_UNTITLED
    starts = [block.start for block in found]
    for index, (start, end) in enumerate(_targets(document, found, int(example_tokens / TOKENS_PER_WORD))):
        if index == 0:
            request = chosen(forms, document.id).format(title=document.title)
        else:
            before = found[: bisect_left(starts, start + 1)]
            context = _context(document, before, start)
            request = chosen(CONTINUE, document.id, start).format(context=context)
        yield Example(
            document_id=document.id,
            author=document.author,
            kind=ExampleKind.CONTINUE if index else ExampleKind.WRITE,
            split=document.split,
            request=request,
            passages=(),
            start=start,
            end=end,
            target=document.text[start:end],
        )


def _short(document: Document, split: Split) -> Example:
    context = document.context[-CONTEXT_CHARACTERS:]
    start = len(document.text) - len(document.text.lstrip())
    end = len(document.text.rstrip())
    return Example(
        document_id=document.id,
        author=document.author,
        kind=ExampleKind.REPLY if context else ExampleKind.WRITE,
        split=split,
        request=context or chosen(WRITE_SHORT, document.id),
        passages=(),
        start=start,
        end=end,
        target=document.text[start:end],
    )


def _targets(document: Document, found: Sequence[Block], limit: int) -> list[tuple[int, int]]:
    """Runs of prose of at most `limit` words. What is no prose ends a run; a long paragraph is cut at sentences."""
    targets: list[tuple[int, int]] = []
    room = 0  # words that the last target may still take
    previous_end = -1
    for block in found:
        if block.kind != "prose":
            continue
        follows = previous_end >= 0 and not document.text[previous_end : block.start].strip()
        for start, end in _cut_at_sentences(block, limit):
            length = count_words(document.text[start:end])
            if follows and length <= room:
                targets[-1] = (targets[-1][0], end)
                room -= length
            else:
                targets.append((start, end))
                room = limit - length
            follows = True
        previous_end = block.end
    return targets


def _cut_at_sentences(block: Block, limit: int) -> list[tuple[int, int]]:
    if count_words(block.text) <= limit:
        return [(block.start, block.end)]
    parts: list[tuple[int, int]] = []
    for start, end in ((block.start + s, block.start + e) for s, e in sentences(block.text)):
        if parts and count_words(block.text[parts[-1][0] - block.start : end - block.start]) <= limit:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return parts


def _context(document: Document, before: Sequence[Block], target: int) -> str:
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


def _says_something(title: str) -> bool:
    return any(c.isalpha() for c in title) and not to_utc(title)
