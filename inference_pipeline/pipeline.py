"""I: resolve → retrieve → compose → (render → generate) → cite.

Which posts an answer may use: a champion (and the base model) retrieves as of the author's newest published feature
version, so that a new post can be asked about, and a deleted one is gone, without training again. A pinned version
(maud@v3) retrieves as of the F it was trained on, so that its answers can be repeated; when that F is not in the index
it retrieves as of the newest, and the answer says which it was.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from configs.settings import ServingSettings
from feature_store.ports import Encoder, FeatureReader, OnlineIndex
from inference_pipeline.answerer import Answerer
from inference_pipeline.answers import AnswerEvent, Question
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.metrics import measured
from inference_pipeline.post_search import PostSearch
from inference_pipeline.retrieval import Retriever
from model_registry.base_models import BaseModelFiles


class AnswerPipeline:
    """Answers questions to every author whose models and posts it can reach. `encoder_of` gives an author's encoder."""

    def __init__(
        self,
        *,
        pool: EnginePool,
        index: OnlineIndex,
        encoder_of: Callable[[str], Encoder],
        base: BaseModelFiles,
        settings: ServingSettings,
    ) -> None:
        self._pool = pool
        self._index = index
        self._encoder_of = encoder_of
        self._base = base
        self._settings = settings
        self._answerers: dict[str, Answerer] = {}  # by the encoder's fingerprint

    def refresh(self) -> None:
        """Let go of copies of posts that were published anew or erased since."""
        self._index.refresh()

    def post_search(self, store: FeatureReader) -> PostSearch:
        """Over the same index, which `store` says more of."""
        return PostSearch(self._retriever, store)

    @measured
    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Started, an AnswerDelta for every piece of text, then Finished. Closing it early frees the engine's place.

        Raises UnknownModelError, UnknownFeatureVersionError, PromptTooLongError and what makes a model impossible to
        load, all before the first event; EngineUnavailableError at any time.
        """
        async with (
            self._pool.lease(question.author, question.reference) as model,
            aclosing((await asyncio.to_thread(self._answerer, question.author)).answer(question, model)) as events,
        ):
            async for event in events:
                yield event

    def _retriever(self, author: str) -> Retriever:
        return Retriever(self._index, self._encoder_of(author), self._settings)

    def _answerer(self, author: str) -> Answerer:
        retriever = self._retriever(author)
        key = retriever.encoder.fingerprint
        if key not in self._answerers:
            self._answerers[key] = Answerer(retriever=retriever, base=self._base, settings=self._settings)
        return self._answerers[key]
