"""The excerpts of the author's posts that answer a question: neighbouring sentences, word for word.

Each sentence of the best chunks (each part of a long one: text/clauses.py) is scored by what it says, and by what its
chunk and its post are about:

    0.7 · cosine of the question to the sentence and, half as much, to its neighbours
    0.15 · relevance of its chunk + 0.15 · the highest relevance of a chunk of its post
    + what the wording of the question asks for (cues.py), the newest post among it

The best sentence grows, towards the better neighbour, to an excerpt. The weights were chosen on questions to the sample
authors (docs/experiments); how a chunk's relevance is made is in retrieval.py.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from feature_store.records import Chunk
from inference_pipeline.composing.cues import NEWEST, asks_now, cue
from inference_pipeline.retrieval import Candidate
from text.clauses import clauses
from text.sentences import Sentence, ends_sentence, sentences
from text.words import count_words

COSINE, CHUNK, POST = 0.7, 0.15, 0.15
MOST_SENTENCES, MOST_WORDS = 3, 60  # of an excerpt
FEWEST_WORDS = 3  # outside code: "Right then." answers nothing, nor does a list of types
SAID_AGAIN, SAID_OFTEN = 0.15, 3  # what a paragraph loses with a sentence that stands in so many of the posts
UNENDED = 0.05  # what a heading, a list's item or a line without its end loses
ASKED = 0.05  # what a question of the author's own loses: it answers nothing
PARAGRAPH = "\n\n"
CUT_AT = " ,;:–—，、；：،؛"  # what a quotation that ends within a sentence leaves out
# Headings, what others said, code: nothing that the author says. Rows of a table say nothing without the others.
NOT_SAID = re.compile(
    r"^[ \t]*(?:>|\||#{1,6}[ \t])[^\n]*$|^[ \t]*(?P<fence>```|~~~)[^\n]*\n(?:.*?^[ \t]*(?P=fence)|.*)",
    re.MULTILINE | re.DOTALL,
)
CODE = re.compile(r"`[^`\n]+`")
ASKS = re.compile(r"[?？؟][\"”’')*_]*$")
ANNOUNCES = re.compile(r"(?:\.\.\.|…)[\"”’')*_]*$")  # before what is left out
ASIDE = "(（"  # begins what speaks of the sentence before, which is not there
MASKED = re.compile(r"\[[a-z][a-z -]* [0-9a-f]{4}\]")  # a pseudonym: no reader is helped by it
ENOUGH = 0.41  # score from which an excerpt answers a question
NEAR = 0.25  # score from which it is worth showing to somebody whose question nothing answers
WITHIN = 0.15  # of the best score: what is less to the point is left out


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Characters [start, end) of a chunk's text: whole sentences, or parts of one that is long."""

    chunk: Chunk
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        return self.chunk.text[self.start : self.end]

    @property
    def begins_inside(self) -> bool:
        """Whether its sentence began before it, in this chunk or, by its small letter, in the one before."""
        if self.start == 0:
            return self.chunk.start > 0 and self.text[0].islower()
        return all(self.start != sentence.start for sentence in sentences(self.chunk.text))

    @property
    def ends_inside(self) -> bool:
        """Whether its sentence goes on after it."""
        return all(self.end != sentence.end for sentence in sentences(self.chunk.text))


def excerpts(
    question: str,
    candidates: Sequence[Candidate],
    *,
    most: int,
    words: int = 150,
    least: float = ENOUGH,
    each: int = MOST_SENTENCES,
) -> list[Excerpt]:
    """At most `most`, of at most `each` sentences, and of `words` words together where there are several. Best post
    first, in the order of the post. Empty when none has a score of `least`."""
    ranked = _ranked(question, candidates, each)
    if not ranked or ranked[0].score < least:
        return []
    least = max(NEAR, ranked[0].score - WITHIN)
    kept: list[Excerpt] = []
    length = 0
    for excerpt in ranked:
        longer = length + count_words(excerpt.text)
        if len(kept) == most or excerpt.score < least or (kept and longer > words):
            break
        if not any(_overlap(excerpt, other) for other in kept):
            kept.append(excerpt)
            length = longer
    order = list(dict.fromkeys(excerpt.chunk.document_id for excerpt in kept))
    return sorted(kept, key=lambda e: (order.index(e.chunk.document_id), e.chunk.start + e.start))


def _ranked(question: str, candidates: Sequence[Candidate], each: int) -> list[Excerpt]:
    about: dict[str, float] = {}
    for candidate in candidates:
        document = candidate.scored.chunk.document_id
        about[document] = max(candidate.relevance, about.get(document, -1.0))
    formulas = _formulas(candidates)
    dates = sorted({candidate.scored.chunk.created_at for candidate in candidates}) if asks_now(question) else []
    gains = {date: NEWEST * place / max(1, len(dates) - 1) for place, date in enumerate(dates)}
    found = [
        excerpt
        for candidate in candidates
        for excerpt in _excerpts_of(
            question,
            candidate,
            POST * about[candidate.scored.chunk.document_id] + gains.get(candidate.scored.chunk.created_at, 0.0),
            formulas,
            each,
        )
    ]
    return sorted(found, key=lambda e: (-e.score, e.chunk.id, e.start))


