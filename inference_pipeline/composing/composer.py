"""Which way a turn is answered, and what is said without generating."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from configs.settings import ServingSettings
from feature_store.records import Passage, ScoredChunk
from inference_pipeline.answers import Way
from inference_pipeline.citations import Citation
from inference_pipeline.composing import quoting
from inference_pipeline.composing.cues import introduction
from inference_pipeline.composing.evidence import ENOUGH, MOST_SENTENCES, NEAR, Excerpt, excerpts
from inference_pipeline.composing.replies import replies
from inference_pipeline.composing.turns import Kind, Turn
from inference_pipeline.composing.write_request import SENTENCE_WORDS, Length
from inference_pipeline.retrieval import Candidate, Query
from text.facts import names, unsupported
from text.language import detect_language

QUOTED_EXCERPTS = 4
JOINED_EXCERPTS = 8
JOINED_WORDS = 150  # of a post that is joined from others, unless the request says otherwise
NEAREST_EXCERPTS = 2
TITLES = 6  # where it is asked what the posts are about
ANYTHING = re.compile("")
ALIKE = 0.8  # of two spellings of a name, as difflib measures it: Brandeth and Brandreth, but not Paris and Boris
# What a sentence begins with that speaks of what stands before it in its post.
LEANING = re.compile(r"(?:it|its|it['’]s|this|that|these|those|they|their|he|his|him|she|her)\b", re.IGNORECASE)
SURE = 0.55  # score from which what names only strangers is answered too: "Is it OK to …?"


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer that is ready."""

    way: Way
    text: str
    citations: tuple[Citation, ...] = ()
    chunks: tuple[ScoredChunk, ...] = ()  # that it is made of


@dataclass(frozen=True, slots=True)
class ToWrite:
    """What a model is to write from."""

    way: Way
    passages: tuple[Passage, ...] = ()
    chunks: tuple[ScoredChunk, ...] = ()
    instead: Composed | None = None  # what is said when nothing that was written is fit to be shown
    note: str = ""  # below the text


Composition = Composed | ToWrite


def compose(
    turn: Turn,
    *,
    query: Query,
    author_name: str,
    settings: ServingSettings,
    find: Callable[[Query], Sequence[Candidate]],
    words: int | None = None,
) -> Composition:
    """`query` is what is searched for to answer a question, `find` searches; `words` is how long a text is wanted."""
    match turn.kind:
        case Kind.ITSELF:
            return Composed(Way.ITSELF, replies(turn.text).itself.format(name=author_name))
        case Kind.TOPICS:
            return _topics(turn, author_name, find)
        case Kind.GREETING:
            return Composed(Way.ITSELF, replies(turn.text).greeting.format(name=author_name))
        case Kind.THANKS:
            return Composed(Way.ITSELF, replies(turn.text).thanks)
        case Kind.REWRITE:
            return ToWrite(Way.FREE)
        case Kind.WRITE:
            return _post(turn, find, settings, words)
        case Kind.QUESTION:
            return _answer(turn, query, author_name, find, settings)


