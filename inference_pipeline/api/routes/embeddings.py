"""POST /v1/embeddings: vectors of an encoder that posts and questions are embedded with; `model` is its name, as in the
setting `feature_store.encoder` (of a folder, the folder's).
"""

import asyncio
import base64
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from feature_store.ports import Encoder
from feature_store.records import Vector
from inference_pipeline.api.admission import Admission, Work
from inference_pipeline.api.answering import while_connected
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.services import Services
from inference_pipeline.errors import InvalidRequestError
from model_registry.errors import UnknownModelError

MAX_INPUTS = 2048  # as OpenAI has it
BATCH = 32  # texts; between two batches questions get their turn at the encoder

EMBEDDINGS_REQUEST: dict[str, Any] = {"model": "all-mpnet-base-v2", "input": ["The ferry is the Patient Annie."]}
EMBEDDINGS: dict[str, Any] = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.0312, -0.0457, 0.0081]}],
    "model": "all-mpnet-base-v2",
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}


def _as_texts(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, int | list) for one in values):
        raise PydanticCustomError("invalid_type", "token ids are of another tokenizer. Send the text itself.")
    return values


Texts = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    Field(min_length=1, max_length=MAX_INPUTS),
    BeforeValidator(_as_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class EmbeddingRequest(RequestBody):
    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EMBEDDINGS_REQUEST]})

    model: str
    input: Texts
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Annotated[int, Field(ge=1)] | None = None


def routes(services: Services) -> APIRouter:
    router, encoders = APIRouter(), services.encoders

    @router.post("/v1/embeddings", responses=success(EMBEDDINGS) | errors(400, 404, 503))
    async def create_embeddings(body: EmbeddingRequest, request: Request) -> Response:
        if (encoder := encoders.get(body.model)) is None:
            raise UnknownModelError(f"there is no encoder {body.model!r}. Here is: {', '.join(sorted(encoders))}.")
        tokens, vectors = await while_connected(request, _embed(encoder, body, services.answering.admission))
        written = [_base64(vector) if body.encoding_format == "base64" else vector.tolist() for vector in vectors]
        data = [{"object": "embedding", "index": index, "embedding": one} for index, one in enumerate(written)]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": body.model, "usage": usage})

    return router


async def _embed(encoder: Encoder, body: EmbeddingRequest, admission: Admission) -> tuple[int, list[Vector]]:
    """The tokens of all texts together, and a vector a text. Raises InvalidRequestError, OverloadedError."""
    if body.dimensions not in (None, encoder.dimensions):
        raise InvalidRequestError(
            f"dimensions: the vectors have {encoder.dimensions} dimensions, {body.dimensions} cannot be made of them.",
            param="dimensions",
        )
    with admission.enter(Work("embeddings", sum(map(len, body.input)))) as ticket:
        await ticket.comes()
        return await _counted_and_encoded(encoder, body)


async def _counted_and_encoded(encoder: Encoder, body: EmbeddingRequest) -> tuple[int, list[Vector]]:
    counts = await asyncio.to_thread(encoder.count_tokens, body.input)
    if (longest := max(counts)) > encoder.max_tokens:
        raise InvalidRequestError(
            f"input[{counts.index(longest)}] has {longest} tokens, and the encoder reads {encoder.max_tokens}: its end "
            "would silently be left out. Send it in pieces.",
            param="input",
            code="context_length_exceeded",
        )
    return sum(counts), await _encode(encoder, body.input)


async def _encode(encoder: Encoder, texts: Sequence[str]) -> list[Vector]:
    vectors: list[Vector] = []
    for start in range(0, len(texts), BATCH):
        vectors += await asyncio.to_thread(encoder.encode, texts[start : start + BATCH])
    return vectors


def _base64(vector: Vector) -> str:
    """float32, little-endian, as OpenAI's clients read it."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
