"""The wire form of chat completions: several answers, what is refused, every error in one form."""

import json
from typing import Any

import pytest

from fakes.engine import FakeEngine, eventually
from fakes.service import ANSWER, ASKED, Service
from inference_pipeline.errors import OutOfMemoryError


def ask(service: Service, **body: object) -> Any:
    return service.http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED, **body})


def test_several_answers_are_sampled_apart_from_one_prompt_that_counts_once(service: Service) -> None:
    one = ask(service).json()
    three = ask(service, n=3, seed=2**31 - 2).json()
    assert [choice["index"] for choice in three["choices"]] == [0, 1, 2]
    assert [choice["message"]["content"] for choice in three["choices"]] == [ANSWER] * 3
    assert all(choice["citations"] == one["citations"] for choice in three["choices"])
    assert {choice["llm_twin"]["adapter"] for choice in three["choices"]} == {"v1"}
    assert three["usage"]["completion_tokens"] == 3 * one["usage"]["completion_tokens"]
    requests = service.world.engines["maud v1"].requests[-3:]
    assert sorted(request.seed for request in requests) == [0, 2**31 - 2, 2**31 - 1]  # type: ignore[type-var]
    assert {len(request.prompt) for request in requests} == {three["usage"]["prompt_tokens"]}
    assert len({request.prompt for request in requests}) == 1
    ask(service, n=2)
    first, second = service.world.engines["maud v1"].requests[-2:]
    assert first.prompt == second.prompt
    assert first.seed != second.seed


def test_a_stream_of_several_answers_names_the_one_that_a_chunk_belongs_to(service: Service) -> None:
    stream = service.openai.chat.completions.create(
        model="maud", messages=ASKED, stream=True, n=4, stream_options={"include_usage": True}
    )  # type: ignore[call-overload]
    *chunks, usage = list(stream)
    for index in range(4):
        mine = [chunk.choices[0] for chunk in chunks if chunk.choices[0].index == index]
        assert mine[0].delta.role == "assistant"
        assert "".join(choice.delta.content or "" for choice in mine) == ANSWER
        assert [choice.finish_reason for choice in mine if choice.finish_reason] == ["stop"]
        assert mine[-1].finish_reason == "stop"
    assert usage.usage.completion_tokens == 4 * len(ANSWER.split())
    assert len({chunk.system_fingerprint for chunk in [*chunks, usage]}) == 1


def test_usage_is_null_in_all_chunks_but_the_last_and_absent_when_not_asked_for(service: Service) -> None:
    for wanted in (True, False):
        text = ask(service, stream=True, stream_options={"include_usage": wanted}).text
        *chunks, done = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
        bodies = [json.loads(chunk) for chunk in chunks]
        assert done == "[DONE]"
        assert [body.get("usage", "absent") for body in bodies[:-1]] == [None if wanted else "absent"] * (
            len(bodies) - 1
        )
        assert (bodies[-1].get("usage") is not None) == wanted


def test_each_of_several_answers_takes_a_place_and_all_are_given_back(service: Service) -> None:
    service.app.state.admission.parallel = 3
    assert ask(service, n=4).status_code == 200
    assert service.under_way == 0
    engine = service.world.engines["maud v1"]
    engine.gate.clear()
    body = {"model": "maud", "messages": ASKED, "stream": True, "n": 3}
    with service.http.stream("POST", "/v1/chat/completions", json=body) as response:
        pieces = response.iter_bytes()  # kept: once it is collected, the connection is closed
        next(pieces)
        assert eventually(lambda: (engine.running, service.under_way) == (3, 3))
    assert eventually(lambda: (engine.running, service.under_way) == (0, 0))


def test_the_fingerprint_is_that_of_what_answers(service: Service) -> None:
    service.world.register("maud", promote=False)
    first, same, other = (
        ask(service, model=model).json()["system_fingerprint"] for model in ("maud", "maud@v1", "maud@v2")
    )
    assert first == same != other


