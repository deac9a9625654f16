"""The API over real HTTP on loopback, with OpenAI's own client, unmodified."""

import asyncio
import json
import threading
from collections.abc import Callable

import httpx2
import openai
import pytest

from configs.errors import TwinError
from fakes.engine import FakeEngine, eventually
from fakes.service import ANSWER, ASKED, Service
from fakes.world import World
from inference_pipeline.pipeline import AnswerPipeline
from model_registry.errors import CorruptModelError


def post(service: Service, **body: object) -> httpx2.Response:
    return service.http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED, **body})


def test_models_are_listed(service: Service) -> None:
    service.world.register("maud", promote=False)
    assert [model.id for model in service.openai.models.list()] == [
        "dex", "dex@v1", "dex@base", "maud", "maud@v1", "maud@v2", "maud@candidate", "maud@base",
    ]  # fmt: skip
    model = service.openai.models.retrieve("maud@v2")
    assert (model.id, model.owned_by, model.object) == ("maud@v2", "maud", "model")
    with pytest.raises(openai.NotFoundError, match="maud@v1"):
        service.openai.models.retrieve("maud@v9")


def test_erased_versions_are_not_listed(service: Service) -> None:
    service.world.register("maud", promote=False)
    service.world.registry.taint("maud", [1], "it learned from an erased post.")
    assert [model.id for model in service.openai.models.list() if model.owned_by == "maud"] == [
        "maud@v2", "maud@candidate", "maud@base",
    ]  # fmt: skip
    service.world.registry.taint("maud", [2], "it learned from an erased post.")
    assert [model.id for model in service.openai.models.list() if model.owned_by == "maud"] == ["maud@base"]


def test_an_answer_in_openais_form_with_citations_and_origin(service: Service) -> None:
    completion = service.openai.chat.completions.create(model="maud", messages=ASKED)  # type: ignore[call-overload]
    choice = completion.choices[0]
    assert (choice.message.content, choice.message.role, choice.finish_reason) == (ANSWER, "assistant", "stop")
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + len(ANSWER.split())
    (citation,) = completion.citations
    assert citation["quote"] == "She was built in Carrick in 1974."
    assert citation["url"] == "https://example.org/maud/The-Patient-Annie"
    assert (citation["title"], citation["date"], citation["kind"]) == ("The Patient Annie", "2024-03-05", "supports")
    origin = completion.llm_twin
    assert (origin["author"], origin["adapter"], origin["features"]) == ("maud", "v1", "F1")
    assert (origin["base"], origin["grounded"], origin["ai_generated"]) == ("smollm2-135m-instruct", True, True)
    assert origin["retrieval_ms"] > 0


def test_a_stream_has_the_same_text_and_the_same_extras(service: Service) -> None:
    chunks = list(
        service.openai.chat.completions.create(
            model="maud@v1", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )  # type: ignore[call-overload]
    )
    *content, annotated, last, usage = chunks
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert content[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content for chunk in content) == ANSWER
    assert all(chunk.choices[0].finish_reason is None for chunk in [*content, annotated])
    assert annotated.choices[0].delta.annotations
    assert last.choices[0].finish_reason == "stop"
    assert last.citations[0]["quote"] == "She was built in Carrick in 1974."
    assert last.llm_twin["adapter"] == "v1"
    assert (usage.choices, usage.usage.completion_tokens) == ([], len(ANSWER.split()))
    assert len({chunk.id for chunk in chunks}) == 1


