"""POST /admin/uploads: one file that was dropped into the page, as the body; `path` is its name, with folders, `upload`
the upload that it is added to. Needs the scope admin. A job collects an upload afterwards.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from inference_pipeline.api.errors import ClientGoneError
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.services import Services
from inference_pipeline.errors import UploadRefusedError

UPLOADED: dict[str, Any] = {"upload": "0f6c0c8d1f0b5e7a91c2d3e4", "path": "posts/2022-03-06-fog.md", "bytes": 1530}
BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/admin", tags=["jobs"])
    if services.admin is None:
        return router
    ports = services.admin

    @router.post("/uploads", responses=success(UPLOADED) | errors(400), openapi_extra={"requestBody": BODY})
    async def upload(
        request: Request,
        path: Annotated[str, Query(min_length=1, max_length=4000)],
        upload: Annotated[str, Query(max_length=40)] = "",
    ) -> dict[str, Any]:
        pieces = _pieces(request, ports.stalled_seconds)
        return asdict(await ports.uploads.receive(upload, path, pieces))

    return router


async def _pieces(request: Request, seconds: float) -> AsyncIterator[bytes]:
    """Raises UploadRefusedError when nothing comes for so long, ClientGoneError."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UploadRefusedError(f"nothing came for {seconds:g} seconds. Drop the file again.") from None
        except ClientDisconnect:
            raise ClientGoneError from None
        yield piece