def test_a_supported_sentence_is_annotated_with_its_address(service: Service) -> None:
    message = ask(service).json()["choices"][0]["message"]
    (annotation,) = message["annotations"]
    place = annotation["url_citation"]
    assert annotation["type"] == "url_citation"
    assert message["content"][place["start_index"] : place["end_index"]] == (
        "The Patient Annie was built in Carrick in 1974."
    )
    assert place["url"] == "https://example.org/maud/The-Patient-Annie"


def test_a_stream_has_the_annotations_of_the_whole_answer_before_it_finishes(service: Service) -> None:
    whole = ask(service, n=2).json()
    *events, _ = [line.removeprefix("data: ") for line in ask(service, n=2, stream=True).text.split("\n\n") if line]
    choices = [choice for event in events for choice in json.loads(event)["choices"]]
    for index in range(2):
        annotated, last = [choice for choice in choices if choice["index"] == index][-2:]
        annotations = whole["choices"][index]["message"]["annotations"]
        assert annotations
        assert (annotated["delta"], annotated["finish_reason"]) == ({"annotations": annotations}, None)
        assert (last["delta"], last["finish_reason"]) == ({}, "stop")


def test_openais_stream_helper_puts_the_answer_together(service: Service) -> None:
    asked: Any = {"model": "maud", "messages": ASKED}
    with service.openai.chat.completions.stream(**asked) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.content == ANSWER
    assert message.annotations == service.openai.chat.completions.create(**asked).choices[0].message.annotations


def test_an_answer_that_rests_on_nothing_streams_no_annotations(service: Service) -> None:
    service.world.text = "Kettle is on."
    assert "annotations" not in ask(service, model="maud@base", stream=True).text


@pytest.mark.parametrize(
    ("field", "refused", "harmless"),
    [
        ("tool_choice", "required", "auto"),
        ("tool_choice", {"type": "function", "function": {"name": "f"}}, "none"),
        ("function_call", {"name": "f"}, "auto"),
        ("response_format", {"type": "json_object"}, {"type": "text"}),
        ("modalities", ["text", "audio"], ["text"]),
        ("audio", {"voice": "alloy", "format": "wav"}, None),
        ("web_search_options", {}, None),
        ("logprobs", True, False),
        ("top_logprobs", 2, 0),
        ("logit_bias", {"50256": -100}, {}),
        ("presence_penalty", 0.5, 0.0),
        ("frequency_penalty", -1, 0),
    ],
)
def test_what_would_change_the_answer_is_refused_by_name(
    service: Service, field: str, refused: object, harmless: object
) -> None:
    response = ask(service, **{field: refused})
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == (400, field, "unsupported_parameter")
    assert "Leave it out" in error["message"]
    assert ask(service, **{field: harmless}).status_code == 200


def test_what_changes_nothing_is_tolerated(service: Service) -> None:
    more = {"metadata": {"a": "b"}, "store": True, "user": "u", "service_tier": "auto", "parallel_tool_calls": True}
    assert ask(service, **more, reasoning_effort="low", prompt_cache_key="k", top_p=0, stop=None).status_code == 200
    assert 0 < service.world.engines["maud v1"].requests[-1].top_p < 1e-3


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/v1/chat/completions", b"{", 400),
        ("POST", "/v1/chat/completions", b"", 400),
        ("POST", "/v1/chat/completions", b"[1]", 400),
        ("POST", "/v1/chat/completions", b'{"model": "maud"}', 400),
        ("POST", "/v1/chat/completions", b'{"model": "\\ud800", "messages": [{"role": "user", "content": "a"}]}', 400),
        ("POST", "/v1/chat/completions", b"\xff", 400),
        ("GET", "/v1/chat/completions", b"", 405),
        ("GET", "/v1/responses/resp_1", b"", 404),
        ("GET", "/v1/models/nobody", b"", 404),
    ],
)
def test_every_error_has_the_one_form(service: Service, method: str, path: str, content: bytes, status: int) -> None:
    response = service.http.request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert response.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/v1/completions", "is_chat_model=True"),
        ("/v1/completions/", "is_chat_model=True"),
        ("/chat/completions", "ends in /v1"),
        ("/v1/images/generations", "no such route. There are"),
    ],
)
def test_an_unknown_route_says_which_there_are(service: Service, path: str, advice: str) -> None:
    error = service.http.post(path, json={"model": "maud", "prompt": "Fog"}).json()["error"]
    assert error["code"] == "route_not_found"
    assert error["message"].startswith(f"POST {path}: there is no such route.")
    assert advice in error["message"]
    assert "POST /v1/chat/completions, " in error["message"]
    assert "/admin" not in error["message"]


