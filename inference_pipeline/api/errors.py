"""Every error in OpenAI's form: {"error": {"message", "type", "param", "code"}}.

What the client can mend is said to the client. What only the operator can mend (a corrupt file, a registry that does
not answer) and bugs go to the log, and the client learns no more than that.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from configs.errors import DiskFullError, TwinError
from configs.memory import ran_out
from feature_store.errors import UnknownAuthorError, UnknownFeatureVersionError
from inference_pipeline import metrics
from inference_pipeline.errors import (
    AnswerNotFoundError,
    InvalidRequestError,
    KeyNameError,
    KeysUnusableError,
    OutOfMemoryError,
    OverloadedError,
    PostNotFoundError,
    PromptTooLongError,
    RateLimitedError,
    RestrictedError,
    UnknownJobError,
    UnknownKeyError,
    UnknownPostError,
    UploadRefusedError,
)
from model_registry.errors import FeedbackRefusedError, PromotionRefusedError, TaintedModelError, UnknownModelError

MOST_SHOWN = 2000  # characters of a message
CLIENT_CLOSED_REQUEST = 499  # nobody is there to read it; it is for logs
CODES = {  # what pydantic calls it → what OpenAI calls it; anything else is an invalid_value
    "missing": "missing_required_parameter",
    "unsupported_parameter": "unsupported_parameter",
    "invalid_type": "invalid_type",
    "string_type": "invalid_type",
    "list_type": "invalid_type",
    "dict_type": "invalid_type",
    "int_type": "invalid_type",
    "float_type": "invalid_type",
    "bool_type": "invalid_type",
    "model_attributes_type": "invalid_type",
}

logger = logging.getLogger(__name__)


class ClientGoneError(Exception):
    """The client left before its answer was there."""


@dataclass(frozen=True, slots=True)
class WireError:
    status: int
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        error = {"message": _shown(self.message), "type": self.type, "param": self.param, "code": self.code}
        return {"error": error}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status, self.headers)


UNEXPECTED = WireError(500, "something went wrong here. The server's log says what.", "server_error", code="internal")
NO_MEMORY = WireError(
    503,
    "there is too little memory on the server to load or to run the model. Try again later. Its operator can keep "
    "fewer versions loaded (serving.loaded_versions) or answer less at once (serving.parallel).",
    "server_error",
    code="insufficient_memory",
    headers={"x-should-retry": "false"},
)
UNAVAILABLE = WireError(
    503,
    "the model cannot be served at the moment. The server's log says why.",
    "server_error",
    code="model_unavailable",
    headers={"x-should-retry": "false"},
)


NO_KEYS = WireError(
    503,
    "this server cannot read its keys, so that nobody gets in by one. Its operator finds the way out in the log.",
    "server_error",
    code="keys_unusable",
    headers={"x-should-retry": "false"},
)
DISK_FULL = WireError(
    503,
    "nothing can be kept here, as the disk is full. Its operator must free some space.",
    "server_error",
    code="disk_full",
    headers={"x-should-retry": "false"},
)


# Messages about an unknown model name the models there are. Whoever may not use all of them gets this one, the same for
# an author who does not exist and for one who belongs to somebody else.
NO_SUCH_MODEL = WireError(
    404, "there is no such model. GET /v1/models lists what may be asked.", param="model", code="model_not_found"
)


def wire_error(error: TwinError) -> WireError:
    match error:
        case UnknownModelError() | UnknownAuthorError():
            return WireError(404, str(error), param="model", code="model_not_found")
        case TaintedModelError():
            return WireError(410, str(error), param="model", code="model_erased")
        case UnknownFeatureVersionError():
            return WireError(404, str(error), param="model", code="features_not_found")
        case InvalidRequestError():
            return WireError(400, str(error), param=error.param, code=error.code)
        case AnswerNotFoundError():
            return WireError(404, str(error), param="answer_id", code="answer_not_found")
        case PostNotFoundError():
            return WireError(404, str(error), param="post", code="post_not_found")
        case FeedbackRefusedError():
            return WireError(409, str(error), code="feedback_refused", headers={"x-should-retry": "false"})
        case PromptTooLongError():
            return WireError(400, str(error), param="messages", code="context_length_exceeded")
        case OverloadedError():
            retry = {"Retry-After": str(error.retry_after)}
            return WireError(503, str(error), "server_error", code="overloaded", headers=retry)
        case RateLimitedError():
            wait = {"Retry-After": str(error.retry_after)}
            return WireError(429, str(error), "rate_limit_error", code="rate_limit_exceeded", headers=wait)
        case OutOfMemoryError():
            logger.warning("a request failed: %s", error)
            return NO_MEMORY
        case PromotionRefusedError():
            return WireError(409, str(error), code="promotion_refused")
        case KeyNameError():
            return WireError(400, str(error), param="name", code="invalid_key_name")
        case UnknownJobError():
            return WireError(404, str(error), param="id", code="job_not_found")
        case UnknownPostError():
            return WireError(404, str(error), param="post", code="post_not_found")
        case UploadRefusedError():
            status = 413 if error.too_large else 400
            return WireError(status, str(error), param="path", code="upload_refused", headers={"Connection": "close"})
        case RestrictedError():
            return WireError(403, str(error), "permission_error", code="restricted")
        case UnknownKeyError():
            return WireError(404, str(error), param="name", code="key_not_found")
        case KeysUnusableError():
            logger.warning("a request failed: %s", error)
            return NO_KEYS
        case DiskFullError():
            logger.warning("a request failed: %s", error)
            return DISK_FULL
        case _:
            logger.warning("a request failed: %s", error)
            return UNAVAILABLE


def failure(error: Exception) -> WireError:
    """Of what is no TwinError."""
    return NO_MEMORY if ran_out(error) else UNEXPECTED


def invalid_request(problem: Mapping[str, Any]) -> WireError:
    """`problem`: the first of pydantic's errors, located from what holds the request."""
    if problem["type"] == "json_invalid":
        return WireError(400, "the body is no JSON.", code="invalid_json")
    param = _param(problem["loc"]) or problem.get("ctx", {}).get("param")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] in ("literal_error", "enum"):  # it names what may be said, and not what was
        message = f"{message}, not {problem['input']!r}"
    code = CODES.get(problem["type"], "invalid_value")
    return WireError(400, f"{param}: {message}" if param else message, param=param, code=code)


