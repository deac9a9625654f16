"""POST /v1/write: a post from a `topic` or `notes`, for a `platform` and of a `length`; it ends with a whole sentence,
within the platform's limit.
POST /v1/rewrite: a `text` in the author's voice.

Both ask the model as its training examples were asked (text/request_wording.py): a first form of a request,
in the language that is named, and nothing about platforms or lengths, which no example had. Length is kept afterwards.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from inference_pipeline.answers import SEEDS, Finished, Question
from inference_pipeline.api.access import require_author
from inference_pipeline.api.completions import extras, usage
from inference_pipeline.api.examples import ANSWER, AUTHOR, DRAFT
from inference_pipeline.api.openapi import errors, success
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.schemas import parse_model_id
from inference_pipeline.api.services import Services
from inference_pipeline.platforms import PLATFORMS, Platform, end_within, tokens_for
from model_registry.prompting import ChatMessage
from text.request_wording import listed, wording
from text.sentences import passages
from text.words import count_words

WORDS = {"short": 60, "medium": 200, "long": 500}
MAX_WORDS = 2000
PIECE_WORDS = 150  # of a text to rewrite, at once: about what training examples were long
MAX_CHARACTERS = 20_000
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
    **extras(replace(ANSWER, citations=(), retrieved=())),
}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Sampling(RequestBody):
    """What requests to write share."""

    model: str
    language: str = Field("en", description="Of the request, as ISO 639-1: en, de, fr, es, pt, it, nl.")
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: int | None = None

    def question(self, request: str, *, words: int, retrieve: bool) -> Question:
        """Raises UnknownModelError."""
        author, reference = parse_model_id(self.model)
        return Question(
            author=author,
            reference=reference,
            messages=(ChatMessage("user", request),),
            max_new_tokens=tokens_for(words),
            temperature=self.temperature,
            top_p=self.top_p,
            seed=None if self.seed is None else self.seed % SEEDS,
            retrieve=retrieve,
            words=words,
        )


class WriteRequest(Sampling):
    """From a topic or from notes, one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [WRITE_REQUEST]})

    platform: Platform = "blog"
    topic: Annotated[Text, Field(max_length=500)] | None = Field(None, examples=["the harbour clock"])
    notes: Annotated[list[Annotated[Text, Field(max_length=500)]], Field(min_length=1, max_length=30)] | None = None
    length: Literal["short", "medium", "long"] | Annotated[int, Field(ge=5, le=MAX_WORDS)] | None = Field(
        None, description="In words; without it, what is usual on the platform. It ends with a sentence."
    )

    @model_validator(mode="after")
    def _from_something(self) -> "WriteRequest":
        if (self.topic is None) == (self.notes is None):
            raise ValueError("give either topic or notes: what the post is to be about")
        return self

    @property
    def words(self) -> int:
        if self.length is None:
            return PLATFORMS[self.platform].words
        return self.length if isinstance(self.length, int) else WORDS[self.length]

    @property
    def request(self) -> str:
        asked = wording(self.language)
        if self.notes is not None:
            return asked.notes[0].format(notes="\n".join(f"- {' '.join(note.split())}" for note in self.notes))
        return asked.topics[0].format(topics=listed([" ".join((self.topic or "").split())], asked.conjunction))


class RewriteRequest(Sampling):
    model_config = ConfigDict(json_schema_extra={"examples": [REWRITE_REQUEST]})

    text: Annotated[Text, Field(max_length=MAX_CHARACTERS)] = Field(examples=["The clock in the harbour is slow."])


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("/v1/write", responses=success(WRITTEN) | errors(400, 404, 410, 503))
    async def write(body: WriteRequest, request: Request) -> dict[str, Any]:
        limits = PLATFORMS[body.platform]
        made = new_id("write")
        question = body.question(body.request, words=body.words, retrieve=True)
        require_author(request, question.author)
        answer = await services.answering.whole(request, question, made)
        text = end_within(answer.text, limits, words=body.words, complete=answer.finish_reason == "stop")
        shown = replace(answer, citations=tuple(c for c in answer.citations if c.answer_end <= _seen(answer, text)))
        return {
            **_head(made, "twin.post", body.model, text),
            "platform": body.platform,
            "characters": limits.measure(text),
            "characters_allowed": limits.characters,
            "words": count_words(text),
            "shortened": len(text) < len(answer.text.strip()),
            "usage": usage([answer]),
            **extras(shown),
        }

    @router.post("/v1/rewrite", responses=success(REWRITTEN) | errors(400, 404, 410, 503))
    async def rewrite(body: RewriteRequest, request: Request) -> dict[str, Any]:
        """A long text is rewritten in pieces that end with sentences, one after the other."""
        require_author(request, parse_model_id(body.model)[0])
        made = new_id("rewrite")
        pieces = list(passages(body.text, words=PIECE_WORDS)) or [body.text]
        done = []
        for place, piece in enumerate(pieces):
            asked = wording(body.language).rewrite[0].format(plain=piece)
            question = body.question(asked, words=2 * count_words(piece), retrieve=False)
            done.append(
                await services.answering.whole(request, question, made if len(pieces) == 1 else f"{made}-{place + 1}")
            )
        whole = _joined(done)
        return {
            **_head(made, "twin.rewrite", body.model, whole.text),
            "pieces": len(pieces),
            "finish_reason": whole.finish_reason,
            "usage": usage([whole]),
            **extras(whole),
        }

    return router


def new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(12)}"


def _head(made: str, kind: str, model: str, text: str) -> dict[str, Any]:
    return {"id": made, "object": kind, "model": model, "text": text}


def _seen(answer: Finished, text: str) -> int:
    """How many characters of the answer a reader is shown."""
    return len(answer.text) - len(answer.text.lstrip()) + len(text)


def _joined(answers: Sequence[Finished]) -> Finished:
    """One after the other, as one."""
    return replace(
        answers[-1],
        text="\n\n".join(answer.text.strip() for answer in answers),
        finish_reason="length" if any(answer.finish_reason == "length" for answer in answers) else "stop",
        prompt_tokens=sum(answer.prompt_tokens for answer in answers),
        completion_tokens=sum(answer.completion_tokens for answer in answers),
        retrieval_ms=sum(answer.retrieval_ms for answer in answers),
        generation_ms=sum(answer.generation_ms for answer in answers),
    )
