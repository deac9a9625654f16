"""Conversations as programs send them: what follows the question, turns of tools, and limits that mean none."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from fakes.service import ANSWER, ASKED, Service
from inference_pipeline.api.routes.responses.request import ResponseRequest
from model_registry.prompting import ChatMessage

QUESTION = ASKED[0]["content"]
SYSTEM = {"role": "system", "content": "Two short paragraphs."}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {}}]}
FOUND = {"role": "tool", "tool_call_id": "c1", "content": "06:30"}
ITEMS: list[dict[str, Any]] = [
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {"type": "function_call", "call_id": "c1", "name": "now", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": "06:30"},
]


def prompt(service: Service, route: str = "chat/completions", **body: object) -> tuple[int, ...]:
    """The token ids that the engine was given, once the twin has answered."""
    answer = service.http.post(f"/v1/{route}", json={"model": "maud@v1", "seed": 1, **body})
    assert answer.status_code == 200, answer.text
    assert ANSWER in answer.text
    asked: tuple[int, ...] = service.world.engines["maud v1"].requests[-1].prompt
    return asked


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        ([*ASKED, SYSTEM], [SYSTEM, *ASKED]),
        ([*ASKED, {"role": "assistant", "content": ""}, SYSTEM], [SYSTEM, *ASKED]),
        ([{"role": "user", "content": "Hello."}, CALL, FOUND, *ASKED], [{"role": "user", "content": "Hello."}, *ASKED]),
        ([*ASKED, CALL, FOUND], ASKED),
        ([*ASKED, CALL | {"tool_calls": None}, {"role": "function", "name": "now", "content": "06:30"}], ASKED),
    ],
)
def test_the_last_turn_of_the_user_is_answered(service: Service, sent: list[Any], same: list[Any]) -> None:
    assert prompt(service, messages=sent) == prompt(service, messages=same)


@pytest.mark.parametrize("route", ["chat/completions", "responses"])
def test_an_answer_goes_on_from_what_an_assistant_has_said_of_it(service: Service, route: str) -> None:
    field = "messages" if route == "chat/completions" else "input"
    said = {"role": "assistant", "content": "In 1974, I think: "}
    tokenizer = Tokenizer.from_str(service.world.base.tokenizer_json)
    seen = [
        tokenizer.decode(list(prompt(service, route, **{field: sent})), skip_special_tokens=False)
        for sent in (ASKED, [*ASKED, said], [*ASKED, said, SYSTEM])
    ]
    assert seen[1].endswith("assistant\nIn 1974, I think:")
    assert seen[2].endswith("assistant\nIn 1974, I think:")
    assert SYSTEM["content"] in seen[2]
    if route == "chat/completions":
        assert seen[1] == seen[0] + "In 1974, I think:"


def test_what_was_said_before_the_question_stays(service: Service) -> None:
    said = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Kettle is on."}]
    assert prompt(service, messages=[*said, *ASKED]) != prompt(service, messages=ASKED)


def test_items_of_tools_are_no_part_of_a_response(service: Service) -> None:
    question = {"type": "message", "role": "user", "content": QUESTION}
    assert prompt(service, "responses", input=[question, *ITEMS])
    request = ResponseRequest.model_validate({"model": "maud", "input": [question, *ITEMS]})
    assert request.question().messages == (ChatMessage("user", QUESTION),)


def test_tools_that_may_be_called_are_not_called(service: Service) -> None:
    tool = {"type": "function", "name": "now", "function": {"name": "now", "parameters": {}}}
    for choice in ({}, {"tool_choice": "auto"}, {"tool_choice": "none"}):
        assert prompt(service, messages=ASKED, tools=[tool], **choice)
        assert prompt(service, "responses", input=QUESTION, tools=[tool], **choice)


@pytest.mark.parametrize("limit", [-1, 0, "-1", "0", -1.0])
@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_no_limit_is_the_servers_own(service: Service, field: str, limit: object) -> None:
    prompt(service, messages=ASKED, **{field: limit})
    prompt(service, "responses", input=QUESTION, max_output_tokens=limit)
    given = [request.max_new_tokens for request in service.world.engines["maud v1"].requests]
    assert given == [service.world.settings.max_new_tokens] * 2


@pytest.mark.shared
def test_requests_of_real_programs_are_answered(service: Service, shared: Path) -> None:
    paths = sorted((shared / "cases" / "clients").rglob("*.json"))
    assert paths
    for path in paths:
        body = json.loads(path.read_text(encoding="utf-8")) | {"model": "maud"}
        answer = service.http.post("/v1/chat/completions", json=body)
        assert answer.status_code == 200, (path, answer.text)
