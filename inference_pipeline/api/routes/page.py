"""The page at / and its files: `inference_pipeline/web`, as they are there. They hold nothing of anybody's.

The page asks the same routes as every client. Its policy lets it load and ask nothing but this server, and run no
script that is not a file of it; text becomes markup nowhere (Trusted Types without a policy).
"""

import gzip
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from feature_store.records import digest_of
from inference_pipeline import web
from inference_pipeline.api.routes.session import show_cookie
from inference_pipeline.api.services import Services

FOLDER = Path(web.__file__).parent
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # asked for again each time, and answered with 304 while nothing changed
}


def routes(services: Services) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    files = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in KINDS}
    contents = {name: path.read_bytes() for name, path in files.items()}
    packed = {name: gzip.compress(content, mtime=0) for name, content in contents.items()}

    @router.get("/")
    def page(request: Request, token: str = "") -> Response:
        """With the token of the link: opens the session, and takes it out of the address."""
        if not token:
            return sent(request, "index.html")
        opened = services.sessions.open_by_link(token)
        if opened is None:
            return RedirectResponse("./#/signin/used", 303, HEADERS)
        cookie, session = opened
        # Behind the #: it goes to the page, and to no server and no log.
        response = RedirectResponse(f"./#/signin/{quote(session.csrf)}", 303, HEADERS | {"Cache-Control": "no-store"})
        show_cookie(request, response, cookie)
        return response

    @router.get("/web/{name:path}")
    def file(name: str, request: Request) -> Response:
        if name not in contents:
            raise HTTPException(404)
        return sent(request, name)

    def sent(request: Request, name: str) -> Response:
        headers = HEADERS | {"ETag": f'W/"{digest_of(name, contents[name].hex())[:20]}"', "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        kind = KINDS[Path(name).suffix]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed[name], headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
        return Response(contents[name], headers=headers, media_type=kind)

    return router
