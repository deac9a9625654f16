"""The judges' ports to serving, over the configured engine and the online index."""

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from configs.settings import Settings
from feature_store.records import ScoredChunk
from feature_store.versions import FeatureVersion
from inference_pipeline.answerer import Answerer
from inference_pipeline.answers import Finished, Question
from inference_pipeline.citations import Citation, cite
from inference_pipeline.engine_pool import BASE, LoadedModel
from inference_pipeline.engines import (
    REFERENCE,
    REMOTE,
    Engine,
    GenerationRequest,
    LocalEngine,
    TextDelta,
    engine_module,
)
from inference_pipeline.retrieval import Retriever, as_passages
from model_registry.base_models import BaseModelFiles
from model_registry.ports import Cited, GeneratedText, Retrieved, ServedAnswer
from model_registry.prompting import ChatMessage, PromptRenderer

CONCURRENT = 8  # requests: two cores give about three times the tokens of one stream
REQUEST_TOKENS = 60  # of a request that is read out of a post
CHUNKS_PER_DOCUMENT = 8  # read of the ranking for each document wanted: a long post may fill it with its own


class EngineProbe:
    """model_registry.ports.ServingProbe over the configured serving engine, or over the reference where that is remote.

    One engine is in memory at a time.
    """

    def __init__(self, settings: Settings, base: BaseModelFiles) -> None:
        self._settings = settings
        self._base = base
        self._adapter: Path | None = None
        self._engine: LocalEngine | None = None

    @property
    def engine(self) -> str:
        engine = self._settings.serving.engine
        return REFERENCE if engine == REMOTE else engine

    def prompt_tokens(self, prompt: str) -> list[int]:
        return (self._engine or self.engine_of(None)).prompt_tokens(prompt)

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        engine = self.engine_of(adapter)
        return [engine.greedy(engine.prompt_tokens(prompt), max_tokens) for prompt in prompts]

    def generate(
        self,
        adapter: Path | None,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        temperature: float,
        top_p: float,
        seeds: Sequence[int],
    ) -> Iterator[GeneratedText]:
        engine = self.engine_of(adapter)
        requests = [
            GenerationRequest(
                prompt=tuple(engine.prompt_tokens(prompt)),
                max_new_tokens=max_tokens,
                temperature=temperature,
                top_p=top_p,
                seed=seed,
            )
            for prompt, seed in zip(prompts, seeds, strict=True)
        ]
        yield from _in_order(engine, requests)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def engine_of(self, adapter: Path | None) -> LocalEngine:
        """Loaded; the one before is closed."""
        if self._engine is None or self._adapter != adapter:
            self.close()
            settings = self._settings
            self._engine = engine_module(self.engine).load(
                self._base, adapter, settings.cache_dir, settings.training.device
            )
            self._adapter = adapter
        return self._engine


class EnginePromptMaker:
    """feature_pipeline.labels.backward_prompts.PromptMaker: the base model, as it is served."""

    def __init__(self, probe: EngineProbe, base: BaseModelFiles) -> None:
        self._probe = probe
        self._renderer = PromptRenderer("", base.chat_template, base.tokenizer_json, base.special_tokens)
        self.fingerprint = f"{probe.engine} {base.fingerprint}"

    def answer(self, prompts: Sequence[str]) -> list[str]:
        rendered = [self._renderer.text([ChatMessage("user", self._renderer.as_data(prompt))]) for prompt in prompts]
        seeds = [0] * len(prompts)  # greedy: of no effect
        return [
            written.text
            for written in self._probe.generate(
                None, rendered, max_tokens=REQUEST_TOKENS, temperature=0.0, top_p=1.0, seeds=seeds
            )
        ]


