"""What /openapi.json says of every route: the errors that it answers with, and an example of its success."""

from typing import Any

from pydantic import BaseModel

from inference_pipeline.api.errors import WireError

EXAMPLES = {
    400: WireError(400, "messages: Field required", param="messages", code="missing_required_parameter"),
    404: WireError(404, "'nell' has no trained version. …", param="model", code="model_not_found"),
    409: WireError(409, "a post that this feedback shows was erased. …", code="feedback_refused"),
    410: WireError(410, "v2 of maud-ferrier learnt from text that was erased since. …", code="model_erased"),
    503: WireError(503, "32 requests are under way, as many as may be. …", "server_error", code="overloaded"),
}
MEANINGS = {
    400: "The request makes no sense here: `param` says where, `message` what would.",
    404: "There is no such model.",
    409: "What was sent cannot be kept.",
    410: "The version learnt from text that was erased since.",
    503: "The queue is full, the server is draining, or the model cannot be served.",
}


class ErrorDetails(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    error: ErrorDetails


Responses = dict[int | str, dict[str, Any]]
# Of every route, also of those that declare more: what a client did wrong, and bugs.
ANY_ERROR: Responses = {
    "4XX": {"model": ErrorBody, "description": "The request is refused; the message says why."},
    500: {"model": ErrorBody, "description": "A bug. The server's log has it."},
}


def errors(*statuses: int) -> Responses:
    return {
        status: {
            "model": ErrorBody,
            "description": MEANINGS[status],
            "content": {"application/json": {"example": EXAMPLES[status].body}},
        }
        for status in statuses
    }


def success(example: dict[str, Any], *, streams: bool = False) -> Responses:
    """`streams`: with "stream": true the answer comes as server-sent events."""
    content: dict[str, Any] = {"application/json": {"example": example}}
    if streams:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {200: {"description": "Success", "content": content}}
