"""What an operator does, with a key that has the scope admin.

GET /admin/status: what is in progress, and which champions answer.
GET /admin/authors/{name}/versions: versions with their aliases.
POST /admin/authors/{name}/promote, POST /admin/authors/{name}/rollback: as `twin promote` and `twin rollback`; no
request fails meanwhile.
GET /admin/keys, POST /admin/keys, DELETE /admin/keys/{name}: as `twin keys`; not for a key that is limited to some
authors.

A promotion changes what the registry says; the server takes the new champion up within serving.refresh_seconds. All
routes are plain functions: FastAPI runs them in a thread, as registry and keys block.
"""

import time
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import ConfigDict, Field

from inference_pipeline.api.access import caller_of, require_author
from inference_pipeline.api.examples import AUTHOR, MADE_AT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.services import Services
from inference_pipeline.keys import MAX_DAYS, Scope
from model_registry.ports import CANDIDATE, AdapterVersion

STATUS: dict[str, Any] = {
    "draining": False,
    "requests_under_way": 2,
    "requests_waiting": 0,
    "parallel": 4,
    "authors": [AUTHOR],
    "champions": {AUTHOR: "v2"},
}
VERSION: dict[str, Any] = {
    "author": AUTHOR,
    "version": "v2",
    "features": "F3",
    "aliases": ["champion"],
    "forced": False,
    "tainted": "",
    "created_at": "2026-09-21T14:13:20+00:00",
}
VERSIONS: dict[str, Any] = {"object": "list", "data": [VERSION]}
PROMOTION: dict[str, Any] = {"version": "v1", "force": True, "reason": "v2 writes too long"}
NEW_KEY: dict[str, Any] = {"name": "phone", "authors": [AUTHOR], "expires_in_days": 90}
KEY: dict[str, Any] = {
    "id": "0f6c0c8d1f0b",
    "name": "phone",
    "scopes": ["chat"],
    "authors": [AUTHOR],
    "created_at": MADE_AT,
    "expires_at": MADE_AT + 90 * 86400,
    "state": "active",
}
KEYS: dict[str, Any] = {"object": "list", "data": [KEY]}
MADE_KEY: dict[str, Any] = {**KEY, "key": "twin_0f6c0c8d1f0b_…"}


class Promotion(RequestBody):
    model_config = ConfigDict(json_schema_extra={"examples": [PROMOTION]})

    version: str = CANDIDATE  # "v3", or an alias
    force: bool = False  # although a gate refuses; recorded with the reason
    reason: str = ""


class NewKey(RequestBody):
    model_config = ConfigDict(json_schema_extra={"examples": [NEW_KEY]})

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1)] = Field(["chat"])
    authors: list[str] | None = None  # null: all
    expires_in_days: Annotated[float, Field(gt=0, le=MAX_DAYS)] | None = None


def routes(services: Services) -> APIRouter:
    router, registry, keys = APIRouter(prefix="/admin", tags=["admin"]), services.registry, services.keys
    admission = services.answering.admission

    @router.get("/status", responses=success(STATUS))
    def status(request: Request) -> dict[str, Any]:
        caller = caller_of(request)
        champions = {author: version.name for author, version in sorted(services.pool.champions.items())}
        return {
            "draining": admission.draining,
            "requests_under_way": admission.under_way,
            "requests_waiting": admission.waiting,
            "parallel": admission.parallel,
            "authors": [author for author in registry.authors() if caller.may_use(author)],
            "champions": {author: name for author, name in champions.items() if caller.may_use(author)},
        }

    @router.get("/authors/{author}/versions", responses=success(VERSIONS) | errors(404))
    def versions(author: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        return {"object": "list", "data": [_version(version) for version in registry.versions(author)]}

    @router.post("/authors/{author}/promote", responses=success(VERSION) | errors(404, 503))
    def promote(author: str, body: Promotion, request: Request) -> dict[str, Any]:
        require_author(request, author)
        wanted = registry.resolve(author, body.version)
        return _version(registry.promote(author, wanted.number, force=body.force, reason=body.reason))

    @router.post("/authors/{author}/rollback", responses=success(VERSION) | errors(404, 503))
    def rollback(author: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        return _version(registry.rollback(author))

    @router.get("/keys", responses=success(KEYS))
    def list_keys(request: Request) -> dict[str, Any]:
        _require_all_authors(request)
        return {"object": "list", "data": [key.as_data() for key in keys.all()]}

    @router.post("/keys", responses=success(MADE_KEY))
    def create_key(body: NewKey, request: Request) -> dict[str, Any]:
        _require_all_authors(request)
        expires_at = None if body.expires_in_days is None else time.time() + 86400 * body.expires_in_days
        shown, key = keys.create(body.name, scopes=body.scopes, authors=body.authors, expires_at=expires_at)
        return {**key.as_data(), "key": shown}

    @router.delete("/keys/{name}", responses=success(KEY))
    def revoke_key(name: str, request: Request) -> dict[str, Any]:
        _require_all_authors(request)
        return keys.revoke(name).as_data()

    return router


def _version(version: AdapterVersion) -> dict[str, Any]:
    return {
        "author": version.author,
        "version": version.name,
        "features": f"F{version.manifest.features.number}",
        "aliases": list(version.aliases),
        "forced": version.forced,
        "tainted": version.tainted,
        "created_at": version.manifest.created_at,
    }


def _require_all_authors(request: Request) -> None:
    """Whoever makes keys could make one for every author."""
    if caller_of(request).authors is not None:
        raise HTTPException(403, "a key that may not use all authors may not look after keys.")
