"""Questions about a document, passages as a prompt shows them, and the author's sentences that answer the questions.

The answer stands in one of the passages, to the letter: what is learned is to answer from them. A passage is a few
sentences of a chunk: whole chunks cost ten ids for each that is learned. Weights of words are
those of the document alone, so that a new post changes no other post's examples but its neighbour's distractor.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from feature_pipeline.labels.choice import chosen, form, seed_of, shuffled
from feature_pipeline.labels.key_phrases import key_phrases, names_in
from feature_pipeline.labels.people import people_in
from feature_pipeline.labels.questions import questions_about
from feature_pipeline.labels.topics import as_topic, heading_text, is_informative
from feature_pipeline.prose import Block, stands_alone
from feature_store.records import Chunk, Document, Example, ExampleKind, Passage, Split, digest_of
from text.request_wording import listed, wording
from text.sentences import passages, sentences
from text.stop_words import STOP_WORDS
from text.words import count_words, folded_words

MOST_QUESTIONS = 4  # of a document
FEWEST_SENTENCES = 2  # of an answer to a title or a heading, where the paragraph has them
LENGTHS = (1, 2, 3, 3, 4)  # sentences of an answer, as far as its paragraph goes
FEWEST_WORDS, MOST_WORDS = 8, 60  # of an answer of several sentences
NEIGHBOURS = 1  # sentences shown before an answer, and after it
DISTRACTOR_WORDS = 40  # of another document's passage, at least, where it is so long
SHORTEST_KEYWORD = 4  # characters
OPENING_PENALTY = 0.5  # factor for a document's first sentences: they say when and where, and rarely what is asked
FEWEST_SHARED = 2  # content words of a title or a heading, where it has so many, that an answer must say
MOST_TOPICS = 2  # of a document: its title and headings
SENTENCES_TRIED = 40  # of a document, for a question of their own
MOST_FACTS = 3  # of a document, each asked for in another way where there are several
FACTS_SHARE = ("fact", "fact", "topic")  # which question comes first, where both can be asked
PHRASES = 3  # of an answer, of which the specific ones are asked for
# Which passages are shown, and in which order: retrieval puts the best document first and is sometimes wrong
SHOWN = ("alone", "alone", "alone", "right", "right", "wrong")


@dataclass(frozen=True, slots=True)
class _AnswerSpan:
    """Characters [start, end) of a document: whole sentences of one paragraph, inside one chunk; `shown` holds them and
    their neighbours."""

    start: int
    end: int
    shown: tuple[int, int]
    words: frozenset[str]
    chunk: Chunk

    def overlaps(self, other: "_AnswerSpan") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class _Section:
    """The sentences of a paragraph that stand inside one chunk, as [start, end) in the document."""

    sentences: tuple[tuple[int, int], ...]
    chunk: Chunk
    opening: bool  # the document begins with it


def answers_of(
    documents: Sequence[Document], prose: Mapping[str, Sequence[Block]], chunks: Sequence[Chunk]
) -> Callable[[Document], Iterator[Example]]:
    """What gives at most four examples of one of `documents`: by its title or a heading, by what single sentences say
    (facts, opinions, reasons), or by two key phrases.

    `prose` are the blocks of each document by id. Distractors come from the same split.
    """
    chunks_of: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        chunks_of.setdefault(chunk.document_id, []).append(chunk)
    distractors = _distractors(documents, chunks_of)

    def of_one(document: Document) -> Iterator[Example]:
        return _of_document(document, prose[document.id], chunks_of.get(document.id, []), distractors)

    return of_one


def _of_document(
    document: Document, found: Sequence[Block], chunks: Sequence[Chunk], distractors: Mapping[str, Passage]
) -> Iterator[Example]:
    assert document.split is not None
    sections = list(_sections(found, chunks))
    taken: list[_AnswerSpan] = []
    for question, answer in _asked(document, found, sections):
        if any(map(answer.overlaps, taken)):
            continue
        taken.append(answer)
        yield Example(
            document_id=document.id,
            author=document.author,
            kind=ExampleKind.ANSWER,
            split=document.split,
            request=question[0].upper() + question[1:],
            passages=_passages(document, answer, distractors.get(document.id)),
            start=answer.start,
            end=answer.end,
            target=document.text[answer.start : answer.end],
        )
        if len(taken) == MOST_QUESTIONS:
            return


def _asked(
    document: Document, found: Sequence[Block], sections: Sequence[_Section]
) -> Iterator[tuple[str, _AnswerSpan]]:
    """Questions with their answers, those to be preferred first."""
    by_topic = _by_topic(document, found, sections)
    by_fact = _by_fact(document, sections)
    first, second = (
        (by_fact, by_topic) if chosen(FACTS_SHARE, seed_of(document), "first") == "fact" else (by_topic, by_fact)
    )
    yield from islice(first, 1)
    yield from second
    yield from first
    yield from _by_phrase(document, sections)


def _by_topic(
    document: Document, found: Sequence[Block], sections: Sequence[_Section]
) -> Iterator[tuple[str, _AnswerSpan]]:
    """Asked by the title and by headings, in an order by hash; answered where their words are said."""
    topics: list[tuple[str, Sequence[_Section]]] = []
    if is_informative(document.title):
        topics.append((document.title, sections))
    for index, heading in enumerate(found):
        text = heading_text(heading.text)
        if heading.kind != "heading" or count_words(text) < FEWEST_SHARED or not is_informative(text):
            continue
        under = list(takewhile(lambda block: block.kind != "heading", found[index + 1 :]))
        if under:
            start, end = under[0].start, under[-1].end
            inside = [s for s in sections if start <= s.sentences[0][0] and s.sentences[-1][1] <= end]
            topics.append((text, inside))
    seed = seed_of(document)
    occurrences = Counter(word for block in found for word in _content_words(block.text))
    weights = {word: math.log(1 + len(found) / count) for word, count in occurrences.items()}
    for topic, where in shuffled(topics, seed, "topics")[:MOST_TOPICS]:
        asked = _content_words(topic)
        if best := _best(document, asked, where, weights):
            yield _about_title(topic, document), best


def _about_title(topic: str, document: Document) -> str:
    """A title that is a question is asked as it is."""
    if topic.rstrip().endswith(("?", "？", ";")):
        return topic.strip()
    return form(wording(document.language).titled_question, seed_of(document), topic, title=topic.rstrip(" .!"))


def _best(
    document: Document, asked: set[str], sections: Sequence[_Section], weights: Mapping[str, float]
) -> _AnswerSpan | None:
    """The sentences that say most of the words; None when none says enough of them."""
    enough = min(FEWEST_SHARED, len(asked))
    scored = [
        (
            sum(weights.get(word, 0.0) for word in shared) * (OPENING_PENALTY if section.opening else 1),
            len(answer.words),
            -answer.start,
            answer,
        )
        for section in sections
        for answer in _windows(document, section)
        if len(shared := asked & answer.words) >= enough > 0
    ]
    return max(scored, key=lambda entry: entry[:3])[3] if scored else None


def _by_fact(document: Document, sections: Sequence[_Section]) -> Iterator[tuple[str, _AnswerSpan]]:
    """Asked after one sentence, and answered by it and what follows it. English only."""
    if document.language != "en":
        return
    seed = seed_of(document)
    names, people = names_in(document.text), people_in(document.text)
    places = [(section, place) for section in sections for place in range(len(section.sentences))]
    asked = Counter[str]()  # by the first word of the question: "Who", "Why"
    waiting: list[tuple[str, _AnswerSpan]] = []
    for section, place in shuffled(places, seed, "facts")[:SENTENCES_TRIED]:
        start, end = section.sentences[place]
        for question in questions_about(document.text[start:end], names=names, people=people, seed=seed):
            if answer := _from(document, section, place):
                waiting.append((question, answer))
                break
    while waiting and asked.total() < MOST_FACTS:
        question, answer = min(waiting, key=lambda pair: asked[pair[0].split()[0]])  # of equals the first
        waiting = [pair for pair in waiting if not pair[1].overlaps(answer)]
        asked[question.split()[0]] += 1
        yield question, answer


def _by_phrase(document: Document, sections: Sequence[_Section]) -> Iterator[tuple[str, _AnswerSpan]]:
    """Asked by one or two key phrases of the sentences that answer."""
    seed, asked = seed_of(document), wording(document.language)
    places = [section for section in sections if not section.opening] or list(sections)
    for section in shuffled(places, seed, "phrases"):
        place = chosen(range(len(section.sentences)), seed, section.sentences[0][0], "place")
        answer = _from(document, section, place)
        if answer is None:
            continue
        text = document.text[answer.start : answer.end]
        phrases = key_phrases(text, document=document.text, language=document.language, limit=PHRASES)
        specific = [phrase for phrase in phrases if _is_specific(phrase, document)]
        if count := min(len(specific), chosen((1, 1, 2), seed, answer.start, "count")):
            topic = listed([as_topic(phrase, document.language) for phrase in specific[:count]], asked.conjunction)
            yield form(asked.about, seed, answer.start, topic=topic), answer


def _is_specific(phrase: str, document: Document) -> bool:
    """A name, several words, or a word that the document comes back to."""
    repeated = document.text.casefold().count(phrase.casefold()) > 1
    return repeated or " " in phrase or (phrase[0].isupper() and document.language != "de")


def _sections(found: Sequence[Block], chunks: Sequence[Chunk]) -> Iterator[_Section]:
    prose = [(block, [*_placed_sentences(block)]) for block in found if block.kind == "prose"]
    for chunk in chunks:
        for block, placed in prose:
            if block.end <= chunk.start or block.start >= chunk.end:
                continue
            whole = tuple((start, end) for start, end in placed if chunk.start <= start and end <= chunk.end)
            if whole:
                yield _Section(whole, chunk, opening=whole[0][0] == prose[0][0].start)


def _placed_sentences(block: Block) -> Iterator[tuple[int, int]]:
    """[start, end) in the document."""
    for start, end in sentences(block.text):
        yield block.start + start, block.start + end


def _windows(document: Document, section: _Section) -> Iterator[_AnswerSpan]:
    """Every run of sentences of a length that is chosen by hash: a title asks for more than one sentence can say."""
    count = len(section.sentences)
    length = chosen(LENGTHS, seed_of(document), section.sentences[0][0], "length")
    size = min(count, max(FEWEST_SENTENCES, length))
    for first in range(count - size + 1):
        if answer := _answer(document, section, first, first + size):
            yield answer


def _from(document: Document, section: _Section, place: int) -> _AnswerSpan | None:
    """The sentence at `place` with those after it, of a length that is chosen by hash."""
    length = chosen(LENGTHS, seed_of(document), section.sentences[place][0], "length")
    return _answer(document, section, place, min(place + length, len(section.sentences)))


def _answer(document: Document, section: _Section, first: int, beyond: int) -> _AnswerSpan | None:
    start, end = section.sentences[first][0], section.sentences[beyond - 1][1]
    text = document.text[start:end]
    words = count_words(text)
    if words > MOST_WORDS and beyond - first > 1:
        return _answer(document, section, first, beyond - 1)
    if words < FEWEST_WORDS or not stands_alone(text) or text.endswith(("?", "？")):
        return None
    around = section.sentences[max(0, first - NEIGHBOURS) : beyond + NEIGHBOURS]
    return _AnswerSpan(start, end, (around[0][0], around[-1][1]), frozenset(_content_words(text)), section.chunk)


def _content_words(text: str) -> set[str]:
    """Folded words that say what `text` is about: long ones that are no stop words."""
    long = (word for word in folded_words(text) if len(word) >= SHORTEST_KEYWORD)
    return {word for word in long if word not in STOP_WORDS and "'" not in word}


def _passages(document: Document, answer: _AnswerSpan, distractor: Passage | None) -> tuple[Passage, ...]:
    """The answer among its neighbours, and in half of the examples sentences of another document."""
    start, end = answer.shown
    gold = Passage(answer.chunk.title, answer.chunk.created_at, document.text[start:end])
    shown = chosen(SHOWN, seed_of(document), answer.start, "order")
    if distractor is None or shown == "alone":
        return (gold,)
    return (gold, distractor) if shown == "right" else (distractor, gold)


def _distractors(documents: Sequence[Document], chunks_of: Mapping[str, Sequence[Chunk]]) -> dict[str, Passage]:
    """For every document the first sentences of a chunk of the next one of its split, around a ring ordered by hash."""
    found: dict[str, Passage] = {}
    for split in Split:
        ring = sorted(
            (d for d in documents if d.split is split and chunks_of.get(d.id)),
            key=lambda d: (digest_of("ring", seed_of(d)), d.id),
        )
        for document, following in zip(ring, ring[1:] + ring[:1], strict=True):
            if document is not following:
                chunk = chosen(chunks_of[following.id], seed_of(document))
                shown = next(passages(chunk.text, words=DISTRACTOR_WORDS), chunk.text)
                found[document.id] = Passage(chunk.title, chunk.created_at, shown)
    return found
