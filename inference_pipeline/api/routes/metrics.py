"""GET /metrics: Prometheus' format, vLLM's names under `llm_twin:`. Needs the scope admin where keys are asked for."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from inference_pipeline.api.services import Services

EXAMPLE = {"schema": {"type": "string"}, "example": "llm_twin:num_requests_running 1.0\n"}


def routes(_: Services) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_LATEST: EXAMPLE}}})
    def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