def not_json(content_type: str) -> WireError | None:
    """What to say of a body that was sent as something else, as curl's -d does; None of one that was sent as JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return None
    sent = f"the body was sent as {kind}" if kind else "the body's Content-Type is missing"
    message = f"{sent}. Send JSON, with the header Content-Type: application/json."
    return WireError(400, message, code="invalid_content_type")


def no_such_route(method: str, path: str, paths: Mapping[str, Mapping[str, Any]]) -> WireError:
    """`paths`: those of the OpenAPI description."""
    there = [f"{verb.upper()} {known}" for known, verbs in paths.items() for verb in verbs if known.startswith("/v1/")]
    advice = ""
    if path.rstrip("/").endswith("/completions") and "/chat/" not in path:
        advice = " A twin has conversations, no bare completions: use a chat model (llama-index: is_chat_model=True)."
    elif not path.startswith("/v1/"):
        advice = " The base URL of a client ends in /v1."
    message = f"{method} {path}: there is no such route.{advice} There are {', '.join(there)}."
    return WireError(404, message, code="route_not_found")


def answer_errors(app: FastAPI) -> None:
    @app.exception_handler(ClientGoneError)
    async def gone(_: Request, error: ClientGoneError) -> Response:
        return Response(status_code=CLIENT_CLOSED_REQUEST)

    @app.exception_handler(TwinError)
    async def known(request: Request, error: TwinError) -> JSONResponse:
        if isinstance(error, UnknownModelError | UnknownAuthorError) and request.state.caller.authors is not None:
            return NO_SUCH_MODEL.response()
        found = wire_error(error)
        if isinstance(error, OverloadedError):
            metrics.REFUSED.labels(str(found.status)).inc()
        return found.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        problem = error.errors()[0]
        if tuple(problem["loc"]) == ("body",) and problem["type"] == "missing":
            return WireError(400, "there is no body. Send JSON.", code=CODES["missing"]).response()
        if tuple(problem["loc"]) == ("body",) and (found := not_json(request.headers.get("content-type", ""))):
            return found.response()
        return invalid_request(problem).response()

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:  # of no route: what a route does not find is a TwinError
            return no_such_route(request.method, request.url.path, app.openapi()["paths"]).response()
        message = f"{request.method} {request.url.path}: {error.detail}"
        return WireError(error.status_code, message, headers=dict(error.headers or {})).response()

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        return failure(error).response()  # the server logs the traceback


def _shown(message: str) -> str:
    """Of a message that repeats what was sent, however long that is, its beginning and its end."""
    if len(message) > MOST_SHOWN:
        message = f"{message[: MOST_SHOWN // 2]} … {message[-MOST_SHOWN // 2 :]}"
    return message.encode(errors="backslashreplace").decode()


def _param(location: Sequence[str | int]) -> str | None:
    """("body", "messages", 0, "role") → "messages[0].role", as OpenAI writes it."""
    _, *path = location
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return written.removeprefix(".") or None
