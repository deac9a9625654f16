"""OpenTelemetry spans in the semantic conventions for generative AI, through the API package alone.

Nothing is recorded or sent until somebody installs the SDK with an exporter (`opentelemetry-instrument twin serve`).
https://github.com/open-telemetry/semantic-conventions-genai
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from inference_pipeline.answers import Finished, Question
from inference_pipeline.engines import GenerationRequest

TRACER = trace.get_tracer("llm_twin")
PROVIDER = {"gen_ai.provider.name": "llm_twin"}
RETRIEVE = {**PROVIDER, "gen_ai.operation.name": "retrieval"}


@contextmanager
def span(name: str, attributes: Mapping[str, AttributeValue], *, within: Span | None = None) -> Iterator[Span]:
    """Not made the current one: answers are async generators, which must not hold a context over a yield.

    Of an error only the type is kept: its message may quote what was asked.
    """
    context = None if within is None else trace.set_span_in_context(within)
    started = TRACER.start_span(name, context, attributes=attributes)
    try:
        yield started
    except Exception as error:
        started.set_attribute("error.type", type(error).__qualname__)
        started.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        started.end()


def asked(question: Question) -> dict[str, AttributeValue]:
    return {
        **PROVIDER,
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": question.author,
        "gen_ai.agent.version": question.reference,
    }


def requested(request: GenerationRequest, model: str) -> dict[str, AttributeValue]:
    found: dict[str, AttributeValue] = {
        **PROVIDER,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": request.max_new_tokens,
        "gen_ai.request.temperature": request.temperature,
        "gen_ai.request.top_p": request.top_p,
    }
    return found if request.seed is None else {**found, "gen_ai.request.seed": request.seed}


def answered(answer: Finished) -> dict[str, AttributeValue]:
    return {
        "gen_ai.response.model": f"{answer.origin.author}@{answer.origin.adapter}",
        "gen_ai.response.finish_reasons": [answer.finish_reason],
        "gen_ai.usage.input_tokens": answer.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.completion_tokens,
    }


def content(question: Question, answer: Finished) -> dict[str, AttributeValue]:
    """What was said, for those who switched it on."""
    spoken = [{"role": m.role, "parts": [{"type": "text", "content": m.content}]} for m in question.messages]
    written = {"role": "assistant", "parts": [{"type": "text", "content": answer.text}]}
    return {
        "gen_ai.input.messages": json.dumps(spoken, ensure_ascii=False),
        "gen_ai.output.messages": json.dumps([{**written, "finish_reason": answer.finish_reason}], ensure_ascii=False),
    }
