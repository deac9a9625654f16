"""POST /v1/score: how much a `text` of 40 words or more sounds like the author, by the style scorer that is stored
with a version, what stands out, and the sentences that sound least like the author.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from inference_pipeline.api.access import require_author
from inference_pipeline.api.examples import AUTHOR, DRAFT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.schemas import parse_model_id
from inference_pipeline.api.services import Services
from inference_pipeline.engine_pool import BASE
from inference_pipeline.likeness import FEWEST_WORDS, likeness
from model_registry.errors import UnknownModelError
from model_registry.style.scorer import STYLE_FILE, StyleScorer
from model_registry.style.traits import Trait

MAX_CHARACTERS = 100_000
SCORERS_IN_MEMORY = 8  # some megabytes each
SCORE_REQUEST: dict[str, Any] = {"model": AUTHOR, "text": DRAFT}
SCORED: dict[str, Any] = {
    "object": "twin.score",
    "model": AUTHOR,
    "verdict": "unlike the author",
    "overall": 0.213,
    "scores": {"classifier": 0.041, "delta": 0.322, "rhythm": 0.276},
    "raw": {"classifier": -3.152, "delta": -0.118, "rhythm": -0.204},
    "words": 49,
    "message": None,
    "stands_out": [
        {
            "habit": "longer sentences",
            "speaks": "against",
            "found": 16.3,
            "expected_of_author": 11.2,
            "expected_of_others": 19.8,
        }
    ],
    "least_like": [
        {
            "start": 92,
            "end": 179,
            "text": "A number of people have asked me whether it is going to be repaired in the near future.",
            "log_odds": 0.41,
        }
    ],
    "llm_twin": {"author": AUTHOR, "adapter": "v2", "ai_generated": False},
}


class ScoreRequest(RequestBody):
    model_config = ConfigDict(json_schema_extra={"examples": [SCORE_REQUEST]})

    model: str = Field(description="Whose style, and by which version's scorer.")
    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


def routes(services: Services) -> APIRouter:
    router = APIRouter()
    load = lru_cache(maxsize=SCORERS_IN_MEMORY)(StyleScorer.load)

    def scored(body: ScoreRequest) -> dict[str, Any]:
        author, reference = parse_model_id(body.model)
        if reference == BASE:
            raise UnknownModelError(f"{body.model!r} has no author's style to compare with. Name {author}.")
        version = services.registry.resolve(author, reference)
        found = likeness(load(Path(version.folder) / STYLE_FILE), body.text)
        short = found.overall is None
        return {
            "object": "twin.score",
            "model": body.model,
            "verdict": found.verdict,
            "overall": _rounded(found.overall),
            "scores": {name: _rounded(value) for name, value in (found.scores or {}).items()},
            "raw": {name: _rounded(value) for name, value in (found.raw or {}).items()},
            "words": found.words,
            "message": f"style needs {FEWEST_WORDS} words to be judged; this text has {found.words}."
            if short
            else None,
            "stands_out": [_trait(trait) for trait in found.traits],
            "least_like": [
                {"start": p.start, "end": p.end, "text": body.text[p.start : p.end], "log_odds": round(p.log_odds, 3)}
                for p in found.least_like
            ],
            "llm_twin": {"author": author, "adapter": version.name, "ai_generated": False},
        }

    @router.post("/v1/score", responses=success(SCORED) | errors(400, 404, 410, 503))
    async def score(body: ScoreRequest, request: Request) -> dict[str, Any]:
        """0: like the others that the scorer knows, 1: like the author. People who write alike score alike."""
        require_author(request, parse_model_id(body.model)[0])
        return await asyncio.to_thread(scored, body)

    return router


def _trait(trait: Trait) -> dict[str, Any]:
    return {
        "habit": str(trait),
        "speaks": "for" if trait.nats > 0 else "against",
        "found": trait.found,
        "expected_of_author": round(trait.author, 2),
        "expected_of_others": round(trait.others, 2),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
