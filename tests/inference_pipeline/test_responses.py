"""/v1/responses with OpenAI's own client, unmodified."""

import json
from typing import Any

import openai
import pytest

from fakes.service import ANSWER, ASKED, Service

QUESTION = ASKED[0]["content"]
SENTENCE = "The Patient Annie was built in Carrick in 1974."


def test_a_response(service: Service) -> None:
    response = service.openai.responses.create(
        model="maud", input=QUESTION, instructions="Be brief.", max_output_tokens=50, metadata={"a": "b"}
    )
    assert (response.output_text, response.status, response.object) == (ANSWER, "completed", "response")
    assert (response.instructions, response.max_output_tokens, response.metadata) == ("Be brief.", 50, {"a": "b"})
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + len(ANSWER.split())
    assert response.usage.input_tokens_details.cached_tokens == 0
    assert response.usage.output_tokens_details.reasoning_tokens == 0
    message: Any = response.output[0]
    (annotation,) = message.content[0].annotations
    assert ANSWER[annotation.start_index : annotation.end_index] == SENTENCE
    assert response.citations[0]["quote"] == "She was built in Carrick in 1974."  # type: ignore[attr-defined]
    assert response.llm_twin["ai_generated"]  # type: ignore[attr-defined]


def test_what_was_answered_can_be_sent_back(service: Service) -> None:
    first = service.openai.responses.create(model="maud", input=QUESTION)
    items: Any = [
        {"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
        *first.output,
        {"type": "message", "role": "user", "content": "And who steers her?"},
    ]
    assert service.openai.responses.create(model="maud", input=items, store=True).store is False
    roles = [message.role for message in service.openai.responses.create(model="maud", input=items).output]  # type: ignore[union-attr]
    assert roles == ["assistant"]


def test_the_events_of_a_stream_come_in_order_and_are_numbered(service: Service) -> None:
    events: list[Any] = list(service.openai.responses.create(model="maud", input=QUESTION, stream=True))
    kinds = [event.type.removeprefix("response.") for event in events]
    deltas = kinds.count("output_text.delta")
    assert deltas == 2  # sentences
    assert kinds == [
        "created", "in_progress", "output_item.added", "content_part.added", *["output_text.delta"] * deltas,
        "output_text.annotation.added", "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == ANSWER
    assert events[-1].response.output_text == ANSWER
    assert events[-1].response.id == events[0].response.id
    assert events[0].response.status == "in_progress"
    assert {event.item_id for event in events if hasattr(event, "item_id")} == {events[-1].response.output[0].id}


def test_the_clients_own_accumulation_of_a_stream(service: Service) -> None:
    with service.openai.responses.stream(model="maud", input=QUESTION) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text == ANSWER


def test_an_answer_that_was_cut_is_incomplete(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.openai.responses.create(model="maud", input=QUESTION)
    engine = service.world.engines["maud v1"]
    monkeypatch.setattr(engine, "finish_reason", "length")
    response = service.openai.responses.create(model="maud", input=QUESTION, max_output_tokens=11)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    last: Any = list(service.openai.responses.create(model="maud", input=QUESTION, max_output_tokens=11, stream=True))[
        -1
    ]
    assert (last.type, last.response.output[0].status) == ("response.incomplete", "incomplete")


def test_a_stream_that_fails_midway_says_so(service: Service) -> None:
    service.openai.responses.create(model="maud", input=QUESTION)
    service.world.engines["maud v1"].fail_after = 3
    *_, last = list(service.openai.responses.create(model="maud", input=QUESTION, stream=True))
    assert (last.type, last.response.status) == ("response.failed", "failed")  # type: ignore[union-attr]
    assert "cannot be served" in last.response.error.message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"background": True}, "background"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"input": []}, "input"),
        ({"input": " "}, "input"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "input"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]}, "input[0].content"),
        ({"max_output_tokens": -2}, "max_output_tokens"),
    ],
)
def test_what_a_twin_cannot_do_is_refused_by_name(service: Service, body: dict[str, object], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        service.openai.responses.create(**{"model": "maud", "input": QUESTION, **body})  # type: ignore[call-overload]
    assert (caught.value.param or "").startswith(param)


def test_an_event_on_the_wire_has_a_name_and_its_data(service: Service) -> None:
    text = service.http.post("/v1/responses", json={"model": "maud", "input": QUESTION, "stream": True}).text
    for event in text.removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        assert name.removeprefix("event: ") == json.loads(data.removeprefix("data: "))["type"]
