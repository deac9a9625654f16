"""POST /v1/search: the author's posts that bear on `query`, by meaning and by words; `since`, `until`, `sources`,
`kinds` and `limit` narrow them.
"""

import asyncio
import time
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from feature_store.records import PostKind
from inference_pipeline.api.access import require_author
from inference_pipeline.api.examples import AUTHOR
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.schemas import parse_model_id
from inference_pipeline.api.services import Services
from inference_pipeline.engine_pool import BASE
from inference_pipeline.post_search import PostQuery
from model_registry.ports import CHAMPION

MAX_RESULTS = 100
SEARCH_REQUEST: dict[str, Any] = {"model": AUTHOR, "query": "When was the Patient Annie built?", "limit": 5}
FOUND: dict[str, Any] = {
    "object": "list",
    "model": AUTHOR,
    "data": [
        {
            "post_id": "0f6c0c8d1f0b5e7a91c2d3e4",
            "title": "The Patient Annie and her timetable",
            "date": "2022-04-24",
            "url": "https://example.org/2022/the-patient-annie-timetable/",
            "source": "folder:posts",
            "kind": "article",
            "quote": "She was built in Carrick in 1974.",
            "start": 176,
            "end": 209,
            "score": 0.18,
            "similarity": 0.64,
        }
    ],
    "llm_twin": {"author": AUTHOR, "features": "F3", "retrieval_ms": 8.4, "ai_generated": False},
}


class SearchRequest(RequestBody):
    """`model` says whose posts: AUTHOR, those searchable now; AUTHOR@v3, those that v3 was made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [SEARCH_REQUEST]})

    model: str
    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] = Field(
        examples=["the harbour clock"]
    )
    limit: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 10
    since: date | None = Field(None, description="First day, inclusive. Posts without a date lie in no range.")
    until: date | None = Field(None, description="Last day, inclusive.")
    sources: Annotated[list[str], Field(max_length=100)] = Field([], description="As `twin status` names them.")
    kinds: Annotated[list[PostKind], Field(max_length=len(PostKind))] = Field([])

    @model_validator(mode="after")
    def _in_order(self) -> "SearchRequest":
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since ({self.since}) lies after until ({self.until})")
        return self

    def post_query(self, author: str) -> PostQuery:
        return PostQuery(
            author=author,
            text=self.query,
            limit=self.limit,
            since=self.since.isoformat() if self.since else "",
            until=self.until.isoformat() if self.until else "",
            sources=tuple(self.sources),
            kinds=tuple(self.kinds),
        )


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    def found(body: SearchRequest) -> dict[str, Any]:
        began = time.perf_counter()
        author, reference = parse_model_id(body.model)
        pinned = None
        if reference not in (CHAMPION, BASE):
            pinned = services.registry.resolve(author, reference).manifest.features.number
        number, results = services.posts.search(body.post_query(author), pinned)
        return {
            "object": "list",
            "model": body.model,
            "data": [asdict(result) for result in results],
            "llm_twin": {
                "author": author,
                "features": f"F{number}",
                "retrieval_ms": round(1000 * (time.perf_counter() - began), 1),
                "ai_generated": False,  # the author's own words
            },
        }

    @router.post("/v1/search", responses=success(FOUND) | errors(400, 404, 410, 503))
    async def search(body: SearchRequest, request: Request) -> dict[str, Any]:
        require_author(request, parse_model_id(body.model)[0])
        return await asyncio.to_thread(found, body)

    return router