def _topics(turn: Turn, author_name: str, find: Callable[[Query], Sequence[Candidate]]) -> Composed:
    """Titles of posts, from the oldest to the newest, as far apart as they can be; where none has a title, who it is
    that answers."""
    titled: dict[str, ScoredChunk] = {}  # the first of each title
    for candidate in find(Query(turn.text, telling=ANYTHING)):
        if candidate.scored.chunk.title:
            titled.setdefault(candidate.scored.chunk.title, candidate.scored)
    if not titled:
        return Composed(Way.ITSELF, replies(turn.text).itself.format(name=author_name))
    posts = sorted(titled.values(), key=lambda scored: (scored.chunk.created_at, scored.chunk.document_id))
    shown = (
        [posts[place * (len(posts) - 1) // (TITLES - 1)] for place in range(TITLES)] if len(posts) > TITLES else posts
    )
    lines = [f"- “{post.chunk.title}”{f' ({date})' if (date := post.chunk.created_at[:10]) else ''}" for post in shown]
    text = "\n".join([replies(turn.text).topics.format(name=author_name), "", *lines])
    return Composed(Way.ITSELF, text, chunks=tuple(shown))


def _answer(
    turn: Turn,
    query: Query,
    author_name: str,
    find: Callable[[Query], Sequence[Candidate]],
    settings: ServingSettings,
) -> Composition:
    telling = introduction(query.asked)
    candidates = find(replace(query, telling=telling))
    named, strangers = _named(query.asked, author_name, candidates)
    least = SURE if named and named == strangers else ENOUGH
    each = _sentences_each(turn.length)
    found = excerpts(query.asked, candidates, most=QUOTED_EXCERPTS, least=least, each=each)
    if not found:
        return _unanswered(turn, query, candidates, about_strangers=bool(strangers))
    if turn.length:  # what can stand alone and says most is not to be cut off
        found = sorted(found, key=lambda e: (LEANING.match(e.text) is not None, -e.score))
    else:
        found = _best_first(found, telling)
    text, citations = quoting.quoted(found)
    chunks = _chunks(found, candidates)
    composed = Composed(Way.QUOTED, text, citations, chunks)
    if settings.compose == "quote":
        return composed
    return ToWrite(Way.WRITTEN, _passages(found), chunks, instead=composed)


def _unanswered(turn: Turn, query: Query, candidates: Sequence[Candidate], *, about_strangers: bool) -> Composed:
    """That nothing was written about it. What is near is shown as no more than that: a question in other words than the
    post's is as far from its answer as from what does not answer it. Nothing is near to one about a name that no post
    has."""
    said = replies(turn.text)
    near = [] if about_strangers else excerpts(query.asked, candidates, most=NEAREST_EXCERPTS, least=NEAR)
    if not near:
        return Composed(Way.NOTHING, said.nothing)
    text, citations = quoting.quoted(near, after=said.nearest)
    return Composed(Way.NEAREST, text, citations, _chunks(near, candidates))


def _named(question: str, author_name: str, candidates: Sequence[Candidate]) -> tuple[set[str], set[str]]:
    """Whom and what `question` names, and those of them that are not the author and that no candidate has, nor a name
    that is spelt much alike."""
    chunks = [candidate.scored.chunk for candidate in candidates]
    language = detect_language(question) or (chunks[0].language if chunks else "")
    written = "\n".join(f"{chunk.title}\n{chunk.text}" for chunk in chunks)
    named = names(question, language)
    missing = named & unsupported(question, question="", sources=[written, author_name], language=language)
    known = names(written, language) if missing else set()
    return named, {name for name in missing if not get_close_matches(name, known, n=1, cutoff=ALIKE)}


def _post(
    turn: Turn, find: Callable[[Query], Sequence[Candidate]], settings: ServingSettings, words: int | None
) -> Composition:
    """A program that says how long a text is to be is told by the way that it was written freely."""
    candidates = find(Query(turn.topic))
    wanted = words or (turn.length.about if turn.length else JOINED_WORDS)
    each = _sentences_each(turn.length)
    most = 0 if turn.addressed else JOINED_EXCERPTS
    found = _standing(excerpts(turn.topic, candidates, most=most, words=2 * wanted, each=each))
    if not found:
        return ToWrite(Way.FREE, note="" if words else replies(turn.text).free)
    chunks = _chunks(found, candidates)
    if settings.compose == "quote":
        text, citations = quoting.joined(found, words=wanted)
        return Composed(Way.JOINED, text, citations, chunks)
    return ToWrite(Way.WRITTEN, _passages(found), chunks)


def _sentences_each(length: Length | None) -> int:
    """Of an excerpt of a text that is to be no longer than `length`."""
    return min(MOST_SENTENCES, length.sentences or max(1, length.words // SENTENCE_WORDS)) if length else MOST_SENTENCES


def _best_first(found: Sequence[Excerpt], telling: re.Pattern[str] | None) -> list[Excerpt]:
    """What says most before the others, if it can stand alone: whoever reads one paragraph has read that. What tells
    the very thing that is asked for, before what scores higher for what stands around it."""
    best = max(found, key=lambda e: (telling is not None and telling.search(e.text) is not None, e.score))
    if LEANING.match(best.text):
        return list(found)
    return [best, *(excerpt for excerpt in found if excerpt is not best)]


def _standing(found: Sequence[Excerpt]) -> list[Excerpt]:
    """Those that can stand without what was said before them; where none can, all."""
    return [excerpt for excerpt in found if not LEANING.match(excerpt.text)] or list(found)


def _chunks(found: Sequence[Excerpt], candidates: Sequence[Candidate]) -> tuple[ScoredChunk, ...]:
    """Those that the excerpts are of, in their order."""
    scored = {candidate.scored.chunk.id: candidate.scored for candidate in candidates}
    return tuple(scored[name] for name in dict.fromkeys(excerpt.chunk.id for excerpt in found))


def _passages(found: Sequence[Excerpt]) -> tuple[Passage, ...]:
    return tuple(Passage(title=e.chunk.title, created_at=e.chunk.created_at, text=e.text) for e in found)
