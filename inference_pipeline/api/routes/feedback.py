"""POST /v1/feedback: takes a `rating` or a `correction` of an answer; with `training.preference.method` set,
corrections are learned from.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, model_validator

from feature_store.records import ScoredChunk
from inference_pipeline.api.access import require_author
from inference_pipeline.api.examples import AUTHOR, QUESTION
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.recent_answers import RecentAnswers
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.schemas import Message, Role, parse_model_id
from inference_pipeline.api.services import Services
from inference_pipeline.errors import AnswerNotFoundError
from inference_pipeline.retrieval import as_passages
from model_registry.feedback import Feedback, Rating
from model_registry.prompting import ChatMessage

MAX_TURNS = 50
FEEDBACK_REQUEST: dict[str, Any] = {
    "model": AUTHOR,
    "messages": [QUESTION],
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
Shown = Annotated[str, Field(min_length=1, max_length=20_000)]


class Turn(Message):
    role: Role
    content: Shown


class FeedbackRequest(RequestBody):
    """Of a lately given answer, by its id; or of a conversation that ends in a user turn, and its answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [FEEDBACK_REQUEST]})

    model: str
    answer_id: Annotated[str, Field(max_length=100)] | None = Field(
        None, examples=["chatcmpl-0123456789abcdef01234567"]
    )
    messages: Annotated[list[Turn], Field(min_length=1, max_length=MAX_TURNS)] | None = None
    answer: Shown | None = None
    rating: Rating | None = None
    correction: Shown | None = Field(None, description="What the answer should have said, in the author's own words.")

    @model_validator(mode="after")
    def _says_something_of_one_answer(self) -> "FeedbackRequest":
        given = self.messages is not None and self.answer is not None
        partly = self.messages is not None or self.answer is not None
        if partly != given or given == (self.answer_id is not None):
            raise ValueError("name the answer by answer_id, or give messages and answer")
        if self.messages is not None and self.messages[-1].role != "user":
            raise ValueError("the last of messages must have the role 'user': it is what was answered")
        if self.rating is None and self.correction is None:
            raise ValueError("give a rating, 'up' or 'down', or a correction")
        if self.rating == "up" and self.correction is not None:
            raise ValueError("a corrected answer cannot be rated 'up': leave one of the two out")
        return self


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/feedback", responses=success(KEPT) | errors(400, 404, 409, 503))
    async def give_feedback(body: FeedbackRequest, request: Request) -> dict[str, Any]:
        """A correction becomes a preference pair of the next training; a thumb alone is kept, and teaches nothing."""
        author, _ = parse_model_id(body.model)
        require_author(request, author)
        kept = _feedback(body, author, services.answering.recent)
        await asyncio.to_thread(services.feedback.append, author, kept)
        return {
            "object": "twin.feedback",
            "model": body.model,
            "rating": kept.rating,
            "preference_pair": bool(kept.chosen and kept.rejected),
            "created_at": kept.created_at,
        }

    return router


def _feedback(body: FeedbackRequest, author: str, recent: RecentAnswers) -> Feedback:
    """Raises AnswerNotFoundError."""
    chunks: tuple[ScoredChunk, ...] = ()
    origin = {"model": body.model}
    if body.answer_id is not None:
        given = recent.find(body.answer_id)
        if given is None or given.origin.author != author:
            raise AnswerNotFoundError(
                f"{body.answer_id!r} is no answer of {author} that is remembered. Send its messages and its answer."
            )
        messages, answer, chunks = list(given.question.messages), given.text, given.chunks
        origin |= {"adapter": given.origin.adapter, "features": given.origin.features}
    else:
        messages, answer = [turn.as_chat_message() for turn in body.messages or []], body.answer or ""
    *earlier, last = messages
    liked = body.rating == "up"
    return Feedback(
        request=last.content,
        earlier=tuple(ChatMessage(m.role, m.content) for m in earlier),
        chosen=body.correction or (answer if liked else ""),
        rejected="" if liked else answer,
        passages=tuple(as_passages(chunks)),
        documents=tuple(dict.fromkeys(scored.chunk.document_id for scored in chunks)),
        rating=body.rating or "down",
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        **origin,
    )
