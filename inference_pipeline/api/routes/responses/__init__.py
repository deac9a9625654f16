"""POST /v1/responses: the same in OpenAI's newer form, without its memory: `store` is ignored, and
`previous_response_id`, `conversation` and `background` are refused. Send the earlier turns as `input`.
"""

import json
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response

from inference_pipeline.answers import AnswerDelta, Finished, Started
from inference_pipeline.api.access import require_author
from inference_pipeline.api.answering import IndexedEvents
from inference_pipeline.api.completions import extras, url_citations
from inference_pipeline.api.errors import WireError
from inference_pipeline.api.event_stream import respond
from inference_pipeline.api.examples import ANSWER, MADE_AT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.routes.responses.request import EXAMPLE_REQUEST, ResponseRequest, fresh_id
from inference_pipeline.api.services import Services

PLACE = {"output_index": 0, "content_index": 0}  # an answer is one message of one part


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/responses", responses=success(_example(), streams=True) | errors(400, 404, 410, 503))
    async def create_response(body: ResponseRequest, request: Request) -> Response:
        question = body.question()
        require_author(request, question.author)
        writer = _Writer(body)
        events = services.answering.events([question], writer.id)
        return await respond(request, events, writer, stream=bool(body.stream))

    return router


@dataclass(slots=True)
class _Writer:
    """Writes one response; its events are numbered from 0."""

    body: ResponseRequest
    id: str = field(default_factory=lambda: fresh_id("resp"))
    message_id: str = field(default_factory=lambda: fresh_id("msg"))
    created_at: int = field(default_factory=lambda: int(time.time()))
    written: int = 0  # events so far

    def whole(self, answers: Sequence[Finished]) -> dict[str, Any]:
        (answer,) = answers
        cut = answer.finish_reason == "length"
        return self._response(
            "incomplete" if cut else "completed",
            output=[self._message(answer)],
            incomplete_details={"reason": "max_output_tokens"} if cut else None,
            completed_at=None if cut else int(time.time()),
            usage={
                "input_tokens": answer.prompt_tokens,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": answer.completion_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": answer.prompt_tokens + answer.completion_tokens,
            },
            **extras(answer),
        )

    async def stream(self, events: IndexedEvents) -> AsyncGenerator[str, None]:
        async for _, event in events:
            match event:
                case Started():
                    for piece in self._opening():
                        yield piece
                case AnswerDelta(text):
                    yield self._event("response.output_text.delta", **self._place(), delta=text, logprobs=[])
                case Finished():
                    for piece in self._closing(event):
                        yield piece

    def failure(self, error: WireError) -> str:
        details = {"code": "server_error", "message": error.message}
        return self._event("response.failed", response=self._response("failed", error=details))

    def _opening(self) -> Iterator[str]:
        unfinished = {**self._message(None), "status": "in_progress", "content": []}
        yield self._event("response.created", response=self._response("in_progress"))
        yield self._event("response.in_progress", response=self._response("in_progress"))
        yield self._event("response.output_item.added", output_index=0, item=unfinished)
        yield self._event("response.content_part.added", **self._place(), part=_part(None))

    def _closing(self, answer: Finished) -> Iterator[str]:
        part = _part(answer)
        for index, annotation in enumerate(part["annotations"]):
            name = "response.output_text.annotation.added"
            yield self._event(name, **self._place(), annotation_index=index, annotation=annotation)
        yield self._event("response.output_text.done", **self._place(), text=answer.text, logprobs=[])
        yield self._event("response.content_part.done", **self._place(), part=part)
        yield self._event("response.output_item.done", output_index=0, item=self._message(answer))
        response = self.whole([answer])
        yield self._event(f"response.{response['status']}", response=response)

    def _event(self, kind: str, **values: Any) -> str:
        event = {"type": kind, "sequence_number": self.written, **values}
        self.written += 1
        return f"event: {kind}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.message_id, **PLACE}

    def _message(self, answer: Finished | None) -> dict[str, Any]:
        status = "incomplete" if answer and answer.finish_reason == "length" else "completed"
        content = [_part(answer)]
        return {"id": self.message_id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _response(self, status: str, **values: Any) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "completed_at": None,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": self.body.instructions,
            "max_output_tokens": self.body.max_output_tokens,
            "model": self.body.model,
            "output": [],
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "background": False,
            "store": False,
            "temperature": self.body.temperature,
            "top_p": self.body.top_p,
            "text": {"format": {"type": "text"}},
            "tool_choice": "none",
            "tools": [],
            "truncation": "disabled",
            "metadata": self.body.metadata or {},
            "usage": None,
            **values,
        }


def _part(answer: Finished | None) -> dict[str, Any]:
    """The text of a message; empty before there is one."""
    annotations = [{"type": "url_citation", **one} for one in url_citations(answer)] if answer else []
    return {
        "type": "output_text",
        "text": answer.text if answer else "",
        "annotations": annotations,
        "logprobs": [],
    }


def _example() -> dict[str, Any]:
    request = ResponseRequest.model_validate(EXAMPLE_REQUEST)
    writer = _Writer(request, id="resp_5e0f", message_id="msg_91c2", created_at=MADE_AT)
    return writer.whole([ANSWER]) | {"completed_at": MADE_AT + 1}
