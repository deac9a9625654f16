"""The answers to one request, as they come: written in one form, and given up when the client leaves."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from configs.errors import TwinError
from inference_pipeline.answers import AnswerEvent, Finished
from inference_pipeline.api.answering import IndexedEvents, finished, while_connected
from inference_pipeline.api.errors import WireError, failure, wire_error


class WireForm(Protocol):
    """How answers are written for one kind of request."""

    def whole(self, answers: Sequence[Finished]) -> dict[str, Any]: ...

    def stream(self, events: IndexedEvents) -> AsyncGenerator[str, None]:
        """Server-sent events, to the last."""

    def failure(self, error: WireError) -> str:
        """The server-sent event that ends a stream which cannot go on."""


async def respond(request: Request, events: IndexedEvents, wire: WireForm, *, stream: bool) -> Response:
    """Raises ClientGoneError, and what makes an answer impossible."""
    if not stream:
        return JSONResponse(wire.whole(await while_connected(request, finished(events))))
    # Whatever makes an answer impossible shows before the first event, while there is a status to say it with.
    first = await while_connected(request, anext(events))
    return _EventStream(events, _written(wire, _resumed(first, events)))


class _EventStream(StreamingResponse):
    """Closes `events` whatever happens to the response: a client that leaves frees its place at once."""

    def __init__(self, events: IndexedEvents, content: AsyncGenerator[str, None]) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        self._events = events
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events), aclosing(self._content):
            await super().__call__(scope, receive, send)


async def _written(wire: WireForm, events: IndexedEvents) -> AsyncGenerator[str, None]:
    try:
        async for piece in wire.stream(events):
            yield piece
    except TwinError as error:
        yield wire.failure(wire_error(error))
    except Exception as error:
        yield wire.failure(failure(error))
        raise


async def _resumed(first: tuple[int, AnswerEvent], events: IndexedEvents) -> IndexedEvents:
    yield first
    async for event in events:
        yield event
