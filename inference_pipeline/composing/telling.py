"""What a client receives of an answer: its pieces, then the whole with its citations."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from inference_pipeline.answers import Way
from inference_pipeline.citations import Citation, cite
from inference_pipeline.composing.composer import Composed, Composition, ToWrite
from inference_pipeline.composing.writing import Brief, Written, write
from inference_pipeline.engines import Engine, FinishReason, GenerationRequest
from text.sentences import cut_after_sentences

PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Told:
    text: str
    tokens: int
    finish_reason: FinishReason
    way: Way
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """How the answers of one request are told."""

    engine: Engine
    request: GenerationRequest
    limited: bool  # whether max_new_tokens is the client's; the server's own limit cuts no answer that is ready
    brief: Brief
    candidates: int
    seeds: int
    only_supported: bool  # whether every sentence must rest on a passage
    score: Callable[[str], float]
    count_tokens: Callable[[str], int]

    async def tell(self, composition: Composition) -> AsyncGenerator[str | Told, None]:
        """Raises what the engine raises."""
        if isinstance(composition, ToWrite):
            async with aclosing(self._written(composition)) as pieces:
                async for piece in pieces:
                    yield piece
        else:
            for piece in self._ready(composition):
                yield piece

    def _ready(self, composed: Composed) -> Sequence[str | Told]:
        composed = _after(composed, self.brief.begun)
        text = before_stop(composed.text, self.request.stop)
        if self.brief.length:
            text = self.brief.length.cut(text)
        finish: FinishReason = "stop"
        if self.limited and self.count_tokens(text) > self.request.max_new_tokens:
            text, finish = shortened(text, self.request.max_new_tokens, self.count_tokens), "length"
        citations = tuple(
            _shown(citation, len(text)) for citation in composed.citations if citation.answer_start < len(text)
        )
        told = Told(text, self.count_tokens(text), finish, composed.way, citations)
        return [*cut_after_sentences(text), told]

    async def _written(self, task: ToWrite) -> AsyncGenerator[str | Told, None]:
        """What must rest on posts is held until it is known to; all else is sent as it comes."""
        holds = self.only_supported and task.instead is not None
        held: list[str] = []
        written = Written("", 0, "stop")
        writing = write(
            self.engine, self.request, self.brief, candidates=self.candidates, score=self.score, seeds=self.seeds
        )
        async with aclosing(writing) as pieces:
            async for piece in pieces:
                if isinstance(piece, Written):
                    written = piece
                elif holds:
                    held.append(piece)
                else:
                    yield piece
        citations = tuple(cite(written.text, task.chunks, self.brief.request))
        if task.instead is not None and not (written.text and (not holds or _is_supported(written.text, citations))):
            for said in self._ready(task.instead):
                yield said
            return
        for sentence in held:
            yield sentence
        text = written.text
        if task.note:
            note = PARAGRAPH + task.note if text else task.note
            text += note
            yield note
        finish = written.finish_reason if self.limited else "stop"
        yield Told(text, written.tokens, finish, task.way, citations)


def _after(composed: Composed, begun: str) -> Composed:
    """What is left to say of it where `begun` is its beginning; else, and where nothing is left, all of it."""
    rest = composed.text.removeprefix(begun.strip()) if begun.strip() else composed.text
    said = len(composed.text) - len(rest)
    if not said or not rest.strip():
        return composed
    citations = []
    for citation in composed.citations:
        if citation.answer_end > said:
            cut = max(0, said - citation.answer_start)
            citations.append(
                replace(
                    citation,
                    quote=citation.quote[cut:],
                    start=citation.start + cut,
                    answer_start=citation.answer_start + cut - said,
                    answer_end=citation.answer_end - said,
                )
            )
    return replace(composed, text=rest, citations=tuple(citations))


def _shown(citation: Citation, length: int) -> Citation:
    """Of what is quoted, the part that stands in the first `length` characters of the answer."""
    cut = max(0, citation.answer_end - length)
    quote = citation.quote[: len(citation.quote) - cut]
    return replace(citation, quote=quote, end=citation.end - cut, answer_end=citation.answer_end - cut)


def _is_supported(text: str, citations: Sequence[Citation]) -> bool:
    """Whether every sentence rests on a passage."""
    return sum(citation.kind == "supports" for citation in citations) >= len(cut_after_sentences(text))


def before_stop(text: str, stop: Sequence[str]) -> str:
    """`text` up to the first of the stop strings."""
    return text[: min((place for each in stop if each and (place := text.find(each)) >= 0), default=len(text))]


def shortened(text: str, most: int, count_tokens: Callable[[str], int]) -> str:
    """The longest beginning of `text` of at most `most` tokens: of whole sentences where one fits, else of words."""
    for pieces in (cut_after_sentences(text), [word + " " for word in text.split(" ")]):
        kept = ""
        for piece in pieces:
            if count_tokens((kept + piece).rstrip()) > most:
                break
            kept += piece
        if kept.strip():
            return kept.rstrip()
    return ""
