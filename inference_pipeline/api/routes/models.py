"""GET /v1/models, GET /v1/models/{model}: what can be asked: `AUTHOR`, `AUTHOR@v1`, `AUTHOR@candidate`,
`AUTHOR@base`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from inference_pipeline.api.access import caller_of
from inference_pipeline.api.examples import MADE_AT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.services import Services
from inference_pipeline.engine_pool import BASE
from inference_pipeline.keys import Caller
from model_registry.errors import CorruptModelError, UnknownModelError
from model_registry.ports import CANDIDATE, CHAMPION, AdapterVersion, ModelResolver, has_champion

MODEL: dict[str, Any] = {
    "id": "maud-ferrier@v2",
    "object": "model",
    "created": MADE_AT,
    "owned_by": "maud-ferrier",
    "llm_twin": {
        "author": "maud-ferrier",
        "author_name": "Maud Ferrier",
        "adapter": "v2",
        "base": "smollm2-135m-instruct",
    },
}
MODELS: dict[str, Any] = {"object": "list", "data": [{**MODEL, "id": "maud-ferrier"}, MODEL]}


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    # Plain functions: FastAPI runs them in a thread, as the registry blocks.
    @router.get("/v1/models", responses=success(MODELS) | errors(503))
    def list_models(request: Request) -> dict[str, Any]:
        return {"object": "list", "data": list(_models(services.registry, caller_of(request)))}

    @router.get("/v1/models/{model}", responses=success(MODEL) | errors(404, 503))
    def retrieve_model(model: str, request: Request) -> dict[str, Any]:
        models = {found["id"]: found for found in _models(services.registry, caller_of(request))}
        if model not in models:
            raise UnknownModelError(f"there is no model {model!r}. Known: {', '.join(models) or 'none'}.")
        return models[model]

    return router


def _models(resolver: ModelResolver, caller: Caller) -> Iterator[dict[str, Any]]:
    """For every author that `caller` may use: the champion under the author's name, every version that can be asked,
    the candidate, and the base model."""
    for author in filter(caller.may_use, resolver.authors()):
        known = _readable(resolver, author)
        versions = [version for version in known if not version.tainted]  # the others answer nothing any more
        yield from (_model(author, version) for version in versions if CHAMPION in version.aliases)
        yield from (_model(f"{author}@{version.name}", version) for version in versions)
        yield from (_model(f"{author}@{CANDIDATE}", version) for version in versions if CANDIDATE in version.aliases)
        if known:
            yield _model(f"{author}@{BASE}", known[0], adapter=BASE)


def _readable(resolver: ModelResolver, author: str) -> list[AdapterVersion]:
    """All versions; the champion alone where the files of another one are corrupt: it is still served."""
    try:
        return resolver.versions(author)
    except CorruptModelError:
        return [resolver.resolve(author)] if has_champion(resolver, author) else []


def _model(name: str, version: AdapterVersion, adapter: str | None = None) -> dict[str, Any]:
    manifest = version.manifest
    return {
        "id": name,
        "object": "model",
        "created": int(datetime.fromisoformat(manifest.created_at).timestamp()),
        "owned_by": version.author,
        "llm_twin": {
            "author": version.author,
            "author_name": manifest.author_name,
            "adapter": adapter or version.name,
            "base": manifest.base.name,
        },
    }
