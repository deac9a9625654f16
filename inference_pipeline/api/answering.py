"""How every route gets its answers: admitted, let go of when the client leaves, and remembered for feedback."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from inference_pipeline.answers import AnswerEvent, Finished, Question
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.errors import ClientGoneError
from inference_pipeline.api.recent_answers import RecentAnswers
from inference_pipeline.pipeline import AnswerPipeline

Events = AsyncGenerator[AnswerEvent, None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answering:
    pipeline: AnswerPipeline
    admission: Admission
    recent: RecentAnswers

    async def events(self, question: Question, answer_id: str) -> Events:
        """An answer, which feedback may name by `answer_id` once it is finished. Raises OverloadedError and what the
        pipeline raises."""
        with self.admission.place():
            async with aclosing(self.pipeline.answer(question)) as events:
                async for event in self.recent.following(answer_id, question, events):
                    yield event

    def several(self, questions: Sequence[Question], response_id: str) -> list[Events]:
        """An answer a question; of more than one, feedback names the first as `response_id`-0."""
        if len(questions) == 1:
            return [self.events(questions[0], response_id)]
        return [self.events(question, f"{response_id}-{index}") for index, question in enumerate(questions)]

    async def whole(self, request: Request, question: Question, answer_id: str) -> Finished:
        """Raises ClientGoneError when nobody waits for it any more."""
        return await while_connected(request, last(self.events(question, answer_id)))


async def last(events: Events) -> Finished:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event
    raise AssertionError("the pipeline's last event is Finished")


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; when the client leaves before, `work` is cancelled and ClientGoneError raised."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGoneError
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
