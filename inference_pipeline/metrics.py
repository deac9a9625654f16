"""What a server measures of itself, under the names that vLLM gives them, for GET /metrics.

https://docs.vllm.ai/en/latest/usage/metrics.html. Labels take a handful of values: no author, model or text is one.
"""

import functools
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from prometheus_client import Counter, Gauge, Histogram

from inference_pipeline.answers import AnswerEvent, Finished, Question, Started

PREFIX = "llm_twin:"
FIRST_TOKEN = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160)
PER_TOKEN = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5)
WHOLE = (0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 60, 120, 240)

WAITING = Gauge(f"{PREFIX}num_requests_waiting", "Requests let in that have no first token yet.")
RUNNING = Gauge(f"{PREFIX}num_requests_running", "Requests whose answer is being written.")
QUEUE_TIME = Histogram(f"{PREFIX}request_queue_time_seconds", "Until its turn.", buckets=FIRST_TOKEN)
TIME_TO_FIRST_TOKEN = Histogram(f"{PREFIX}time_to_first_token_seconds", "Retrieval included.", buckets=FIRST_TOKEN)
TIME_PER_OUTPUT_TOKEN = Histogram(
    f"{PREFIX}time_per_output_token_seconds", "Mean of an answer, after its first token.", buckets=PER_TOKEN
)
E2E_LATENCY = Histogram(f"{PREFIX}e2e_request_latency_seconds", "From question to last token.", buckets=WHOLE)
PROMPT_TOKENS = Counter(f"{PREFIX}prompt_tokens", "Tokens of prompts, passages included.")
GENERATION_TOKENS = Counter(f"{PREFIX}generation_tokens", "Tokens of answers.")
SUCCESS = Counter(
    f"{PREFIX}request_success", "Requests that ended, by how: stop, length, abort, error.", ["finished_reason"]
)
REFUSED = Counter(f"{PREFIX}request_refused", "Requests turned away, by status.", ["status"])

S = TypeVar("S")
Answering = Callable[[S, Question], AsyncGenerator[AnswerEvent, None]]


def measured(answering: Answering[S]) -> Answering[S]:
    """`answering` with every answer counted, also one whose client leaves before its end."""

    @functools.wraps(answering)
    async def counted(self: S, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        began = time.perf_counter()
        first, state, reason = 0.0, WAITING, "abort"
        state.inc()
        try:
            async with aclosing(answering(self, question)) as events:
                async for event in events:
                    now = time.perf_counter()
                    if isinstance(event, Started):
                        first, state = now, RUNNING
                        WAITING.dec()
                        state.inc()
                        TIME_TO_FIRST_TOKEN.observe(now - began)
                    elif isinstance(event, Finished):
                        reason = event.finish_reason
                        _finished(event, whole=now - began, writing=now - first)
                    yield event
        except Exception:
            reason = "error"
            raise
        finally:
            state.dec()
            SUCCESS.labels(reason).inc()

    return counted


def _finished(answer: Finished, *, whole: float, writing: float) -> None:
    """Both in seconds."""
    E2E_LATENCY.observe(whole)
    PROMPT_TOKENS.inc(answer.prompt_tokens)
    GENERATION_TOKENS.inc(answer.completion_tokens)
    if answer.completion_tokens > 1:
        TIME_PER_OUTPUT_TOKEN.observe(writing / (answer.completion_tokens - 1))
