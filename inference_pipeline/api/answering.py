"""How every route gets its answers: in turn, cancelled when the client leaves, remembered for feedback."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from inference_pipeline.answers import AnswerEvent, Finished, Question
from inference_pipeline.api.admission import Admission, Work
from inference_pipeline.api.errors import ClientGoneError
from inference_pipeline.api.recent_answers import RecentAnswers
from inference_pipeline.composing.turns import Kind, read_turn
from inference_pipeline.pipeline import AnswerPipeline

TOLD_EVERY = 3.0  # seconds, to a request that waits for its turn
READ = 500  # characters of a question, to see what kind it is

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The turn of a request has not come."""

    ahead: int  # requests
    seconds: float  # expected


Events = AsyncGenerator[AnswerEvent, None]
# With the place of the answer among those asked for.
IndexedEvents = AsyncGenerator[tuple[int, AnswerEvent | Waiting], None]


@dataclass(frozen=True, slots=True)
class Answering:
    pipeline: AnswerPipeline
    admission: Admission
    recent: RecentAnswers

    async def events(self, questions: Sequence[Question], response_id: str) -> IndexedEvents:
        """An answer a question, once it is this request's turn. Feedback names a finished one by `response_id`, or by
        `response_id`-0 and so on where there are several. Raises OverloadedError and what the pipeline raises."""
        ids = [response_id] if len(questions) == 1 else [f"{response_id}-{n}" for n in range(len(questions))]
        with self.admission.enter(work_of(questions)) as ticket:
            while not await ticket.comes(within=TOLD_EVERY):
                yield 0, Waiting(ticket.ahead, ticket.seconds)
            answers = [self._answer(question, name) for question, name in zip(questions, ids, strict=True)]
            async with aclosing(interleaved(answers)) as events:
                async for event in events:
                    yield event

    async def whole(self, request: Request, question: Question, answer_id: str) -> Finished:
        """Raises ClientGoneError when nobody waits for it any more."""
        (answer,) = await while_connected(request, finished(self.events([question], answer_id)))
        return answer

    async def _answer(self, question: Question, answer_id: str) -> Events:
        async with aclosing(self.pipeline.answer(question)) as events:
            async for event in self.recent.following(answer_id, question, events):
                yield event


def work_of(questions: Sequence[Question]) -> Work:
    """Most questions are answered by quoting, in a twentieth of a second; a text that is written takes many."""
    question = questions[0]
    asked = read_turn(question.messages[-1].content[:READ], "").kind
    kind = asked if question.retrieve else Kind.REWRITE
    return Work(kind, sum(len(message.content) for message in question.messages), len(questions))


async def interleaved(answers: Sequence[Events]) -> IndexedEvents:
    """The events of several answers as they come. Closes all of them when it is closed, or when one of them fails."""
    coming = {asyncio.ensure_future(anext(events)): index for index, events in enumerate(answers)}
    try:
        while coming:
            done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=coming.__getitem__):
                index = coming.pop(task)
                try:
                    event = task.result()
                except StopAsyncIteration:
                    continue
                yield index, event
                coming[asyncio.ensure_future(anext(answers[index]))] = index
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for events in answers:
            await events.aclose()


async def finished(events: IndexedEvents) -> list[Finished]:
    """Every answer, whole, in the order in which they were asked for."""
    async with aclosing(events):
        answers = {index: event async for index, event in events if isinstance(event, Finished)}
    return [answers[index] for index in sorted(answers)]


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
