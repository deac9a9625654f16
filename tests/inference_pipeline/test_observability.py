"""What an operator sees of a server: Prometheus' figures and OpenTelemetry's spans, and what they must not show."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from fakes.service import ANSWER, ASKED, Service
from inference_pipeline import tracing

BODY = {"model": "maud", "messages": ASKED}


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "TRACER", provider.get_tracer("llm_twin"))
    yield exporter
    provider.shutdown()


def figures(service: Service) -> dict[tuple[str, str], float]:
    """By name and label value; "" where there is no label."""
    found = {}
    for family in text_string_to_metric_families(service.http.get("/metrics").text):
        for sample in family.samples:
            if sample.name.startswith("llm_twin:") and "le" not in sample.labels:
                found[sample.name, "".join(sample.labels.values())] = sample.value
    return found


def test_the_figures_count_what_was_answered_and_refused(service: Service) -> None:
    before = figures(service)
    answered = service.http.post("/v1/chat/completions", json=BODY).json()
    service.app.state.admission.drain()
    assert service.http.post("/v1/chat/completions", json=BODY).status_code == 503
    after = figures(service)
    grown = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    assert grown["llm_twin:request_success_total", "stop"] == 1
    assert grown["llm_twin:request_refused_total", "503"] == 1
    assert grown["llm_twin:prompt_tokens_total", ""] == answered["usage"]["prompt_tokens"]
    assert grown["llm_twin:generation_tokens_total", ""] == answered["usage"]["completion_tokens"]
    assert grown["llm_twin:time_to_first_token_seconds_count", ""] == 1
    assert after["llm_twin:num_requests_running", ""] == after["llm_twin:num_requests_waiting", ""] == 0


def test_an_error_is_counted_as_one(service: Service) -> None:
    service.http.post("/v1/chat/completions", json=BODY)
    service.world.engines["maud v1"].fail_after = 2
    before = figures(service)
    service.http.post("/v1/chat/completions", json=BODY)
    assert figures(service)["llm_twin:request_success_total", "error"] == (
        before.get(("llm_twin:request_success_total", "error"), 0) + 1
    )


def test_the_figures_name_no_author_and_no_text(service: Service) -> None:
    service.http.post("/v1/chat/completions", json=BODY)
    shown = service.http.get("/metrics").text.lower()
    assert "llm_twin:" in shown
    assert not [word for word in ("maud", "ferry", "patient", "kettle", "carrick") if word in shown]


def test_an_answer_is_one_trace_of_what_was_done(service: Service, spans: InMemorySpanExporter) -> None:
    service.http.post("/v1/chat/completions", json=BODY | {"seed": 4})
    found = {span.name.split()[0]: span for span in spans.get_finished_spans()}
    assert set(found) == {"invoke_agent", "retrieve", "render", "chat"}
    whole = found.pop("invoke_agent")
    assert whole.parent is None
    for part in found.values():
        assert part.parent is not None
        assert part.parent.span_id == whole.context.span_id
    chat = dict(found["chat"].attributes or {})
    assert (chat["gen_ai.operation.name"], chat["gen_ai.request.seed"]) == ("chat", 4)
    assert (chat["gen_ai.response.model"], chat["gen_ai.response.finish_reasons"]) == ("maud@v1", ("stop",))
    assert (found["retrieve"].attributes or {})["llm_twin.passages"] == 1


def everything(spans: tuple[ReadableSpan, ...]) -> str:
    return " ".join(span.to_json() for span in spans)


def test_spans_hold_what_was_said_only_where_it_is_switched_on(service: Service, spans: InMemorySpanExporter) -> None:
    service.http.post("/v1/chat/completions", json=BODY)
    quiet = everything(spans.get_finished_spans())
    assert ASKED[0]["content"] not in quiet
    assert ANSWER not in quiet
    service.world.settings.__dict__["trace_content"] = True
    service.http.post("/v1/chat/completions", json=BODY)
    shown = everything(spans.get_finished_spans())
    assert ASKED[0]["content"] in shown
    assert ANSWER in shown


def test_a_failed_answer_shows_its_kind_and_not_its_message(service: Service, spans: InMemorySpanExporter) -> None:
    service.http.post("/v1/chat/completions", json=BODY)
    service.world.engines["maud v1"].fail_after = 2
    spans.clear()
    service.http.post("/v1/chat/completions", json=BODY)
    chat = next(span for span in spans.get_finished_spans() if span.name.startswith("chat"))
    assert not chat.status.is_ok
    assert (chat.attributes or {})["error.type"] == "EngineUnavailableError"
    assert "SIGKILL" not in everything(spans.get_finished_spans())
