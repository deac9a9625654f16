"""Questions: one, by the server that runs over this data folder where there is one, several, or a file of them."""

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from configs.progress import Progress
from configs.settings import Settings
from inference_pipeline import running_server
from inference_pipeline.errors import ServerRefusedError
from twin import wiring

ORIGIN = ("author", "adapter", "features", "base")
NOT_DECISIVE = (
    "host",
    "port",
    "root_path",
    "refresh_seconds",
    "loaded_versions",
    "parallel",
    "max_wait_seconds",
    "trace_content",
)

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished
    from inference_pipeline.api.batch import BatchReport
    from inference_pipeline.pipeline import AnswerPipeline
    from model_registry.base_models import BaseModelFiles
    from model_registry.prompting import ChatMessage


def ask(
    settings: Settings,
    author: str,
    question: str,
    *,
    version: str = "champion",
    on_text: Callable[[str], None] | None = None,
    progress: Progress,
) -> "Finished | AskedOfServer":
    """The whole answer; `on_text` is given its text as it comes. Raises ServerRefusedError and what the answer pipeline
    raises."""
    server = running_server.find(settings.data_dir)
    if server is not None and server.settings == answer_settings(settings):
        with suppress(ServerGoneError):
            return ask_server(server, author, [{"role": "user", "content": question}], version=version, on_text=on_text)
    (answer,) = ask_all(settings, author, [question], version=version, on_text=on_text, progress=progress)
    return answer


class AskedOfServer(SimpleNamespace):
    """An answer as it came over HTTP, with the attributes of a `Finished`."""


class ServerGoneError(Exception):
    """It went away before it said anything."""


def ask_server(
    server: running_server.RunningServer,
    author: str,
    messages: Sequence[Mapping[str, str]],
    *,
    version: str = "champion",
    on_text: Callable[[str], None] | None = None,
) -> "AskedOfServer":
    """What has the attributes of a `Finished`, whose import takes as long as the answer."""
    model = author if version == "champion" else f"{author}@{version}"
    body = {
        "model": model,
        "messages": messages,
        "stream_options": {"include_usage": True},
    }
    text = ""
    last: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    try:
        for chunk in running_server.stream(server, body):
            usage = chunk.get("usage") or usage
            for choice in chunk["choices"]:
                piece = choice["delta"].get("content") or ""
                text += piece
                if piece and on_text:
                    on_text(piece)
                if choice["finish_reason"]:
                    last = {**chunk, "finish_reason": choice["finish_reason"]}
    except OSError as error:
        if not text:
            raise ServerGoneError from error
    if not last:
        raise ServerRefusedError("the server that was asked went away before its answer was whole. Ask again.", 503)
    made = last["llm_twin"]
    return AskedOfServer(
        text=text,
        finish_reason=last["finish_reason"],
        prompt_tokens=usage["prompt_tokens"],
        completion_tokens=usage["completion_tokens"],
        citations=[SimpleNamespace(**citation) for citation in last["citations"]],
        origin=SimpleNamespace(**{name: made[name] for name in ORIGIN}),
        retrieval_ms=made["retrieval_ms"],
        generation_ms=made["generation_ms"],
        way=made["way"],
        grounded=made["grounded"],
        retrieved=[SimpleNamespace(**passage) for passage in made["retrieved"]],
    )


def answer_settings(settings: Settings) -> str:
    """A digest of the settings that decide what is answered."""
    decisive = settings.model_dump(mode="json", include={"feature_store", "base_model", "serving", "remote"})
    for name in NOT_DECISIVE:
        del decisive["serving"][name]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def ask_all(
    settings: Settings,
    author: str,
    questions: Sequence[str],
    *,
    version: str = "champion",
    on_text: Callable[[str], None] | None = None,
    progress: Progress,
) -> list["Finished"]:
    """As `ask` does, one after the other, with one model in memory. No question is a follow-up of another."""
    progress.start("load what answers", None)
    encoder = wiring.question_encoder(settings, author)
    # Beside all else that is loaded. What goes wrong there goes wrong again where the question is searched for.
    threading.Thread(target=encoder.encode, args=(questions[:1],), daemon=True).start()
    base = wiring.base_model(settings)

    async def answer() -> list["Finished"]:
        from inference_pipeline.answers import AnswerDelta, Finished, Question, Started
        from model_registry.prompting import ChatMessage

        answers: list[Finished] = []
        async with _answering(settings, base) as pipeline:
            for question in questions:
                asked = Question(author, (ChatMessage("user", question),), reference=version)
                async for event in pipeline.answer(asked):
                    if isinstance(event, Started) and not answers:
                        progress.finish(base.name)
                    elif isinstance(event, AnswerDelta) and on_text:
                        on_text(event.text)
                    elif isinstance(event, Finished):
                        answers.append(event)
        return answers

    return asyncio.run(answer())


