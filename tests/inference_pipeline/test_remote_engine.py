"""The remote engine over real HTTP: names, probing, streams, and servers that lie, break off or have no room."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

from configs.errors import SettingsError
from configs.settings import RemoteSettings, load_settings
from fakes.engine import eventually
from fakes.openai_server import WORDS, CompletionServer, completion_server, event
from fakes.ports import reserved_port
from fakes.service import ASKED, Service
from fakes.world import World
from inference_pipeline.engines import GenerationRequest, TextDelta, remote
from inference_pipeline.engines.remote import RemoteEngine
from inference_pipeline.errors import EngineUnavailableError, InferenceError, OverloadedError, PromptTooLongError
from model_registry.base_models import BaseModelFiles
from model_registry.ports import AdapterVersion

KEY = "sk-a-secret-of-the-other-server"
REQUEST = GenerationRequest((1, 2, 3), max_new_tokens=20, temperature=0.5, top_p=0.9)
Load = Callable[..., RemoteEngine]


@pytest.fixture
def server() -> Iterator[CompletionServer]:
    with completion_server() as server:
        yield server


@pytest.fixture
def version(empty_world: World) -> AdapterVersion:
    return empty_world.register("maud")


@pytest.fixture
def load(server: CompletionServer, base_model: BaseModelFiles, version: AdapterVersion) -> Load:
    def load(*, adapter: bool = True, **changes: object) -> RemoteEngine:
        return remote.load(base_model, version if adapter else None, remote_settings(server, **changes))

    return load


def remote_settings(server: CompletionServer, **changes: object) -> RemoteSettings:
    given = {"base_url": server.url, "base_model": "smol", "timeout_seconds": 20} | changes
    return load_settings(environ={}).remote.model_copy(update=given)


async def answer(engine: RemoteEngine, request: GenerationRequest = REQUEST) -> list[TextDelta]:
    try:
        async with aclosing(engine.generate(request)) as deltas:
            return [delta async for delta in deltas]
    finally:
        await asyncio.to_thread(engine.close)


def written(engine: RemoteEngine, request: GenerationRequest = REQUEST) -> list[TextDelta]:
    return asyncio.run(answer(engine, request))


def test_an_answer_comes_in_whole_characters_with_the_servers_own_count(load: Load) -> None:
    deltas = written(load())
    assert [delta.text for delta in deltas] == [*WORDS, ""]
    assert (deltas[-1].finish_reason, deltas[-1].tokens) == ("stop", 9)
    assert {delta.finish_reason for delta in deltas[:-1]} == {None}


def test_without_a_count_the_pieces_count(server: CompletionServer, load: Load) -> None:
    server.usage, server.finish_reason = None, "length"
    assert (written(load())[-1].tokens, written(load())[-1].finish_reason) == (len(WORDS), "length")


def test_the_prompt_goes_as_ids_under_the_versions_name(server: CompletionServer, load: Load) -> None:
    written(load(), GenerationRequest((5, 6), 7, temperature=0.5, top_p=0.9, stop=("END",), seed=4))
    path, _, body = server.asked[-1]
    assert path == "/v1/completions"
    assert (body["model"], body["prompt"], body["max_tokens"]) == ("maud-v1", [5, 6], 7)
    assert (body["temperature"], body["top_p"], body["stop"], body["seed"]) == (0.5, 0.9, ["END"], 4)
    assert not {"repetition_penalty", "repeat_penalty"} & body.keys()


def test_a_repetition_penalty_goes_by_the_names_of_vllm_and_llama_cpp(server: CompletionServer, load: Load) -> None:
    written(load(), GenerationRequest((5, 6), 7, temperature=0.5, top_p=0.9, repetition_penalty=1.2))
    assert (server.asked[-1][2]["repetition_penalty"], server.asked[-1][2]["repeat_penalty"]) == (1.2, 1.2)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_event_ends_at_line_feeds_alone(
    server: CompletionServer, load: Load, separator: str, line_end: bytes
) -> None:
    engine = load()
    text = f"Kettle{separator}is on."
    server.lines = [event({"choices": [{"text": text, "finish_reason": "stop"}]}), b"data: [DONE]\n\n"]
    server.lines = [line.replace(b"\n", line_end) for line in server.lines]
    assert [delta.text for delta in written(engine)] == [text, ""]


def test_as_text_the_prompt_keeps_the_marks_of_its_turns(
    server: CompletionServer, load: Load, base_model: BaseModelFiles
) -> None:
    engine = load(prompt="text")
    rendered = "<|im_start|>user\nKettle?<|im_end|>\n"
    ids = tuple(engine._tokenizer.encode(rendered, add_special_tokens=False).ids)
    written(engine, GenerationRequest(ids, 7, temperature=0.0, top_p=1.0))
    assert server.asked[-1][2]["prompt"] == rendered


def test_the_base_alone_goes_by_its_own_name(server: CompletionServer, load: Load) -> None:
    assert "".join(delta.text for delta in written(load(adapter=False))) == "Once more."
    with pytest.raises(EngineUnavailableError, match=r"Set remote\.base_model"):
        load(adapter=False, base_model=None)


def test_a_name_that_is_not_served_is_refused_though_the_server_would_answer(
    server: CompletionServer, load: Load
) -> None:
    server.forgiving = True
    del server.models["maud-v1"]
    with pytest.raises(EngineUnavailableError, match="does not serve 'maud-v1', but smol"):
        load()


def test_ollamas_latest_is_the_name(server: CompletionServer, load: Load) -> None:
    server.forgiving = True
    server.models = {"other": ("x",), "maud-v1:latest": WORDS}
    assert written(load(base_model=None))


def test_an_adapter_that_writes_what_the_base_writes_is_refused(server: CompletionServer, load: Load) -> None:
    server.models["maud-v1"] = server.models["smol"]
    with pytest.raises(EngineUnavailableError, match="the adapter is not applied"):
        load()
    assert load(base_model=None)  # nothing to compare with


def test_the_template_of_names_tells_versions_and_authors_apart(server: CompletionServer, load: Load) -> None:
    server.models["twins/maud:v1"] = WORDS
    assert written(load(adapter_model="twins/{author}:{version}"))
    for wrong in ("maud", "{author}", "{version}", "{author}-{number}", "{author"):
        with pytest.raises(SettingsError, match="adapter_model"):
            load_settings(overrides=[f'remote.adapter_model="{wrong}"'], environ={})


def test_without_an_address_the_way_out_is_said(load: Load) -> None:
    with pytest.raises(EngineUnavailableError, match=r"--set remote\.base_url="):
        load(base_url=None)


def test_a_server_that_is_not_there_is_named(base_model: BaseModelFiles, version: AdapterVersion) -> None:
    with completion_server() as server:
        settings = remote_settings(server)
    with pytest.raises(EngineUnavailableError, match=f"{server.url} does not answer"):
        remote.load(base_model, version, settings)


@pytest.mark.parametrize(
    ("status", "error"), [(429, OverloadedError), (503, OverloadedError), (400, EngineUnavailableError)]
)
def test_a_refusal_keeps_its_kind(
    server: CompletionServer, load: Load, status: int, error: type[InferenceError]
) -> None:
    engine = load()
    server.status = status
    with pytest.raises(error):
        written(engine)


LLAMA_CPP_TOO_LONG = {
    "code": 400,
    "message": "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 4390,
    "n_ctx": 4096,
}
VLLM_TOO_LONG = {
    "message": "This model's maximum context length is 4096 tokens. However, your request has 4390 input tokens.",
    "type": "BadRequestError",
    "param": "input_tokens",
    "code": 400,
}


@pytest.mark.parametrize("error", [LLAMA_CPP_TOO_LONG, VLLM_TOO_LONG])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_prompt_that_is_too_long_there_is_the_askers_to_shorten(
    server: CompletionServer, load: Load, error: dict[str, object], streamed: bool
) -> None:
    engine = load()
    if streamed:
        server.lines = [event({"error": error})]
    else:
        server.status, server.error = 400, error
    with pytest.raises(PromptTooLongError, match=r"the prompt has 3 tokens and the answer may have 20: .* Shorten"):
        written(engine)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([event({"choices": [{"text": "Kettle"}]})], "broke off in the middle"),
        ([event({"choices": [{"text": "Kettle"}]}), b"data: [DONE]\n\n"], "broke off in the middle"),
        ([b"data: {nonsense\n\n"], "no completion"),
        ([b"data: [1]\n\n"], "no completion"),
        ([event({"error": {"message": "out of memory"}})], "out of memory"),
        ([event({"choices": [{"text": "", "finish_reason": "abort"}]})], "'abort'"),
        ([b"<html>a proxy's page</html>"], "broke off in the middle"),
    ],
)
def test_what_is_no_whole_answer_never_passes_for_one(
    server: CompletionServer, load: Load, lines: list[bytes], said: str
) -> None:
    engine = load()
    server.lines = lines
    with pytest.raises(EngineUnavailableError, match=said):
        written(engine)


def test_a_server_that_falls_silent_is_given_up(server: CompletionServer, load: Load) -> None:
    engine = load(timeout_seconds=0.2)
    server.lines = _silence(server)
    with pytest.raises(EngineUnavailableError, match="ReadTimeout"):
        written(engine)


def _silence(server: CompletionServer) -> list[bytes]:
    """What waits when it is iterated, until the server is stopped."""
    server.hold.clear()

    class Silent(list[bytes]):
        def __iter__(self) -> Iterator[bytes]:
            yield event({"choices": [{"text": "Kettle"}]})
            server.hold.wait()

    return Silent()


def test_who_leaves_closes_the_stream_there(server: CompletionServer, load: Load) -> None:
    engine = load()
    server.hold.clear()

    async def one_word() -> str:
        async with aclosing(engine.generate(REQUEST)) as deltas:
            return (await anext(deltas)).text

    assert asyncio.run(one_word()) == WORDS[0]
    assert eventually(server.left.is_set)


def test_a_conversation_too_long_is_not_sent(server: CompletionServer, load: Load) -> None:
    engine = load()
    before = len(server.asked)
    with pytest.raises(PromptTooLongError):
        written(engine, GenerationRequest((1,) * 10, engine.context_tokens, temperature=0.0, top_p=1.0))
    assert len(server.asked) == before


def test_the_key_is_sent_and_never_shown(
    server: CompletionServer, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = load(api_key=KEY)
    server.status = 401
    with pytest.raises(EngineUnavailableError) as refused:
        written(engine)
    assert {headers["Authorization"] for _, headers, _ in server.asked} == {f"Bearer {KEY}"}
    assert KEY not in f"{refused.value!r} {caplog.text} {remote_settings(server, api_key=KEY)!r}"


def test_the_api_answers_through_it(server: CompletionServer, service: Service, base_model: BaseModelFiles) -> None:
    world = service.world
    settings = remote_settings(server, adapter_model="{author}-{version}")
    newest = world.register("maud")
    server.models[f"maud-{newest.name}"] = WORDS
    world.make_engine = lambda _: remote.load(base_model, newest, settings)
    body = {"model": f"maud@{newest.name}", "messages": ASKED}
    whole = service.http.post("/v1/chat/completions", json=body).json()
    assert whole["choices"][0]["message"]["content"] == "".join(WORDS)
    assert whole["usage"]["completion_tokens"] == 9
    server.status = 503
    refused = service.http.post("/v1/chat/completions", json=body)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    server.status, server.error = 400, LLAMA_CPP_TOO_LONG
    too_long = service.http.post("/v1/chat/completions", json=body)
    assert (too_long.status_code, too_long.json()["error"]["code"]) == (400, "context_length_exceeded")
    server.status = 200
    server.hold.clear()
    with service.http.stream("POST", "/v1/chat/completions", json=body | {"stream": True}) as response:
        next(response.iter_bytes())
    assert eventually(server.left.is_set)
    assert eventually(lambda: service.under_way == 0)


def test_a_server_that_comes_back_answers_again(
    service: Service, base_model: BaseModelFiles, record_property: Callable[[str, object], None]
) -> None:
    """At its address, and with nothing started anew here."""
    newest = service.world.register("maud")
    models = {"smol": ("Once ", "more."), f"maud-{newest.name}": WORDS}
    body = {"model": f"maud@{newest.name}", "messages": ASKED}
    times = 3
    with reserved_port() as port:
        for _ in range(times):
            with completion_server(models=models, port=port) as server:
                settings = remote_settings(server, adapter_model="{author}-{version}")
                service.world.make_engine = lambda _, settings=settings: remote.load(base_model, newest, settings)
                answered = service.http.post("/v1/chat/completions", json=body).json()
                assert answered["choices"][0]["message"]["content"] == "".join(WORDS)
            refused = service.http.post("/v1/chat/completions", json=body)
            assert refused.status_code in (502, 503), refused.text
            assert service.http.get("/health").status_code == 200
    record_property("tries", times)
