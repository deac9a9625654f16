"""Retrieve → compose → (render → generate) → cite, with a model that the caller holds."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from configs.settings import ServingSettings
from feature_store.errors import UnknownFeatureVersionError
from inference_pipeline import tracing
from inference_pipeline.answers import (
    SEEDS,
    AnswerDelta,
    AnswerEvent,
    Finished,
    Origin,
    Question,
    Retrieved,
    Started,
    Way,
)
from inference_pipeline.composing.composer import Composition, ToWrite, compose
from inference_pipeline.composing.telling import Telling, Told
from inference_pipeline.composing.turns import Turn, read_turn
from inference_pipeline.composing.writing import Brief
from inference_pipeline.engine_pool import LoadedModel
from inference_pipeline.engines import GenerationRequest
from inference_pipeline.platforms import tokens_for
from inference_pipeline.retrieval import Candidate, Query, Retriever, search_query
from model_registry.base_models import BaseModelFiles
from model_registry.ports import CHAMPION
from model_registry.prompting import ChatMessage, PromptRenderer, fresh_nonce, nonce_for
from model_registry.style.scorer import STYLE_FILE, StyleScorer
from text.language import detect_language

if TYPE_CHECKING:
    from opentelemetry.trace import Span


SCORERS, RENDERERS = 8, 64  # kept in memory
SHOWN_CANDIDATES = 8  # of those that were looked at, that an answer tells of


@dataclass(frozen=True, slots=True)
class _Prepared:
    origin: Origin
    turn: Turn
    composition: Composition
    retrieved: tuple[Retrieved, ...]
    prompt: tuple[int, ...]  # token ids; of an answer that is ready, those of the conversation
    retrieval_ms: float


class Answerer:
    """Answers one question after another, for every author whose posts can be searched. Threads may share it."""

    def __init__(self, *, retriever: Retriever, base: BaseModelFiles, settings: ServingSettings) -> None:
        self._retriever = retriever
        self._base = base
        self._settings = settings
        self._secret = secrets.token_hex()
        self._scorer = lru_cache(maxsize=SCORERS)(_score_by)
        self._renderer = lru_cache(maxsize=RENDERERS)(
            lambda author_name: PromptRenderer(
                author_name, base.chat_template, base.tokenizer_json, base.special_tokens
            )
        )

    async def answer(self, question: Question, model: LoadedModel) -> AsyncGenerator[AnswerEvent, None]:
        """Started, an AnswerDelta for every piece of text, then Finished.

        Raises UnknownFeatureVersionError and PromptTooLongError before the first event, EngineUnavailableError at any
        time.
        """
        with tracing.span(f"invoke_agent {question.author}", tracing.asked(question)) as answering:
            ready = await asyncio.to_thread(self._prepare, question, model, answering)
            request = self._request(question, ready)
            began = time.perf_counter()
            asked = tracing.requested(request, self._base.name)
            with tracing.span(f"chat {self._base.name}", asked, within=answering) as generating:
                told: Told | None = None
                started = False
                async with aclosing(self._telling(question, model, ready, request).tell(ready.composition)) as said:
                    async for piece in said:
                        if not started:
                            yield Started(ready.origin, ready.composition.chunks, ready.retrieval_ms)
                            started = True
                        if isinstance(piece, Told):
                            told = piece
                        elif piece:
                            yield AnswerDelta(piece)
                assert told is not None
                answer = Finished(
                    text=told.text,
                    finish_reason=told.finish_reason,
                    prompt_tokens=len(ready.prompt),
                    completion_tokens=told.tokens,
                    citations=told.citations,
                    origin=ready.origin,
                    retrieval_ms=ready.retrieval_ms,
                    generation_ms=1000 * (time.perf_counter() - began),
                    way=told.way,
                    retrieved=ready.retrieved,
                )
                generating.set_attributes(tracing.answered(answer))
                if self._settings.trace_content:
                    generating.set_attributes(tracing.content(question, answer))
        yield answer

    def _prepare(self, question: Question, model: LoadedModel, answering: "Span") -> _Prepared:
        began = time.perf_counter()
        turn = read_turn(question.messages[-1].content, model.author_name)
        with tracing.span("retrieve", tracing.RETRIEVE, within=answering) as retrieving:
            number, composition, retrieved = self._compose(question, turn, model)
            retrieving.set_attributes(
                {
                    "llm_twin.features": number,
                    "llm_twin.passages": len(composition.chunks),
                    "llm_twin.way": composition.way,
                }
            )
        retrieval_ms = 1000 * (time.perf_counter() - began)
        with tracing.span("render", {}, within=answering):
            prompt = self._prompt(question, model, composition)
        origin = Origin(author=question.author, adapter=model.name, features=f"F{number}", base=self._base.name)
        return _Prepared(origin, turn, composition, retrieved, prompt, retrieval_ms)

    def _prompt(self, question: Question, model: LoadedModel, composition: Composition) -> tuple[int, ...]:
        renderer = self._renderer(model.author_name)
        passages = composition.passages if isinstance(composition, ToWrite) else ()
        messages = renderer.messages(question.messages, passages, nonce=self._nonce(question))
        begun = renderer.as_data(question.begun.strip()) if isinstance(composition, ToWrite) else ""
        return tuple(renderer.tokenize(renderer.text(messages) + begun))

    def _nonce(self, question: Question) -> str:
        """Fresh, or with a seed the same for the same seed while this process lives: a repeated request must see the
        same prompt, and nobody outside can know the nonce of either."""
        return fresh_nonce() if question.seed is None else nonce_for(f"{self._secret}:{question.seed}")

    def _compose(
        self, question: Question, turn: Turn, model: LoadedModel
    ) -> tuple[int, Composition, tuple[Retrieved, ...]]:
        """n of the F_n that was searched, what is to be said, and what was looked at."""
        newest = self._retriever.newest(question.author)
        pinned = None if question.reference == CHAMPION else model.features
        if pinned is None:
            return newest, *self._composition(question, turn, model, newest)
        try:
            return pinned, *self._composition(question, turn, model, pinned)
        except UnknownFeatureVersionError:
            return newest, *self._composition(question, turn, model, newest)

    def _composition(
        self, question: Question, turn: Turn, model: LoadedModel, version: int
    ) -> tuple[Composition, tuple[Retrieved, ...]]:
        looked_at: dict[str, Candidate] = {}  # by chunk

        def find(query: Query) -> list[Candidate]:
            found = self._retriever.candidates(query, author=question.author, version=version, without=question.without)
            looked_at.update({candidate.scored.chunk.id: candidate for candidate in found})
            return found

        if not question.retrieve:
            return ToWrite(Way.FREE), ()
        composition = compose(
            turn,
            query=search_query([*question.messages[:-1], ChatMessage("user", turn.text)]),
            author_name=model.author_name,
            settings=self._settings,
            find=find,
            words=question.words,
        )
        return composition, _retrieved(looked_at, {scored.chunk.id for scored in composition.chunks})

    def _telling(self, question: Question, model: LoadedModel, ready: _Prepared, request: GenerationRequest) -> Telling:
        composition, renderer = ready.composition, self._renderer(model.author_name)
        passages = composition.passages if isinstance(composition, ToWrite) else ()
        asked = "\n".join([*(message.content for message in question.messages), question.begun])
        return Telling(
            engine=model.engine,
            request=request,
            limited=question.max_new_tokens is not None,
            brief=Brief(
                request=asked,
                sources=tuple(f"{passage.title}\n{passage.text}" for passage in passages),
                topic=ready.turn.topic or ready.turn.text,
                language=detect_language(asked),
                begun=question.begun,
                length=None if question.words else ready.turn.length,
            ),
            candidates=self._settings.candidates,
            seeds=SEEDS,
            only_supported=self._settings.compose == "blend",
            score=lambda text: self._scorer(model.folder)(text) if model.folder else 0.0,
            count_tokens=lambda text: len(renderer.tokenize(text)),
        )

    def _request(self, question: Question, ready: _Prepared) -> GenerationRequest:
        settings, length = self._settings, ready.turn.length
        most = tokens_for(length.about) if length else settings.max_new_tokens
        return GenerationRequest(
            prompt=ready.prompt,
            max_new_tokens=question.max_new_tokens or min(settings.max_new_tokens, most),
            temperature=settings.temperature if question.temperature is None else question.temperature,
            top_p=settings.top_p if question.top_p is None else question.top_p,
            repetition_penalty=settings.repetition_penalty,
            stop=question.stop,
            seed=None if question.seed is None else (question.seed + question.choice) % SEEDS,
        )


def _retrieved(looked_at: Mapping[str, Candidate], used: Collection[str]) -> tuple[Retrieved, ...]:
    """What was used, and then the best of the rest."""
    ordered = sorted(looked_at.items(), key=lambda item: (item[0] not in used, -item[1].relevance))
    return tuple(
        Retrieved(
            document_id=candidate.scored.chunk.document_id,
            title=candidate.scored.chunk.title,
            date=candidate.scored.chunk.created_at[:10],
            url=candidate.scored.chunk.url,
            start=candidate.scored.chunk.start,
            end=candidate.scored.chunk.end,
            quote=candidate.nearest_sentence,
            similarity=round(candidate.scored.similarity, 3),
            words=round(candidate.shared_words, 3),
            used=name in used,
        )
        for name, candidate in ordered[: max(SHOWN_CANDIDATES, len(used))]
    )


def _score_by(folder: Path) -> Callable[[str], float]:
    """Log-odds that a text is the author's, by what the version in `folder` carries."""
    scorer = StyleScorer.load(folder / STYLE_FILE)
    return lambda text: scorer.read([text]).score("classifier")