def _in_order(engine: Engine, requests: Sequence[GenerationRequest]) -> Iterator[GeneratedText]:
    """The texts in the order of the requests, CONCURRENT of them under way; an event loop of its own runs them."""
    done: queue.SimpleQueue[tuple[int, GeneratedText] | BaseException] = queue.SimpleQueue()

    async def run() -> None:
        places = asyncio.Semaphore(CONCURRENT)

        async def one(place: int, request: GenerationRequest) -> None:
            async with places:
                done.put((place, await _collect(engine.generate(request))))

        async with asyncio.TaskGroup() as group:
            for place, request in enumerate(requests):
                group.create_task(one(place, request))

    def work() -> None:
        try:
            asyncio.run(run())
        except* Exception as errors:  # noqa: BLE001  # handed to whoever waits for the texts
            done.put(errors.exceptions[0])

    threading.Thread(target=work, name="probe", daemon=True).start()
    waiting: dict[int, GeneratedText] = {}
    for place in range(len(requests)):
        while place not in waiting:
            arrived = done.get()
            if isinstance(arrived, BaseException):
                raise arrived
            waiting[arrived[0]] = arrived[1]
        yield waiting.pop(place)


async def _collect(deltas: AsyncGenerator[TextDelta, None]) -> GeneratedText:
    text, tokens, ended = "", 0, False
    async with aclosing(deltas):
        async for delta in deltas:
            text, tokens, ended = text + delta.text, delta.tokens, delta.finish_reason == "stop"
    return GeneratedText(text=text, tokens=tokens, ended=ended)


class AnswererProbe:
    """model_registry.ports.AnswerProbe: the answerer that serves, with the engine of `probe`."""

    def __init__(self, probe: EngineProbe, answerer: Answerer, features: FeatureVersion, author_name: str) -> None:
        self._probe = probe
        self._answerer = answerer
        self._features = features
        self._author_name = author_name

    def answer(
        self,
        adapter: Path | None,
        conversations: Sequence[Sequence[ChatMessage]],
        *,
        seeds: Sequence[int],
        without: Sequence[str] = (),
    ) -> Iterator[ServedAnswer]:
        author, number = self._features.author, self._features.number
        name = "adapter" if adapter else BASE
        model = LoadedModel(author, self._author_name, name, adapter, number, self._probe.engine_of(adapter))
        for place, (conversation, seed) in enumerate(zip(conversations, seeds, strict=True)):
            hidden = without[place] if without else ""
            question = Question(author, tuple(conversation), reference=f"F{number}", seed=seed, without=hidden)
            yield asyncio.run(self._one(question, model))

    async def _one(self, question: Question, model: LoadedModel) -> ServedAnswer:
        async with aclosing(self._answerer.answer(question, model)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    cited = _supporting(event.text, event.citations)
                    return ServedAnswer(event.text, event.finish_reason, str(event.way), tuple(cited))
        raise RuntimeError("an answer ended without its last event")


@dataclass(frozen=True)
class IndexProbe:
    """model_registry.ports.RetrievalProbe over the retriever that serving uses."""

    features: FeatureVersion
    retriever: Retriever
    count_tokens: Callable[[str], int]

    def documents(self, question: str, limit: int) -> list[str]:
        author, version, read = self.features.author, self.features.number, limit * CHUNKS_PER_DOCUMENT
        found = self.retriever.ranking(question, author=author, version=version, limit=read)
        return list(dict.fromkeys(scored.chunk.document_id for scored in found))[:limit]

    def retrieve(self, question: str, *, without: str = "") -> Retrieved:
        chunks = self.retriever.retrieve(
            question,
            author=self.features.author,
            version=self.features.number,
            count_tokens=self.count_tokens,
            without=without,
        )
        return Retrieved(chunks=tuple(chunks), passages=tuple(as_passages(chunks)))

    def cite(self, answer: str, question: str, chunks: Sequence[ScoredChunk]) -> list[Cited]:
        return _supporting(answer, cite(answer, chunks, question))


def _supporting(answer: str, citations: Sequence[Citation]) -> list[Cited]:
    return [
        Cited(sentence=answer[c.answer_start : c.answer_end], quote=c.quote, document_id=c.document_id)
        for c in citations
        if c.kind == "supports"
    ]
