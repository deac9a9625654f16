"""I: resolve → retrieve → render → generate → cite.

Which posts an answer may use: a champion (and the base model) retrieves as of the author's newest published feature
version, so that a new post can be asked about, and a deleted one is gone, without training again. A pinned version
(maud@v3) retrieves as of the F it was trained on, so that its answers can be repeated; when that F is not in the index
it retrieves as of the newest, and the answer says which it was.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from configs.settings import ServingSettings
from feature_store.errors import UnknownFeatureVersionError
from feature_store.ports import Encoder, FeatureReader, OnlineIndex
from feature_store.records import ScoredChunk
from inference_pipeline import tracing
from inference_pipeline.answers import SEEDS, AnswerDelta, AnswerEvent, Finished, Origin, Question, Started
from inference_pipeline.citations import cite
from inference_pipeline.engine_pool import BASE, EnginePool, LoadedModel
from inference_pipeline.engines import GenerationRequest
from inference_pipeline.metrics import measured
from inference_pipeline.post_search import PostSearch
from inference_pipeline.retrieval import Retriever, as_passages, search_query
from model_registry.base_models import BaseModelFiles
from model_registry.ports import CHAMPION
from model_registry.prompting import PromptRenderer, fresh_nonce, nonce_for

if TYPE_CHECKING:
    from opentelemetry.trace import Span


@dataclass(frozen=True, slots=True)
class _Prepared:
    origin: Origin
    chunks: tuple[ScoredChunk, ...]
    prompt: tuple[int, ...]  # token ids
    retrieval_ms: float


class AnswerPipeline:
    """Answers questions to every author whose models and posts it can reach."""

    def __init__(
        self, *, pool: EnginePool, index: OnlineIndex, encoder: Encoder, base: BaseModelFiles, settings: ServingSettings
    ) -> None:
        self._pool = pool
        self._retriever = Retriever(index, encoder, settings)
        self._base = base
        self._settings = settings
        self._secret = secrets.token_hex()
        self._renderer = lru_cache(maxsize=64)(
            lambda author_name: PromptRenderer(
                author_name, base.chat_template, base.tokenizer_json, base.special_tokens
            )
        )

    def refresh(self) -> None:
        """Let go of copies of posts that were published anew or erased since."""
        self._retriever.index.refresh()

    def post_search(self, store: FeatureReader) -> PostSearch:
        """Over the same index, which `store` says more of."""
        return PostSearch(self._retriever, store)

    @measured
    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Started, an AnswerDelta for every piece of text, then Finished. Closing it early frees the engine's place.

        Raises UnknownModelError, UnknownFeatureVersionError, PromptTooLongError and what makes a model impossible to
        load, all before the first event; EngineUnavailableError at any time.
        """
        async with self._pool.lease(question.author, question.reference) as model:
            with tracing.span(f"invoke_agent {question.author}", tracing.asked(question)) as answering:
                ready = await asyncio.to_thread(self._prepare, question, model, answering)
                request = self._request(question, ready.prompt)
                began = time.perf_counter()
                text, tokens, finish = "", 0, None
                asked = tracing.requested(request, self._base.name)
                with tracing.span(f"chat {self._base.name}", asked, within=answering) as generating:
                    async with aclosing(model.engine.generate(request)) as deltas:
                        async for delta in deltas:
                            if not tokens:
                                yield Started(ready.origin, ready.chunks, ready.retrieval_ms)
                            text, tokens, finish = text + delta.text, delta.tokens, delta.finish_reason
                            if delta.text:
                                yield AnswerDelta(delta.text)
                    assert finish is not None
                    answer = Finished(
                        text=text,
                        finish_reason=finish,
                        prompt_tokens=len(ready.prompt),
                        completion_tokens=tokens,
                        citations=tuple(cite(text, ready.chunks, question.messages[-1].content)),
                        origin=ready.origin,
                        retrieval_ms=ready.retrieval_ms,
                        generation_ms=1000 * (time.perf_counter() - began),
                    )
                    generating.set_attributes(tracing.answered(answer))
                    if self._settings.trace_content:
                        generating.set_attributes(tracing.content(question, answer))
            yield answer

    def _prepare(self, question: Question, model: LoadedModel, answering: "Span") -> _Prepared:
        began = time.perf_counter()
        with tracing.span("retrieve", tracing.RETRIEVE, within=answering) as retrieving:
            number, chunks = self._retrieve(question, model)
            retrieving.set_attributes({"llm_twin.features": number, "llm_twin.passages": len(chunks)})
        retrieval_ms = 1000 * (time.perf_counter() - began)
        with tracing.span("render", {}, within=answering):
            prompt = self._prompt(question, model, chunks)
        adapter = model.version.name if model.version else BASE
        origin = Origin(author=question.author, adapter=adapter, features=f"F{number}", base=self._base.name)
        return _Prepared(origin, tuple(chunks), prompt, retrieval_ms)

    def _prompt(self, question: Question, model: LoadedModel, chunks: list[ScoredChunk]) -> tuple[int, ...]:
        renderer = self._renderer(model.author_name)
        messages = renderer.messages(question.messages, as_passages(chunks), nonce=self._nonce(question))
        return tuple(renderer.tokenize(renderer.text(messages)))

    def _nonce(self, question: Question) -> str:
        """Fresh, or with a seed the same for the same seed while this process lives: a repeated request must see the
        same prompt, and nobody outside can know the nonce of either."""
        return fresh_nonce() if question.seed is None else nonce_for(f"{self._secret}:{question.seed}")

    def _retrieve(self, question: Question, model: LoadedModel) -> tuple[int, list[ScoredChunk]]:
        """n of the F_n that was searched, and what it found."""
        newest = self._retriever.newest(question.author)
        if model.version is None or question.reference == CHAMPION:
            return newest, self._search(question, model, newest)
        pinned = model.version.manifest.features.number
        try:
            return pinned, self._search(question, model, pinned)
        except UnknownFeatureVersionError:
            return newest, self._search(question, model, newest)

    def _search(self, question: Question, model: LoadedModel, version: int) -> list[ScoredChunk]:
        if not question.retrieve:
            return []
        renderer = self._renderer(model.author_name)
        return self._retriever.retrieve(
            search_query(question.messages),
            author=question.author,
            version=version,
            count_tokens=lambda text: len(renderer.tokenize(text)),
        )

    def _request(self, question: Question, prompt: tuple[int, ...]) -> GenerationRequest:
        settings = self._settings
        return GenerationRequest(
            prompt=prompt,
            max_new_tokens=question.max_new_tokens or settings.max_new_tokens,
            temperature=settings.temperature if question.temperature is None else question.temperature,
            top_p=settings.top_p if question.top_p is None else question.top_p,
            repetition_penalty=settings.repetition_penalty,
            stop=question.stop,
            seed=None if question.seed is None else (question.seed + question.choice) % SEEDS,
        )
