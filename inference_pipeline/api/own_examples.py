"""Requests to the twin's own routes that can be sent as they are, and their answers: for /openapi.json."""

from typing import Any

from inference_pipeline.api.completions import extras, usage
from inference_pipeline.api.examples import ANSWER

AUTHOR = "maud-ferrier"
DRAFT = (
    "The harbour clock in our town has been running slow again since the beginning of the month. A number of people "
    "have asked me whether it is going to be repaired in the near future. I have contacted the council, and they "
    "have told me that somebody will come."
)

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

WRITE_REQUEST: dict[str, Any] = {"model": AUTHOR, "platform": "mastodon", "topic": "When the Patient Annie was built"}
WRITTEN: dict[str, Any] = {
    "id": "write-7d0c5b9e2a41f6038c5d9b12",
    "object": "twin.post",
    "model": AUTHOR,
    "text": ANSWER.text,
    "platform": "mastodon",
    "characters": len(ANSWER.text),
    "characters_allowed": 500,
    "words": 11,
    "shortened": False,
    "usage": usage([ANSWER]),
    **extras(ANSWER),
}

REWRITE_REQUEST: dict[str, Any] = {"model": AUTHOR, "text": DRAFT}
REWRITTEN: dict[str, Any] = {
    "id": "rewrite-2a41f6038c5d9b127d0c5b9e",
    "object": "twin.rewrite",
    "model": AUTHOR,
    "text": "The clock is slow again. I have rung the council, and a man will come.",
    "pieces": 1,
    "finish_reason": "stop",
    "usage": usage([ANSWER]),
    **extras(ANSWER),
    "citations": [],
}

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
    "llm_twin": {"author": AUTHOR, "adapter": "v2", "ai_generated": False},
}

FEEDBACK_REQUEST: dict[str, Any] = {
    "model": AUTHOR,
    "messages": [{"role": "user", "content": "When was the Patient Annie built?"}],
    "answer": "She was built in 1984.",
    "correction": "In Carrick, in 1974.",
}
KEPT: dict[str, Any] = {
    "object": "twin.feedback",
    "model": AUTHOR,
    "rating": "down",
    "preference_pair": True,
    "created_at": "2026-09-21T14:13:20+00:00",
}
