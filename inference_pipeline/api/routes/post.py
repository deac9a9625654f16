"""GET /v1/authors/{name}/posts/{post}: one of the author's posts, whole, as it was cleaned, so that a citation can be
read where it stands; `features` (F3) says as of which version.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from inference_pipeline.api.access import require_author
from inference_pipeline.api.examples import AUTHOR
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.services import Services

POST: dict[str, Any] = {
    "id": "0f6c0c8d1f0b5e7a91c2d3e4",
    "object": "twin.source_post",
    "title": "The Patient Annie and her timetable",
    "date": "2022-04-24",
    "url": "https://example.org/2022/the-patient-annie-timetable/",
    "kind": "article",
    "text": "The ferry is the Patient Annie. She was built in Carrick in 1974.",
    "context": "",
    "llm_twin": {"author": AUTHOR, "features": "F3", "ai_generated": False},
}


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/authors/{author}/posts/{post}", responses=success(POST) | errors(404, 503))
    async def read_post(
        author: str, post: str, request: Request, features: Annotated[str, Query(pattern=r"^F[1-9]\d{0,8}$")] = ""
    ) -> dict[str, Any]:
        """`start` and `end` of a citation are characters of `text`; `context` is the message that the post answers."""
        require_author(request, author)
        number, document = await asyncio.to_thread(
            services.posts.post, author, post, int(features[1:]) if features else None
        )
        return {
            "id": document.id,
            "object": "twin.source_post",
            "title": document.title,
            "date": document.created_at[:10],
            "url": document.url,
            "kind": document.kind,
            "text": document.text,
            "context": document.context,
            "llm_twin": {"author": author, "features": f"F{number}", "ai_generated": False},
        }

    return router
