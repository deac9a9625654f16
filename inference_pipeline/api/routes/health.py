"""GET /health, GET /ready, GET /version: whether it lives, whether it can answer, which version it is."""

import asyncio
from importlib.metadata import version as installed
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from inference_pipeline.api.access import caller_of
from inference_pipeline.api.openapi import success
from inference_pipeline.api.services import Services
from inference_pipeline.keys import NOTHING
from inference_pipeline.running_server import CHALLENGE, PROOF, proof
from model_registry.ports import has_champion

READY = {"status": "ready", "champions": {"maud-ferrier": "v2"}}
NOT_READY = {"application/json": {"example": {"status": "loading", "message": "a champion is being loaded."}}}


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.get("/health", responses=success({"status": "ok"}))
    def health(request: Request, response: Response) -> dict[str, str]:
        if challenge := request.headers.get(CHALLENGE):
            response.headers[PROOF] = proof(services.secret, challenge)
        return {"status": "ok"}

    @router.get("/ready", responses=success(READY) | {503: {"description": "Not yet", "content": NOT_READY}})
    async def ready(request: Request) -> JSONResponse:
        """False within seconds when a server that answers need (Qdrant, a remote engine) is down, and names it and its
        address. A caller without the key that is required is told no address, and of no champion."""
        if down := await services.needs.down():
            known = caller_of(request) is not NOTHING
            told = (one.reason if known else f"{one.name} does not answer. The log says more." for one in down)
            return _answer(503, "unreachable", message=" ".join(told), down=[one.name for one in down])
        return await asyncio.to_thread(champions, request)

    def champions(request: Request) -> JSONResponse:
        caller = caller_of(request)
        found = {author: version.name for author, version in sorted(services.pool.champions.items())}
        if found:
            shown = {author: name for author, name in found.items() if caller.may_use(author)}
            return _answer(200, "ready", champions=shown)
        if any(has_champion(services.registry, author) for author in services.registry.authors()):
            return _answer(503, "loading", message="a champion is being loaded.")
        advice = "no author has a champion yet. Make one on this server's page, or run: twin up PLACE --author NAME"
        return _answer(503, "no champion", message=advice)

    @router.get("/version", responses=success({"version": "0.1.0"}))
    def version() -> dict[str, str]:
        return {"version": installed("llm-twin")}

    return router


def _answer(status: int, state: str, **more: Any) -> JSONResponse:
    return JSONResponse({"status": state, **more}, status)
