"""I: resolve → retrieve → compose → (render → generate) → cite.

Which posts an answer may use: a champion (and the base model) retrieves as of the author's newest published feature
version, so that a new post can be asked about, and a deleted one is gone, without training again. A pinned version
(maud@v3) retrieves as of the F it was trained on, so that its answers can be repeated; when that F is not in the index
it retrieves as of the newest, and the answer says which it was.
"""

from collections.abc import AsyncGenerator
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
    """Answers questions to every author whose models and posts it can reach."""

    def __init__(
        self, *, pool: EnginePool, index: OnlineIndex, encoder: Encoder, base: BaseModelFiles, settings: ServingSettings
    ) -> None:
        self._pool = pool
        self._retriever = Retriever(index, encoder, settings)
        self._answerer = Answerer(retriever=self._retriever, base=base, settings=settings)

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
        async with (
            self._pool.lease(question.author, question.reference) as model,
            aclosing(self._answerer.answer(question, model)) as events,
        ):
            async for event in events:
                yield event
