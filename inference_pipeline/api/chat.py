"""POST /v1/chat/completions."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from configs.errors import TwinError
from inference_pipeline.answers import AnswerEvent, Finished, Question
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.completions import DONE, Completion, server_sent
from inference_pipeline.api.errors import UNEXPECTED, wire_error
from inference_pipeline.api.schemas import ChatCompletionRequest
from inference_pipeline.pipeline import AnswerPipeline

CLIENT_CLOSED_REQUEST = 499  # nobody is there to read it; it is for logs

Events = AsyncGenerator[AnswerEvent, None]
T = TypeVar("T")


class _ClientGoneError(Exception):
    pass


def chat_routes(pipeline: AnswerPipeline, admission: Admission) -> APIRouter:
    router = APIRouter()

    async def admitted(question: Question) -> Events:
        with admission.place():
            async with aclosing(pipeline.answer(question)) as events:
                async for event in events:
                    yield event

    @router.post("/v1/chat/completions")
    async def create_chat_completion(body: ChatCompletionRequest, request: Request) -> Response:
        events = admitted(body.question())
        completion = Completion(body.model)
        try:
            if not body.stream:
                finished = await _while_connected(request, _last(events))
                return JSONResponse(completion.whole(finished))
            # Whatever makes an answer impossible shows before the first event, while there is a status to say it with.
            first = await _while_connected(request, anext(events))
        except _ClientGoneError:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        include_usage = body.stream_options is not None and body.stream_options.include_usage
        return _EventStream(events, _stream(completion, _resumed(first, events), include_usage=include_usage))

    return router


class _EventStream(StreamingResponse):
    """Closes `events` whatever happens to the response: a client that leaves frees its place at once."""

    def __init__(self, events: Events, content: AsyncGenerator[str, None]) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        self._events = events
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events), aclosing(self._content):
            await super().__call__(scope, receive, send)


async def _stream(completion: Completion, events: Events, *, include_usage: bool) -> AsyncGenerator[str, None]:
    try:
        async for chunk in completion.chunks(events, include_usage=include_usage):
            yield server_sent(chunk)
    except TwinError as error:
        yield server_sent(wire_error(error).body)
        return
    except Exception:
        yield server_sent(UNEXPECTED.body)
        raise
    yield DONE


async def _resumed(first: AnswerEvent, events: Events) -> Events:
    yield first
    async for event in events:
        yield event


async def _last(events: Events) -> Finished:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event
    raise AssertionError("the pipeline's last event is Finished")


async def _while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; when the client leaves before, `work` is cancelled and _ClientGoneError raised."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _ClientGoneError
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
