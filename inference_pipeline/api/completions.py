"""Answers in OpenAI's wire form: one JSON object, or chunks of a stream.

Beside OpenAI's fields there are two of our own, which its client libraries pass through: `citations`, and `llm_twin`
with the versions that made the answer. In a stream the chunk with the finish reason carries them.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any

from inference_pipeline.answers import AnswerEvent, Delta, Finished, Started

DONE = "data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Completion:
    model: str  # as the client named it
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Finished) -> dict[str, Any]:
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": _usage(answer), **_extras(answer)}

    async def chunks(self, events: AsyncIterator[AnswerEvent], *, include_usage: bool) -> AsyncIterator[dict[str, Any]]:
        async for event in events:
            match event:
                case Started():
                    yield self._chunk({"role": "assistant", "content": ""})
                case Delta(text):
                    yield self._chunk({"content": text})
                case Finished():
                    yield {**self._chunk({}, event.finish_reason), **_extras(event)}
                    if include_usage:
                        yield {**self._head("chat.completion.chunk"), "choices": [], "usage": _usage(event)}

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def server_sent(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _usage(answer: Finished) -> dict[str, int]:
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "total_tokens": answer.prompt_tokens + answer.completion_tokens,
    }


def _extras(answer: Finished) -> dict[str, Any]:
    return {
        "citations": [asdict(citation) for citation in answer.citations],
        "llm_twin": {
            **asdict(answer.origin),
            "retrieval_ms": round(answer.retrieval_ms, 1),
            "generation_ms": round(answer.generation_ms, 1),
            "grounded": answer.grounded,
            "ai_generated": True,
        },
    }