def _formulas(candidates: Sequence[Candidate]) -> frozenset[str]:
    """Sentences that stand in several posts, as "Right then.": the paragraph in which a person says what they say in
    every post is about none of them."""
    posts: dict[str, set[str]] = {}
    for candidate in candidates:
        chunk = candidate.scored.chunk
        for start, end in sentences(chunk.text):
            posts.setdefault(chunk.text[start:end], set()).add(chunk.document_id)
    return frozenset(said for said, of in posts.items() if len(of) >= SAID_OFTEN)


def _excerpts_of(
    question: str, candidate: Candidate, of_post: float, formulas: frozenset[str], each: int
) -> Iterator[Excerpt]:
    """`of_post` is what each of its sentences gains from its post."""
    chunk, cosines = candidate.scored.chunk, candidate.scored.sentences
    spans = list(clauses(chunk.text))
    ends = {sentence.end for sentence in sentences(chunk.text)}
    left_out = [match.span() for match in NOT_SAID.finditer(chunk.text)]
    said_by_author = [not any(start <= span.start < end for start, end in left_out) for span in spans]
    asks = [ASKS.search(chunk.text[span.start : span.end]) is not None for span in spans]
    announces = [_announces(chunk.text, span, left_out) for span in spans]
    follows = [_follows(chunk.text, spans, place) for place in range(len(spans))]
    follows = [follow and all(said_by_author[place - 1 : place + 1]) for place, follow in enumerate(follows)]
    marked = any(ends_sentence(chunk.text[span.start : span.end]) for span in spans)  # some people use no full stops
    formal = _paragraphs_with(formulas, chunk.text, spans, follows)
    scores: list[float] = []
    for place, span in enumerate(spans):
        before = cosines[place - 1] if follows[place] else cosines[place]
        after = cosines[place + 1] if place + 1 < len(spans) and follows[place + 1] else cosines[place]
        said = chunk.text[span.start : span.end]
        scores.append(
            COSINE * (2 * cosines[place] + before + after) / 4
            + CHUNK * candidate.relevance
            + of_post
            + cue(question, said)
            - (0 if ends_sentence(said) or span.end not in ends else UNENDED)
            - (SAID_AGAIN if formal[place] else 0)
            - (ASKED if asks[place] else 0)
        )
    for place, span in enumerate(spans):
        said = CODE.sub("", chunk.text[span.start : span.end])
        if not said_by_author[place] or announces[place] or count_words(said) < FEWEST_WORDS:
            continue
        first, last = _grown(chunk.text, spans, follows, scores, place, each)
        while last > place and (asks[last] or announces[last]):  # without what comes of it
            last -= 1
        if asks[last] and last + 1 < len(spans) and follows[last + 1] and not announces[last + 1]:
            last += 1  # what the author asks, they answer
        end = spans[last].end
        excerpt = Excerpt(chunk, spans[first].start, _without_comma(chunk.text, end, ends), scores[place])
        whole = (
            end not in ends or ends_sentence(excerpt.text) or (not marked and count_words(excerpt.text) <= MOST_WORDS)
        )
        if whole and not MASKED.search(excerpt.text):  # where a chunk ends within a long sentence, half of it is said
            yield excerpt


def _without_comma(text: str, end: int, ends: Collection[int]) -> int:
    """Where what ends at `end` is quoted to, if a sentence goes on there."""
    return end if end in ends else len(text[:end].rstrip(CUT_AT))


def _announces(text: str, span: Sentence, left_out: Sequence[tuple[int, int]]) -> bool:
    """Whether it breaks off before what is not quoted: "He put it thus...", and what somebody else said."""
    if not ANNOUNCES.search(text[span.start : span.end]):
        return False
    return any(start >= span.end and not text[span.end : start].strip() for start, _ in left_out)


def _follows(text: str, spans: Sequence[Sentence], place: int) -> bool:
    """Whether a sentence of the same paragraph stands before the one at `place`."""
    return place > 0 and PARAGRAPH not in text[spans[place - 1].end : spans[place].start]


def _paragraphs_with(
    formulas: frozenset[str], text: str, spans: Sequence[Sentence], follows: Sequence[bool]
) -> list[bool]:
    """Of each sentence, whether one of its paragraph is of `formulas`."""
    paragraph: list[int] = []
    for follow in follows:
        paragraph.append(paragraph[-1] if follow else len(paragraph))
    formal = {at for at, (start, end) in zip(paragraph, spans, strict=True) if text[start:end] in formulas}
    return [at in formal for at in paragraph]


def _grown(
    text: str, spans: Sequence[Sentence], follows: Sequence[bool], scores: Sequence[float], place: int, each: int
) -> tuple[int, int]:
    """The first and the last of at most `each` sentences of the excerpt around `place`, of one paragraph."""
    first = last = place
    while last - first + 1 < each:
        wider: list[tuple[float, int, int]] = []
        if follows[first]:
            wider.append((scores[first - 1], first - 1, last))
        if last + 1 < len(spans) and follows[last + 1]:
            wider.append((scores[last + 1], first, last + 1))
        fitting = [w for w in wider if count_words(text[spans[w[1]].start : spans[w[2]].end]) <= MOST_WORDS]
        if not fitting:
            break
        _, first, last = max(fitting)
    while first < place and text[spans[first].start] in ASIDE:
        first += 1
    return first, last


def _overlap(one: Excerpt, other: Excerpt) -> bool:
    """Whether they share text, wherever the chunks that they are cut from begin."""
    if one.chunk.document_id != other.chunk.document_id:
        return False
    start, end = one.chunk.start + one.start, one.chunk.start + one.end
    return start < other.chunk.start + other.end and other.chunk.start + other.start < end