def test_a_missing_field_is_named_as_openai_names_it(service: Service) -> None:
    error = service.http.post("/v1/chat/completions", json={"model": "maud"}).json()["error"]
    assert (error["param"], error["code"]) == ("messages", "missing_required_parameter")
    error = ask(service, messages=[{"role": "critic", "content": "a"}, *ASKED]).json()["error"]
    assert (error["param"], error["code"]) == ("messages[0].role", "invalid_value")


def test_the_version_is_told(service: Service) -> None:
    assert service.http.get("/version").json()["version"].count(".") == 2


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        (
            "chat/completions",
            {"messages": [*ASKED, {"role": "user", "content": "What \ud800?"}]},
            "messages[1].content",
        ),
        ("chat/completions", {"messages": ASKED, "stop": ["\udfff"]}, "stop[0]"),
        ("chat/completions", {"messages": ASKED, "model": "maud\ud800"}, "model"),
        ("responses", {"input": "What \udc00?"}, "input"),
        ("responses", {"input": "What?", "metadata": {"a\ud800": "b"}}, "metadata"),
        ("search", {"query": "\ud83d"}, "query"),
        ("write", {"topic": "\ud83d"}, "topic"),
        ("score", {"text": "\ud83d" * 200}, "text"),
        ("embeddings", {"input": ["\ud83d"], "model": "hash-encoder"}, "input[0]"),
    ],
)
def test_half_of_a_surrogate_pair_is_refused_by_its_place(
    service: Service, path: str, body: dict[str, object], param: str
) -> None:
    for stream in (False, True):
        content = json.dumps({"model": "maud", "stream": stream, **body})
        response = service.http.post(
            f"/v1/{path}", content=content.encode(), headers={"Content-Type": "application/json"}
        )
        error = response.json()["error"]
        assert (response.status_code, error["param"]) == (400, param)
        assert "surrogate" in error["message"]


def test_what_was_sent_is_not_repeated_at_length(service: Service) -> None:
    for field in ("max_tokens", "max_completion_tokens"):
        response = ask(service, **{field: 10**99})
        assert (response.status_code, response.json()["error"]["param"]) == (400, field)
        assert "000" not in response.text
    response = service.http.post("/v1/responses", json={"model": "maud", "input": "Hi", "max_output_tokens": 10**99})
    assert response.status_code == 400
    assert "000" not in response.text
    assert len(ask(service, model="m" * 100_000).text) < 5000


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("std::bad_alloc"), OSError(12, "Cannot allocate memory"), OutOfMemoryError("/a/path")],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_server_without_memory_says_what_is_missing(service: Service, error: Exception, stream: bool) -> None:
    def fail(_: str) -> FakeEngine:
        raise error

    model = f"maud@{service.world.register('maud', promote=False).name}"  # not loaded yet
    service.world.make_engine = fail
    response = ask(service, model=model, stream=stream)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "insufficient_memory")
    assert "memory" in response.json()["error"]["message"]
    assert "/a/path" not in response.text
    service.world.make_engine = None
    assert ask(service, model=model).status_code == 200


def test_memory_that_runs_out_while_an_answer_is_made_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(service.world.encoder, "encode", fail, raising=False)
    assert ask(service).json()["error"]["code"] == "insufficient_memory"
