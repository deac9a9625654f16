"""Questions answered in this process: one, or a file of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.progress import Progress
from configs.settings import Settings
from model_registry.base_models import BaseModelFiles
from twin import wiring

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished
    from inference_pipeline.api.batch import BatchReport
    from inference_pipeline.pipeline import AnswerPipeline


def ask(
    settings: Settings,
    author: str,
    question: str,
    *,
    version: str = "champion",
    on_text: Callable[[str], None] | None = None,
    progress: Progress,
) -> "Finished":
    """The whole answer; `on_text` is given its text as it comes. Raises what the answer pipeline raises."""
    (answer,) = ask_all(settings, author, [question], version=version, on_text=on_text, progress=progress)
    return answer


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
    progress.start("load the model", None)
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


def answer_batch(settings: Settings, source: Path, target: Path, *, parallel: int, progress: Progress) -> "BatchReport":
    """Answer a file of requests in OpenAI's batch form, and append the answers to `target`."""
    from inference_pipeline.api.batch import run_batch

    async def answer() -> "BatchReport":
        async with _answering(settings, wiring.base_model(settings)) as pipeline:
            return await run_batch(pipeline, source, target, parallel=parallel, progress=progress)

    return asyncio.run(answer())


@asynccontextmanager
async def _answering(settings: Settings, base: BaseModelFiles) -> AsyncIterator["AnswerPipeline"]:
    with wiring.answering(settings, base) as (pipeline, pool):
        try:
            yield pipeline
        finally:
            await pool.close()


def as_data(answer: "Finished") -> dict[str, Any]:
    return {
        "answer": answer.text,
        "finish_reason": answer.finish_reason,
        "way": answer.way,
        "grounded": answer.grounded,
        "citations": [asdict(citation) for citation in answer.citations],
        **asdict(answer.origin),
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "retrieval_ms": round(answer.retrieval_ms, 1),
        "generation_ms": round(answer.generation_ms, 1),
        "ai_generated": True,
    }
