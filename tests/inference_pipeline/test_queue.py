"""Many requests at the same instant, over real HTTP: the others wait, and are told so."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest

from fakes.engine import eventually
from fakes.service import ANSWER, ASKED, Service
from fakes.world import POSTS, World
from inference_pipeline.api import answering, event_stream
from inference_pipeline.api.admission import STEP
from inference_pipeline.errors import EngineUnavailableError
from model_registry.base_models import BaseModelFiles

STREAMED = {"model": "maud", "messages": ASKED, "stream": True}


@pytest.fixture
def service(
    start: Callable[[World], Service], settings: Any, base_model: BaseModelFiles, tmp_path: Any
) -> Iterator[Service]:
    """On the default settings, but for what writes the answers."""
    world = World(settings.serving.model_copy(update={"compose": "write", "candidates": 1}), base_model, tmp_path)
    for author, posts in POSTS.items():
        world.publish(author, 1, posts)
        world.register(author)
    world.text = ANSWER
    service = start(world)
    assert service.http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED}).status_code == 200
    yield service
    service.world.engines["maud v1"].gate.set()


@asynccontextmanager
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=service.address, timeout=30, limits=limits) as asking:
        yield asking


def test_sixteen_at_the_same_instant_are_all_answered(service: Service) -> None:
    async def go() -> list[httpx2.Response]:
        async with client(service) as asking:
            bodies = [{"model": "maud", "messages": ASKED, "stream": number % 2 == 0} for number in range(16)]
            return await asyncio.gather(*(asking.post("/v1/chat/completions", json=body) for body in bodies))

    for response in asyncio.run(go()):
        assert response.status_code == 200
        assert ANSWER.split(". ")[1] in response.text
    assert eventually(lambda: (service.under_way, service.app.state.admission.waiting) == (0, 0))


def test_a_question_is_answered_before_the_side_tasks_that_came_with_it(service: Service) -> None:
    """What a front end asks for beside an answer brings the conversation and instructions along."""
    engine, admission = service.world.engines["maud v1"], service.app.state.admission
    admission.parallel = 1
    title = {"role": "user", "content": "Give a title to this conversation, as JSON. " + "Be brief. " * STEP}
    asked: list[dict[str, Any]] = [title, title, ASKED[0], title]

    async def go() -> None:
        async with client(service) as asking:
            engine.gate.clear()
            pending = [asyncio.ensure_future(asking.post("/v1/chat/completions", json=STREAMED | {"stream": False}))]
            while not engine.running:
                await asyncio.sleep(0.01)
            before = len(engine.requests)
            for place, message in enumerate(asked, start=1):
                body = {"model": "maud", "messages": [message]}
                pending.append(asyncio.ensure_future(asking.post("/v1/chat/completions", json=body)))
                while admission.waiting < place:
                    await asyncio.sleep(0.01)
            engine.gate.set()
            assert {answer.status_code for answer in await asyncio.gather(*pending)} == {200}
            lengths = [len(request.prompt) for request in engine.requests[before:]]
            assert lengths[0] < min(lengths[1:])

    asyncio.run(go())


def test_a_stream_that_waits_says_for_how_long(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "TOLD_EVERY", 0.05)
    engine = service.world.engines["maud v1"]
    engine.gate.clear()
    with ExitStack() as streams:
        for _ in range(service.world.settings.parallel):
            streams.enter_context(service.http.stream("POST", "/v1/chat/completions", json=STREAMED))
        last = streams.enter_context(service.http.stream("POST", "/v1/chat/completions", json=STREAMED))
        assert last.headers["x-accel-buffering"] == "no"
        lines = last.iter_lines()
        said = [line for line in (next(lines) for _ in range(5)) if line]
        assert len(said) > 1
        assert all(line.startswith(": 0 requests are answered before this one, in about ") for line in said)
        engine.gate.set()
        text = "".join(
            json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in lines if line[:7] == "data: {"
        )
        assert text == ANSWER


def test_a_stream_whose_answer_takes_long_is_kept_alive(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "QUIET_SECONDS", 0.05)
    loading = service.world.register("maud", promote=False)
    gate = threading.Event()

    def slow(_: str) -> Any:
        assert eventually(gate.is_set)
        raise EngineUnavailableError("no such device.")

    service.world.make_engine = slow
    body = STREAMED | {"model": f"maud@{loading.name}"}
    with service.http.stream("POST", "/v1/chat/completions", json=body) as response:
        lines = response.iter_lines()
        assert next(lines) == ": the answer is being made"
        gate.set()
        failed = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
        assert [event["error"]["code"] for event in failed] == ["model_unavailable"]


@pytest.mark.parametrize("stream", [True, False])
def test_whoever_leaves_while_waiting_leaves_the_queue(service: Service, stream: bool) -> None:
    engine, admission = service.world.engines["maud v1"], service.app.state.admission
    engine.gate.clear()
    with ExitStack() as streams:
        for _ in range(service.world.settings.parallel):
            streams.enter_context(service.http.stream("POST", "/v1/chat/completions", json=STREAMED))
        with service.asked(STREAMED | {"stream": stream}):
            assert eventually(lambda: admission.waiting == 1)
        assert eventually(lambda: admission.waiting == 0)
        assert service.under_way == service.world.settings.parallel
    assert eventually(lambda: (service.under_way, engine.running) == (0, 0))


def test_whoever_would_wait_too_long_is_refused_before_the_body_is_read(service: Service) -> None:
    engine, admission = service.world.engines["maud v1"], service.app.state.admission
    engine.gate.clear()
    admission.max_wait_seconds = 0
    with ExitStack() as streams:
        for _ in range(service.world.settings.parallel):
            streams.enter_context(service.http.stream("POST", "/v1/chat/completions", json=STREAMED))
        refused = service.http.post("/v1/chat/completions", content=b"{")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) >= 1
        assert service.http.post("/v1/embeddings", json={"model": "hash-encoder", "input": "a"}).status_code == 503
    assert eventually(lambda: service.under_way == 0)
    engine.gate.set()
    assert service.http.post("/v1/chat/completions", json=STREAMED).status_code == 200
