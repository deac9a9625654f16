"""Questions about a document, the passages that retrieval would give, and the author's sentences that answer them.

The answer stands in one of the passages, to the letter: what is learned is to answer from them. Weights of words are
those of the document alone, so that a new post changes no other post's examples but its neighbour's distractor.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from feature_pipeline.choice import chosen
from feature_pipeline.cleaning import normalise
from feature_pipeline.dates import to_utc
from feature_pipeline.prose import Block, sentences
from feature_pipeline.stop_words import STOP_WORDS
from feature_pipeline.words import count_words, words
from feature_store.records import Chunk, Document, Example, ExampleKind, Passage, Split, digest_of

LONGEST_ANSWER = 4  # sentences
WINDOW = 3  # sentences of an answer that is cut from a longer paragraph
FEWEST_WORDS = 6  # of an answer
SHORTEST_KEYWORD = 4  # characters
GOLD_FIRST = ("right", "right", "right", "wrong")
NAME = re.compile(r"(?<=[\w,;] )[A-Z]\w+")  # a capital inside a sentence

QUESTIONS = (
    "What did you write about {topic}?",
    "Tell me about {topic}.",
    "{topic}?",
    "What do you say about {topic}?",
    "What can you tell me about {topic}?",
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Characters [start, end) of a document: whole sentences of one paragraph, inside one chunk."""

    start: int
    end: int
    words: frozenset[str]
    chunk: Chunk


def answer_examples(
    documents: Sequence[Document], prose: Mapping[str, Sequence[Block]], chunks: Sequence[Chunk]
) -> list[Example]:
    """At most two examples a document: one asks by its title, one by a heading or by two telling words.

    `prose` are the blocks of each document by id. Distractors come from the same split.
    """
    chunks_of: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        chunks_of.setdefault(chunk.document_id, []).append(chunk)
    distractors = _distractors(documents, chunks_of)
    return [
        example
        for document in documents
        for example in _of_document(document, prose[document.id], chunks_of.get(document.id, []), distractors)
    ]


def _of_document(
    document: Document, blocks: Sequence[Block], chunks: Sequence[Chunk], distractors: Mapping[str, Chunk]
) -> Iterator[Example]:
    assert document.split is not None
    answers = [answer for chunk in chunks for answer in _answers(document, blocks, chunk)]
    if not answers:
        return
    occurrences = Counter(word for block in blocks for word in _telling(block.text))
    weights = {word: math.log(1 + len(blocks) / count) for word, count in occurrences.items()}
    taken: set[int] = set()
    for topic, possible in _topics(document, blocks, answers, weights):
        asked = _telling(topic)
        free = [answer for answer in possible if answer.start not in taken and asked & answer.words]
        if not free:  # nothing in the document says a word of what would be asked: an opening is no answer
            continue
        best = max(
            free, key=lambda a: (sum(weights.get(word, 0.0) for word in asked & a.words), len(a.words), -a.start)
        )
        taken.add(best.start)
        question = chosen(QUESTIONS, document.id, topic).format(topic=topic.rstrip(" .?!"))
        yield Example(
            document_id=document.id,
            author=document.author,
            kind=ExampleKind.ANSWER,
            split=document.split,
            request=question[0].upper() + question[1:],
            passages=_passages(best.chunk, chunks, distractors.get(document.id)),
            start=best.start,
            end=best.end,
            target=document.text[best.start : best.end],
        )


def _topics(
    document: Document, blocks: Sequence[Block], answers: Sequence[_Answer], weights: Mapping[str, float]
) -> Iterator[tuple[str, list[_Answer]]]:
    """What can be asked, and the answers that are to the point."""
    if any(c.isalpha() for c in document.title) and not to_utc(document.title):
        yield document.title, list(answers)
    sections: list[tuple[str, list[_Answer]]] = []
    for index, heading in enumerate(blocks):
        section = list(takewhile(lambda block: block.kind != "heading", blocks[index + 1 :]))
        if heading.kind == "heading" and section and count_words(heading.text) > 1:
            inside = [a for a in answers if section[0].start <= a.start and a.end <= section[-1].end]
            sections += [(normalise(heading.text), inside)] if inside else []
    if sections:
        yield chosen(sections, document.id, "heading")
        return
    answer = chosen(answers, document.id, "salient")
    if topic := _salient(document.text[answer.start : answer.end], weights):
        yield topic, [answer]


def _salient(text: str, weights: Mapping[str, float]) -> str:
    """The two most telling words of `text`, as it writes them and in its order: names first, then rare ones."""
    written = {word.casefold(): word for word in reversed(words(text))}
    names = {name.casefold() for name in NAME.findall(text)}
    telling = sorted(_telling(text), key=lambda word: (word not in names, -weights.get(word, 0.0), -len(word), word))
    order = list(written)[::-1]
    return " and ".join(written[word] for word in sorted(telling[:2], key=order.index))


def _answers(document: Document, blocks: Sequence[Block], chunk: Chunk) -> Iterator[_Answer]:
    for block in blocks:
        if block.kind != "prose" or block.end <= chunk.start or block.start >= chunk.end:
            continue
        whole = [
            (block.start + start, block.start + end)
            for start, end in sentences(block.text)
            if chunk.start <= block.start + start and block.start + end <= chunk.end
        ]
        size = len(whole) if len(whole) <= LONGEST_ANSWER else WINDOW
        for first in range(len(whole) - size + 1 if whole else 0):
            start, end = whole[first][0], whole[first + size - 1][1]
            text = document.text[start:end]
            if count_words(text) >= FEWEST_WORDS:
                yield _Answer(start, end, frozenset(_telling(text)), chunk)


def _telling(text: str) -> set[str]:
    """The words that say what `text` is about, in lower case."""
    long = (word for word in words(text.casefold()) if len(word) >= SHORTEST_KEYWORD)
    return {word for word in long if word not in STOP_WORDS and "'" not in word and "’" not in word}


def _passages(gold: Chunk, own: Sequence[Chunk], distractor: Chunk | None) -> tuple[Passage, ...]:
    """The chunk with the answer, sometimes its neighbour, and a chunk of another document.

    Retrieval puts the best document first and is sometimes wrong: so is the order here, by hash.
    """
    shown = [gold]
    place = own.index(gold)
    neighbours = [*own[place + 1 : place + 2], *own[max(0, place - 1) : place]]
    shown += chosen([neighbours[:1], []], gold.document_id, gold.start, "neighbour")
    shown.sort(key=lambda chunk: chunk.start)
    if distractor is not None:
        shown.insert(0 if chosen(GOLD_FIRST, gold.id, "order") == "wrong" else len(shown), distractor)
    return tuple(Passage(chunk.title, chunk.created_at, chunk.text) for chunk in shown)


def _distractors(documents: Sequence[Document], chunks_of: Mapping[str, Sequence[Chunk]]) -> dict[str, Chunk]:
    """For every document a chunk of the next one of its split, around a ring ordered by hash."""
    found: dict[str, Chunk] = {}
    for split in Split:
        ring = sorted(
            (d.id for d in documents if d.split is split and chunks_of.get(d.id)), key=lambda d: digest_of("ring", d)
        )
        for document, following in zip(ring, ring[1:] + ring[:1], strict=True):
            if document != following:
                found[document] = chosen(chunks_of[following], document)
    return found
