"""GET /session, POST /session, DELETE /session: who a browser's session is; one is opened by an API `key`, and closed.

The answer of POST has the token that the page sends as X-CSRF-Token with every request; the cookie beside it no script
can read.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from inference_pipeline.api.access import WRONG_KEY, caller_of, cookie_name, session_of
from inference_pipeline.api.examples import AUTHOR
from inference_pipeline.api.openapi import success
from inference_pipeline.api.services import Services

SESSION: dict[str, Any] = {
    "object": "twin.session",
    "signed_in": True,
    "keys_required": True,
    "scopes": ["chat"],
    "authors": [AUTHOR],
}
OPENED: dict[str, Any] = {"object": "twin.session", "csrf_token": "rE3ql0tZbC5m…"}
CLOSED: dict[str, Any] = {"object": "twin.session", "signed_in": False}
NEW_SESSION: dict[str, Any] = {"key": "twin_0f6c0c8d1f0b_…"}


class NewSession(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [NEW_SESSION]})

    key: Annotated[str, Field(min_length=1, max_length=200)]


def routes(services: Services) -> APIRouter:
    router, sessions = APIRouter(), services.sessions

    @router.get("/session", responses=success(SESSION))
    def show_session(request: Request) -> dict[str, Any]:
        """`authors` null: all of them."""
        caller = caller_of(request)
        return {
            "object": "twin.session",
            "signed_in": session_of(request) is not None,
            "keys_required": services.keys.required,
            "scopes": sorted(caller.scopes),
            "authors": None if caller.authors is None else sorted(caller.authors),
        }

    @router.post("/session", responses=success(OPENED))
    def open_session(body: NewSession, request: Request) -> Response:
        opened = sessions.open_by_key(body.key.strip())
        if opened is None:
            return WRONG_KEY.response()
        cookie, session = opened
        response = JSONResponse(
            {"object": "twin.session", "csrf_token": session.csrf}, headers={"Cache-Control": "no-store"}
        )
        show_cookie(request, response, cookie)
        return response

    @router.delete("/session", responses=success(CLOSED))
    def close_session(request: Request) -> Response:
        sessions.close(request.cookies.get(cookie_name(request.scope), ""))
        response = JSONResponse(CLOSED)
        response.delete_cookie(cookie_name(request.scope), path=_path(request), httponly=True, samesite="strict")
        return response

    return router


def show_cookie(request: Request, response: Response, cookie: str) -> None:
    """For as long as the browser runs, to this server alone."""
    response.set_cookie(
        cookie_name(request.scope),
        cookie,
        path=_path(request),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _path(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}/"