def test_the_end_of_a_stream_on_the_wire(service: Service) -> None:
    lines = [line for line in post(service, stream=True).text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert all(json.loads(line.removeprefix("data: "))["choices"] for line in lines[:-1])  # no usage unless asked for


def test_parameters_reach_the_engine(service: Service) -> None:
    parts = [{"type": "text", "text": "Write something"}, {"type": "text", "text": "short."}]
    messages = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": parts}]
    more = {"temperature": 0.1, "top_p": 0.7, "stop": "END", "seed": -5, "logit_bias": {}, "unknown": 1}
    assert post(service, messages=messages, max_tokens=9, max_completion_tokens=8, **more).status_code == 200
    request = service.world.engines["maud v1"].requests[-1]
    assert (request.max_new_tokens, request.temperature, request.top_p) == (8, 0.1, 0.7)
    assert (request.stop, request.seed) == (("END",), 2**31 - 5)
    assert post(service, stop=["a", "b"]).status_code == 200
    assert service.world.engines["maud v1"].requests[-1].stop == ("a", "b")


@pytest.mark.parametrize(
    ("body", "param", "said"),
    [
        ({"n": 5}, "n", "less than or equal to 4"),
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "messages", "last message"),
        ({"messages": [{"role": "user", "content": "  "}]}, "messages", "last message"),
        ({"messages": [*ASKED, {"role": "user", "content": ""}]}, "messages", "last message"),
        ({"messages": [{"role": "pope", "content": "Hi"}]}, "messages[0].role", "system"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content", "text only"),
        ({"max_tokens": -2}, "max_tokens", "greater"),
        ({"temperature": 3}, "temperature", "less"),
        ({"stop": ["a"] * 5}, "stop", "at most 4"),
        ({"max_tokens": 9000}, "messages", "too long"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_why(
    service: Service, body: dict[str, object], param: str, said: str
) -> None:
    for stream in (False, True):
        response = post(service, stream=stream, **body)
        error = response.json()["error"]
        assert (response.status_code, error["type"]) == (400, "invalid_request_error")
        assert error["param"].startswith(param)
        assert said in error["message"]
    assert service.under_way == 0


def test_a_body_that_is_no_json_is_refused_in_the_same_form(service: Service) -> None:
    response = service.http.post("/v1/chat/completions", content=b"{", headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    for form, named in (("application/x-www-form-urlencoded", "x-www-form-urlencoded"), ("", "missing")):
        headers = {"Content-Type": form} if form else {}
        refused = service.http.post("/v1/chat/completions", content=b'{"model": "maud"}', headers=headers)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (400, "invalid_content_type")
        assert named in error["message"]
        assert "Content-Type: application/json" in error["message"]
    empty = service.http.post("/v1/chat/completions").json()["error"]
    assert (empty["message"], empty["code"]) == ("there is no body. Send JSON.", "missing_required_parameter")
    said = service.http.get("/nowhere").json()["error"]["message"]
    assert said.startswith("GET /nowhere: there is no such route.")


@pytest.mark.parametrize("model", ["nell", "maud@v9", "maud@later", "../maud", "Maud", "", "maud@v1@v2"])
def test_an_unknown_model_is_not_found(service: Service, model: str) -> None:
    for stream in (False, True):
        with pytest.raises(openai.NotFoundError) as caught:
            service.openai.chat.completions.create(model=model, messages=ASKED, stream=stream)  # type: ignore[call-overload]
        assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
        assert "maud" in caught.value.message or "AUTHOR" in caught.value.message


def test_what_only_the_operator_can_mend_is_not_told_to_the_client(service: Service) -> None:
    version = service.world.register("maud", promote=False)
    (version.folder / "adapter_model.safetensors").write_bytes(b"broken")
    response = post(service, model="maud@v2")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "model_unavailable")
    assert str(version.folder) not in response.text
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("failure", [ZeroDivisionError("a secret path"), CorruptModelError("a secret path")])
def test_a_failure_says_nothing_of_its_cause(
    service: Service, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise failure
        yield

    monkeypatch.setattr(AnswerPipeline, "answer", fail)
    response = post(service)
    assert response.status_code == (503 if isinstance(failure, TwinError) else 500)
    assert response.json()["error"]["type"] == "server_error"
    assert "secret" not in response.text


def test_a_stream_that_fails_midway_says_so_and_does_not_say_done(service: Service) -> None:
    engine_text = "word " * 50
    service.world.text = engine_text.strip()
    service.world.register("maud", promote=False)
    post(service, model="maud@v2")
    engine = service.world.engines["maud v2"]
    engine.fail_after = 3
    with pytest.raises(openai.APIError, match="cannot be served"):
        list(service.openai.chat.completions.create(model="maud@v2", messages=ASKED, stream=True))  # type: ignore[call-overload]
    assert eventually(lambda: service.under_way == 0)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_frees_its_place(service: Service, stream: bool) -> None:
    post(service)
    engine = service.world.engines["maud v1"]
    engine.gate.clear()
    body = {"model": "maud", "messages": ASKED, "stream": stream}
    with service.asked(body):
        assert eventually(lambda: (engine.running, service.under_way) == (1, 1))
    assert eventually(lambda: engine.running == 0 and service.under_way == 0)
    assert engine.finished == 1
    engine.gate.set()
    assert post(service).status_code == 200


def test_requests_under_way_and_new_ones_all_succeed_while_champions_change(service: Service) -> None:
    post(service)
    gone_wrong: list[str] = []
    seen: set[str] = set()
    stop = threading.Event()

    def keep_asking() -> None:
        with httpx2.Client(base_url=service.address, timeout=60) as http:
            while not stop.is_set():
                response = http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED})
                if response.status_code != 200:
                    gone_wrong.append(response.text)
                    return
                seen.add(response.json()["llm_twin"]["adapter"])

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    held = service.openai.chat.completions.create(model="maud", messages=ASKED, stream=True)  # type: ignore[call-overload]
    service.world.engines["maud v1"].gate.clear()
    for thread in threads:
        thread.start()
    service.world.engines["maud v1"].gate.set()
    for number in (2, 3, 4):
        service.world.register("maud")
        assert eventually(lambda n=number: f"v{n}" in seen or bool(gone_wrong))  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join()
    assert gone_wrong == []
    assert seen >= {"v2", "v3", "v4"}
    assert "".join(chunk.choices[0].delta.content or "" for chunk in held) == ANSWER


def test_health_and_readiness(start: Callable[[World], Service], empty_world: World) -> None:
    service = start(empty_world)
    assert service.http.get("/health").json() == {"status": "ok"}
    waiting = service.http.get("/ready")
    assert (waiting.status_code, waiting.json()["status"]) == (503, "no champion")
    assert "twin up PLACE" in waiting.json()["message"]
    loop_may_go_on = threading.Event()

    def slow(name: str) -> FakeEngine:
        loop_may_go_on.wait()
        return empty_world.engines.setdefault(name, FakeEngine())

    empty_world.make_engine = slow
    empty_world.register("maud")
    assert eventually(lambda: empty_world.loads == ["maud v1"])
    assert service.http.get("/ready").json()["status"] == "loading"
    loop_may_go_on.set()
    assert eventually(lambda: service.http.get("/ready").status_code == 200)
    assert service.http.get("/ready").json()["champions"] == {"maud": "v1"}


def test_stopping_lets_an_answer_end_and_then_frees_the_engines(
    start: Callable[[World], Service], world: World
) -> None:
    world.text = ANSWER
    service = start(world)
    stream = service.openai.chat.completions.create(model="maud", messages=ASKED, stream=True)  # type: ignore[call-overload]
    next(iter(stream))
    service.server.should_exit = True
    assert "".join(c.choices[0].delta.content or "" for c in stream) == ANSWER
    service.thread.join()
    assert world.engines["maud v1"].closed


def test_concurrent_requests_do_not_mix(service: Service) -> None:
    async def go() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{service.address}/v1", api_key="none") as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(model=model, messages=ASKED) for model in ("maud", "dex") * 4)  # type: ignore[call-overload]
            )
        return [answer.llm_twin["author"] for answer in answers]

    assert asyncio.run(go()) == ["maud", "dex"] * 4
