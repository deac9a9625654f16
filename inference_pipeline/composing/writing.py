"""Free text: several candidates at once, cut where they go wrong, and the best of them.

A text ends before its first repetition and at the end of a sentence. Sentences with a name or a number that stands
neither in the request nor in what was shown are left out, as the model can only have invented them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from inference_pipeline.composing.write_request import Length
from inference_pipeline.engines import Engine, FinishReason, GenerationRequest
from text.facts import unsupported
from text.repetition import loops, without_repeats
from text.sentences import cut_after_sentences, ends_sentence
from text.terms import languages_of, terms
from text.words import count_words

LOOKED_AT = 24  # tokens between two looks for a loop
ENOUGH_WORDS = 25  # two or three sentences


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    tokens: int  # generated, of what was cut too
    finish_reason: FinishReason


@dataclass(frozen=True, slots=True)
class Brief:
    """What a text is to be judged by."""

    request: str
    sources: tuple[str, ...]  # what the model was shown of the author's posts
    topic: str
    language: str  # ISO 639-1 of the author's text, "" when unknown
    begun: str = ""  # the text goes on from this, which is not part of it
    length: Length | None = None  # that the request names


async def write(
    engine: Engine,
    request: GenerationRequest,
    brief: Brief,
    *,
    candidates: int,
    score: Callable[[str], float],
    seeds: int,
) -> AsyncGenerator[str | Written, None]:
    """Pieces of the text, then the whole. `score` says how much a text sounds like the author.

    Of several candidates the best is shown when all are there; candidate i is sampled with the request's seed + i,
    below `seeds`. A single one is shown as it comes, a sentence at a time. Raises what the engine raises.
    """
    count = candidates if request.temperature > 0 else 1
    if count == 1:
        async with aclosing(_streamed(engine, request, brief)) as pieces:
            async for piece in pieces:
                yield piece
        return
    requests = [
        replace(request, seed=None if request.seed is None else (request.seed + place) % seeds)
        for place in range(count)
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_whole(engine, each)) for each in requests]
    raw = [task.result() for task in tasks]
    best = max(raw, key=lambda written: _rank(continued(written.text, brief), brief, score))
    # Where every sentence of every candidate has a name or number of its own, they are shown: it is free writing.
    text = continued(best.text, brief) or _within(whole_sentences(without_repeats(best.text.strip())), brief)
    for piece in cut_after_sentences(text):
        yield piece
    yield Written(text, sum(written.tokens for written in raw), best.finish_reason)


def cleaned(text: str, brief: Brief) -> str:
    """`text` without repetitions, invented sentences and a last sentence that does not end, as long as is wished."""
    kept = whole_sentences(without_repeats(text.strip()))
    supported = [
        sentence
        for sentence in cut_after_sentences(kept)
        if not unsupported(sentence, question=brief.request, sources=brief.sources, language=brief.language)
    ]
    return _within("".join(supported).strip(), brief)


def _within(text: str, brief: Brief) -> str:
    return brief.length.cut(text) if brief.length else text


def continued(text: str, brief: Brief) -> str:
    """What `cleaned` leaves of a text that goes on from `brief.begun`; with the space between the two, unless that
    ends with one."""
    begun = brief.begun.strip()
    whole = cleaned(begun + text, brief)
    if not begun or not whole.startswith(begun):
        return cleaned(text, brief)
    return whole[len(begun) :].lstrip() if brief.begun[-1].isspace() else whole[len(begun) :]


def whole_sentences(text: str) -> str:
    """`text` up to its last sentence that ends; all of it when none does."""
    pieces = cut_after_sentences(text)
    while pieces and not ends_sentence(pieces[-1]):
        pieces.pop()
    return "".join(pieces).strip() or text


def _rank(text: str, brief: Brief, score: Callable[[str], float]) -> tuple[bool, bool, bool, float]:
    """Of a text that is cleaned: whether it ends, whether it has a word of the topic, whether it is more than a line,
    how much it sounds like the author."""
    languages = languages_of(text, brief.topic)
    on_topic = not set(terms(brief.topic, languages)).isdisjoint(terms(text, languages))
    return ends_sentence(text), on_topic, count_words(text) >= ENOUGH_WORDS, score(text) if text else 0.0


async def _whole(engine: Engine, request: GenerationRequest) -> Written:
    """Ends early where it loops."""
    text, tokens, looked_at = "", 0, 0
    finish: FinishReason = "stop"
    async with aclosing(engine.generate(request)) as deltas:
        async for delta in deltas:
            text, tokens, finish = text + delta.text, delta.tokens, delta.finish_reason or "stop"
            if tokens >= looked_at + LOOKED_AT:
                looked_at = tokens
                if loops(text):
                    break
    return Written(text, tokens, finish)


async def _streamed(engine: Engine, request: GenerationRequest, brief: Brief) -> AsyncGenerator[str | Written, None]:
    """Each sentence once the next one has begun, as long as they say something new."""
    text, shown, tokens, begun = "", "", 0, brief.begun.strip()
    finish: FinishReason = "stop"
    async with aclosing(engine.generate(request)) as deltas:
        async for delta in deltas:
            text, tokens, finish = text + delta.text, delta.tokens, delta.finish_reason or "stop"
            known = cut_after_sentences((begun + text).lstrip())
            ended = delta.finish_reason or (text[-1:].isspace() and ends_sentence(text))
            whole = "".join(known if ended else known[:-1]).removeprefix(begun)
            kept = continued(whole, brief) if whole.strip() else ""
            if kept.startswith(shown) and len(kept) > len(shown):
                yield kept[len(shown) :]
                shown = kept
            if loops(text):
                break
    yield Written(shown, tokens, finish)
