"""GET /health (the process lives) and GET /ready (it can answer)."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from inference_pipeline.engine_pool import EnginePool
from model_registry.ports import ModelResolver, has_champion


def health_routes(pool: EnginePool, resolver: ModelResolver) -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready")
    def ready() -> JSONResponse:
        champions = {author: version.name for author, version in sorted(pool.champions.items())}
        if champions:
            return _answer(200, "ready", champions=champions)
        if any(has_champion(resolver, author) for author in resolver.authors()):
            return _answer(503, "loading", message="a champion is being loaded.")
        return _answer(503, "no champion", message="no author has a champion yet. Run: twin train AUTHOR")

    return router


def _answer(status: int, state: str, **more: Any) -> JSONResponse:
    return JSONResponse({"status": state, **more}, status)