class Answering:
    """Answers one turn after another, each by the server that runs then, or else in this process, where what answers is
    loaded once. A KeyboardInterrupt stops an answer, and the next can be asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._digest = answer_settings(settings)
        self._runner = asyncio.Runner()
        self._opened: AsyncExitStack = AsyncExitStack()
        self._pipeline: AnswerPipeline | None = None

    def answer(
        self,
        author: str,
        messages: "Sequence[ChatMessage]",
        *,
        version: str = "champion",
        on_text: Callable[[str], None],
    ) -> "Finished | AskedOfServer":
        """To the last of `messages`, in the light of those before. Raises what `ask` raises."""
        server = running_server.find(self._settings.data_dir)
        if server is not None and server.settings == self._digest:
            with suppress(ServerGoneError):
                said = [{"role": message.role, "content": message.content} for message in messages]
                return ask_server(server, author, said, version=version, on_text=on_text)
        loop = self._runner.get_loop()
        task = loop.create_task(self._here(author, messages, version, on_text))
        try:
            return loop.run_until_complete(task)
        except KeyboardInterrupt:
            task.cancel()
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
            raise

    async def _here(
        self, author: str, messages: "Sequence[ChatMessage]", version: str, on_text: Callable[[str], None]
    ) -> "Finished":
        from inference_pipeline.answers import AnswerDelta, Finished, Question

        if self._pipeline is None:
            base = await asyncio.to_thread(wiring.base_model, self._settings)
            self._pipeline = await self._opened.enter_async_context(_answering(self._settings, base))
        async with aclosing(self._pipeline.answer(Question(author, tuple(messages), reference=version))) as events:
            async for event in events:
                if isinstance(event, AnswerDelta):
                    on_text(event.text)
                elif isinstance(event, Finished):
                    return event
        raise AssertionError("an answer ends with Finished")

    def close(self) -> None:
        self._runner.run(self._opened.aclose())
        self._runner.close()


def answer_batch(settings: Settings, source: Path, target: Path, *, parallel: int, progress: Progress) -> "BatchReport":
    """Answer a file of requests in OpenAI's batch form, and append the answers to `target`."""
    from inference_pipeline.api.batch import run_batch

    async def answer() -> "BatchReport":
        async with _answering(settings, wiring.base_model(settings)) as pipeline:
            return await run_batch(pipeline, source, target, parallel=parallel, progress=progress)

    return asyncio.run(answer())


@asynccontextmanager
async def _answering(settings: Settings, base: "BaseModelFiles") -> AsyncIterator["AnswerPipeline"]:
    with wiring.answering(settings, base, lazy=True) as (pipeline, pool):
        try:
            yield pipeline
        finally:
            await pool.close()


def _fields(value: Any) -> dict[str, Any]:
    return vars(value) if isinstance(value, SimpleNamespace) else asdict(value)


def as_data(answer: "Finished | AskedOfServer") -> dict[str, Any]:
    return {
        "answer": answer.text,
        "finish_reason": answer.finish_reason,
        "way": answer.way,
        "grounded": answer.grounded,
        "citations": [_fields(citation) for citation in answer.citations],
        **_fields(answer.origin),
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "retrieval_ms": round(answer.retrieval_ms, 1),
        "generation_ms": round(answer.generation_ms, 1),
        "ai_generated": True,
    }
