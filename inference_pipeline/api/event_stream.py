"""The answers to one request, as they come: written in one form, and given up when the client leaves."""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from configs.errors import TwinError
from inference_pipeline.answers import AnswerEvent, Finished
from inference_pipeline.api.answering import IndexedEvents, Waiting, finished, while_connected
from inference_pipeline.api.errors import WireError, failure, wire_error

QUIET_SECONDS = 4.0  # after which a comment says that the answer is still coming
# nginx holds back what it passes on until it is told not to.
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

Coming = asyncio.Future[tuple[int, AnswerEvent | Waiting]]


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
    # What makes an answer impossible mostly shows before the first event, while there is a status to say it with.
    first = asyncio.ensure_future(anext(events))
    try:
        await while_connected(request, asyncio.wait({first}, timeout=QUIET_SECONDS))
        if first.done():
            first.result()
    except BaseException:
        await _given_up(first)
        await events.aclose()
        raise
    return _EventStream(events, first, _written(wire, first, events))


class _EventStream(StreamingResponse):
    """Closes `events` whatever happens to the response: a client that leaves frees its place at once."""

    def __init__(self, events: IndexedEvents, first: Coming, content: AsyncGenerator[str, None]) -> None:
        super().__init__(content, media_type="text/event-stream", headers=HEADERS)
        self._events = events
        self._first = first
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with aclosing(self._content):
                await super().__call__(scope, receive, send)
        finally:
            await _given_up(self._first)
            await self._events.aclose()


async def _written(wire: WireForm, first: Coming, events: IndexedEvents) -> AsyncGenerator[str, None]:
    """With comments, which clients pass over, until there is something to tell."""
    coming = first
    try:
        while not coming.done() or isinstance(coming.result()[1], Waiting):
            if coming.done():
                yield _comment(coming.result()[1])
                coming = asyncio.ensure_future(anext(events))
            elif not (await asyncio.wait({coming}, timeout=QUIET_SECONDS))[0]:
                yield _comment(None)
        async for piece in wire.stream(_resumed(coming.result(), events)):
            yield piece
    except TwinError as error:
        yield wire.failure(wire_error(error))
    except Exception as error:
        yield wire.failure(failure(error))
        raise
    finally:
        await _given_up(coming)


def _comment(event: AnswerEvent | Waiting | None) -> str:
    if isinstance(event, Waiting):
        return f": {event.ahead} requests are answered before this one, in about {math.ceil(event.seconds)} s\n\n"
    return ": the answer is being made\n\n"


async def _given_up(coming: Coming) -> None:
    """So that the generator which it is of can be closed."""
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)


async def _resumed(first: tuple[int, AnswerEvent | Waiting], events: IndexedEvents) -> IndexedEvents:
    yield first
    async for event in events:
        yield event
