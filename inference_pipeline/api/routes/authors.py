"""What is kept of each author, with a key that has the scope admin.

GET /admin/authors: who there is, with their sources and the champion.
GET /admin/authors/{author}/posts: every post with its state and why; `state`, `source`, `kind`, `masked`, `text`,
`limit` and `cursor` narrow the list.
GET /admin/authors/{author}/posts/{post}: its text, with what is masked in it.
DELETE /admin/authors/{author}/posts/{post}: forget it and its copies everywhere, as a job.
GET /admin/authors/{author}/lineage: feature versions, and the versions that were made of them.
GET /admin/authors/{author}/versions/{version}: what a version was made of, its figures, charts and texts.
GET /admin/authors/{author}/compare: two versions, `old` and `new`.
"""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from feature_store.records import PostKind
from inference_pipeline.api.access import caller_of, require_author
from inference_pipeline.api.examples import AUTHOR
from inference_pipeline.api.library import PostsQuery, State
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.routes.jobs import JOB, as_data, begin
from inference_pipeline.api.services import Services

MAX_PAGE = 500
POST = "0f6c0c8d1f0b5e7a91c2d3e4"
ROW: dict[str, Any] = {
    "id": POST,
    "title": "The Patient Annie and her timetable",
    "file": "2022-04-24-the-patient-annie-timetable.md",
    "source": "folder:/home/maud/posts",
    "kind": "article",
    "url": "https://example.org/2022/the-patient-annie-timetable/",
    "date": "2022-04-24T00:00:00Z",
    "state": "kept",
    "reason": "",
    "masked": {"phone": 1},
    "words": 287,
    "beginning": "She was built in Carrick in 1974 …",
}
POSTS: dict[str, Any] = {
    "object": "list",
    "data": [ROW],
    "total": 45,
    "cursor": f"2022-04-24T00:00:00Z~{POST}",
    "counts": {"states": {"kept": 45}, "sources": {"folder:/home/maud/posts": 45}, "kinds": {"article": 45},
               "masked": {"phone": 1}},
}  # fmt: skip
TEXT: dict[str, Any] = {
    "row": ROW,
    "text": "Ring [phone 3f2a] before ten.",
    "context": "",
    "masked": [{"start": 5, "end": 17, "kind": "phone"}],
    "marked": [],
    "joined": [],
}
AUTHORS: dict[str, Any] = {
    "object": "list",
    "data": [
        {
            "author": AUTHOR,
            "name": "Maud Ferrier",
            "consent": "Whoever made this twin of Maud Ferrier states that these texts are theirs, …",
            "created_at": "2026-09-21T14:13:20+00:00",
            "posts": 45,
            "features": "F3",
            "champion": "v2",
            "versions": 2,
            "sources": [],
        }
    ],
}
LINEAGE: dict[str, Any] = {"author": AUTHOR, "features": [{"name": "F3"}], "versions": [{"version": "v2"}]}
VERSION: dict[str, Any] = {"author": AUTHOR, "version": "v2", "features": "F3", "sections": [], "samples": []}
COMPARED: dict[str, Any] = {"author": AUTHOR, "versions": ["v1", "v2"], "made": {}, "figures": [], "samples": []}
MOST = Query(max_length=100)


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/admin/authors", tags=["posts"])
    if services.admin is None:
        return router
    library, jobs = services.admin.library, services.admin.jobs

    # Plain functions: FastAPI runs them in a thread, as the stores block.
    @router.get("", responses=success(AUTHORS))
    def authors(request: Request) -> dict[str, Any]:
        caller = caller_of(request)
        return {"object": "list", "data": [asdict(one) for one in library.authors() if caller.may_use(one.author)]}

    @router.get("/{author}/posts", responses=success(POSTS) | errors(400, 404))
    def posts(
        author: str,
        request: Request,
        state: Annotated[list[State], MOST] = [],  # noqa: B006  # FastAPI copies it
        source: Annotated[list[str], MOST] = [],  # noqa: B006
        kind: Annotated[list[PostKind], MOST] = [],  # noqa: B006
        masked: Literal["yes", "no", ""] = "",
        text: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        cursor: Annotated[str, Query(max_length=200)] = "",
    ) -> dict[str, Any]:
        require_author(request, author)
        wanted = {"yes": True, "no": False}.get(masked)
        query = PostsQuery(tuple(state), tuple(source), tuple(kind), wanted, text, limit, cursor)
        page = library.posts(author, query)
        return {
            "object": "list",
            "data": [asdict(row) for row in page.rows],
            "total": page.total,
            "cursor": page.cursor,
            "counts": page.counts,
        }

    @router.get("/{author}/posts/{post}", responses=success(TEXT) | errors(404))
    def post(author: str, post: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        return asdict(library.post(author, post))

    @router.delete("/{author}/posts/{post}", responses=success(JOB) | errors(404))
    def forget(author: str, post: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        found = library.post(author, post)
        arguments = {"author": author, "posts": [found.row.id]}
        return as_data(begin(jobs, "forget", arguments, caller_of(request)))

    @router.get("/{author}/lineage", responses=success(LINEAGE) | errors(404, 503))
    def lineage(author: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        return library.lineage(author)

    @router.get("/{author}/versions/{version}", responses=success(VERSION) | errors(404, 503))
    def version(author: str, version: str, request: Request) -> dict[str, Any]:
        require_author(request, author)
        return library.version(author, version)

    @router.get("/{author}/compare", responses=success(COMPARED) | errors(404, 503))
    def compare(
        author: str,
        request: Request,
        old: Annotated[str, Query(max_length=32)],
        new: Annotated[str, Query(max_length=32)],
    ) -> dict[str, Any]:
        require_author(request, author)
        return library.compare(author, old, new)

    return router
