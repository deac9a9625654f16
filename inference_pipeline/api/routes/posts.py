"""GET /v1/authors/{author}/posts: the author's posts that can be searched now, newest first, a page of `limit` from
`cursor` on.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from inference_pipeline.api.access import require_author
from inference_pipeline.api.examples import AUTHOR
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.services import Services

MAX_PAGE = 500
POSTS: dict[str, Any] = {
    "object": "list",
    "data": [
        {
            "id": "0f6c0c8d1f0b5e7a91c2d3e4",
            "title": "The Patient Annie and her timetable",
            "date": "2022-04-24",
            "url": "https://example.org/2022/the-patient-annie-timetable/",
            "kind": "article",
            "language": "en",
        }
    ],
    "total": 45,
    "cursor": "2022-04-24T00:00:00+00:00~0f6c0c8d1f0b5e7a91c2d3e4",
    "llm_twin": {"author": AUTHOR, "features": "F3", "ai_generated": False},
}


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/authors/{author}/posts", responses=success(POSTS) | errors(404, 503))
    async def list_posts(
        author: str,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        cursor: Annotated[str, Query(max_length=200, description="As the page before gave it.")] = "",
    ) -> dict[str, Any]:
        """`cursor` of the last page is empty."""
        require_author(request, author)
        number, page = await asyncio.to_thread(services.posts.listed, author, after=cursor, limit=limit)
        return {
            "object": "list",
            "data": [
                {
                    "id": document.id,
                    "title": document.title,
                    "date": document.created_at[:10],
                    "url": document.url,
                    "kind": document.kind,
                    "language": document.language,
                }
                for document in page.documents
            ],
            "total": page.total,
            "cursor": page.cursor,
            "llm_twin": {"author": author, "features": f"F{number}", "ai_generated": False},
        }

    return router
