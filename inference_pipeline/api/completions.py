"""Answers as OpenAI's chat completions: one JSON object, or chunks of a stream.

Beside OpenAI's fields there are two of our own, which its client libraries pass through: `citations`, and `llm_twin`
with the versions that made the answer. They stand beside `choices`; where several answers were asked for, in each of
the choices. In a stream the chunk with the finish reason carries them, and a chunk before it the annotations.
"""

import json
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from feature_store.records import digest_of
from inference_pipeline.answers import AnswerDelta, Finished, Origin, Started
from inference_pipeline.api.answering import IndexedEvents
from inference_pipeline.api.errors import WireError

DONE = "data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Completion:
    model: str  # as the client named it
    include_usage: bool = False  # in the last chunk of a stream
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answers: Sequence[Finished]) -> dict[str, Any]:
        choices = [_choice(index, answer) for index, answer in enumerate(answers)]
        outer = extras(answers[0])
        if len(answers) > 1:
            choices = [choice | extras(answer) for choice, answer in zip(choices, answers, strict=True)]
            outer = {}
        head = self._head("chat.completion", answers[0].origin)
        return {**head, "choices": choices, "usage": usage(answers), **outer}

    async def stream(self, events: IndexedEvents) -> AsyncGenerator[str, None]:
        origins: dict[int, Origin] = {}
        answers: list[Finished] = []
        async for index, event in events:
            match event:
                case Started(origin=origin):
                    origins[index] = origin
                    yield self._chunk(index, origin, {"role": "assistant", "content": "", "refusal": None})
                case AnswerDelta(text):
                    yield self._chunk(index, origins[index], {"content": text})
                case Finished():
                    answers.append(event)
                    # All of them in one chunk: openai's stream helpers cannot join two lists that have no indices.
                    if annotations := _annotations(event):
                        yield self._chunk(index, event.origin, {"annotations": annotations})
                    yield self._chunk(index, event.origin, {}, event.finish_reason, extras(event))
        if self.include_usage:
            head = self._head("chat.completion.chunk", answers[0].origin)
            yield server_sent({**head, "choices": [], "usage": usage(answers)})
        yield DONE

    def failure(self, error: WireError) -> str:
        return server_sent(error.body)

    def _chunk(
        self,
        index: int,
        origin: Origin,
        delta: dict[str, Any],
        finish_reason: str | None = None,
        outer: dict[str, Any] | None = None,
    ) -> str:
        choice = {"index": index, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        usage = {"usage": None} if self.include_usage else {}
        head = self._head("chat.completion.chunk", origin)
        return server_sent({**head, "choices": [choice], **usage, **(outer or {})})

    def _head(self, kind: str, origin: Origin) -> dict[str, Any]:
        fingerprint = f"fp_{digest_of('origin', asdict(origin))[:12]}"
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": fingerprint,
        }


def server_sent(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def extras(answer: Finished) -> dict[str, Any]:
    return {
        "citations": [asdict(citation) for citation in answer.citations],
        "llm_twin": {
            **asdict(answer.origin),
            "retrieval_ms": round(answer.retrieval_ms, 1),
            "generation_ms": round(answer.generation_ms, 1),
            "grounded": answer.grounded,
            "way": answer.way,
            "retrieved": [asdict(passage) for passage in answer.retrieved],
            "ai_generated": True,
        },
    }


def url_citations(answer: Finished) -> list[dict[str, Any]]:
    """Citations as OpenAI has them: characters [start_index, end_index) of the answer, and the address they rest on."""
    return [
        {"start_index": c.answer_start, "end_index": c.answer_end, "title": c.title, "url": c.url}
        for c in answer.citations
        if c.kind == "supports" and c.url
    ]


def _annotations(answer: Finished) -> list[dict[str, Any]]:
    return [{"type": "url_citation", "url_citation": one} for one in url_citations(answer)]


def _choice(index: int, answer: Finished) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": _annotations(answer)}
    return {"index": index, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}


def usage(answers: Sequence[Finished]) -> dict[str, int]:
    """The prompt counts once, however many answers it got."""
    prompt, written = answers[0].prompt_tokens, sum(answer.completion_tokens for answer in answers)
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}
