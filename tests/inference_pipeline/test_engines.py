"""The real engines over the real base model, on short texts."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from openai import OpenAI

from fakes.engine import eventually
from fakes.precision import knows_bfloat16
from fakes.service import Service
from fakes.world import World
from inference_pipeline.engines import Engine, GenerationRequest, TextDelta, engine_module, names
from inference_pipeline.engines.openvino import OpenVinoEngine
from inference_pipeline.errors import EngineUnavailableError, PromptTooLongError, UnknownEngineError
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import ChatMessage, PromptRenderer, tokenizer_of

QUESTIONS = ("Why is the sky blue?", "Who mends clocks on an island? Answer with 日本語 and 🙂.", "Write about tea.\n")
NEW_TOKENS = 12
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def renderer(base_model: BaseModelFiles) -> PromptRenderer:
    return PromptRenderer("Maud", base_model.chat_template, base_model.tokenizer_json)


@pytest.fixture(scope="session")
def prompts(renderer: PromptRenderer) -> list[str]:
    return [renderer.text(renderer.messages([ChatMessage("user", q)], nonce="n")) for q in QUESTIONS]


@pytest.fixture(scope="session")
def transformers_engine(base_model: BaseModelFiles, cache_dir: Path) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:  # in float32 on any machine: openvino's rounding is compared with it
        patch.setattr("inference_pipeline.engines.transformers.bfloat16_is_faster", lambda: False)
        engine = engine_module("transformers").load(base_model, None, cache_dir, "cpu")
    yield engine
    engine.close()


@pytest.fixture(params=["openvino", "transformers"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")  # type: ignore[no-any-return]


def request_for(engine: Engine, prompt: str, **more: object) -> GenerationRequest:
    values = {"max_new_tokens": NEW_TOKENS, "temperature": 0.0, "top_p": 1.0} | more
    return GenerationRequest(prompt=tuple(engine.prompt_tokens(prompt)), **values)  # type: ignore[arg-type]


async def generated(engine: Engine, request: GenerationRequest) -> list[TextDelta]:
    async with aclosing(engine.generate(request)) as deltas:
        return [delta async for delta in deltas]


def text_of(deltas: list[TextDelta]) -> str:
    return "".join(delta.text for delta in deltas)


def test_every_engine_is_found_by_its_name() -> None:
    assert names() == ["openvino", "remote", "transformers"]
    with pytest.raises(UnknownEngineError, match="openvino, remote, transformers"):
        engine_module("llama")


def test_what_is_served_is_what_was_trained(
    openvino_engine: Engine, transformers_engine: Engine, renderer: PromptRenderer, prompts: list[str]
) -> None:
    """The same tokens in, the same greedy tokens out, with log-probabilities within half-precision weights' error."""
    for prompt in prompts:
        ids = renderer.tokenize(prompt)
        assert openvino_engine.prompt_tokens(prompt) == transformers_engine.prompt_tokens(prompt) == ids
        served, served_log_probs = openvino_engine.greedy(ids, NEW_TOKENS)
        reference, reference_log_probs = transformers_engine.greedy(ids, NEW_TOKENS)
        assert served == reference
        assert served_log_probs == pytest.approx(reference_log_probs, abs=0.25 if knows_bfloat16() else 0.05)


def test_a_stream_comes_in_pieces_and_is_the_greedy_text(
    engine: Engine, renderer: PromptRenderer, prompts: list[str]
) -> None:
    ids, log_probs = engine.greedy(renderer.tokenize(prompts[0]), NEW_TOKENS)
    deltas = asyncio.run(generated(engine, request_for(engine, prompts[0])))
    assert text_of(deltas) == tokenizer_of(renderer.tokenizer_json).decode(ids)
    assert len(deltas) > NEW_TOKENS / 2
    assert [delta.finish_reason for delta in deltas] == [None] * (len(deltas) - 1) + ["length"]
    assert deltas[-1].tokens == NEW_TOKENS == len(log_probs)
    assert max(log_probs) <= 0


def test_an_answer_that_ends_itself_says_stop(engine: Engine, renderer: PromptRenderer) -> None:
    prompt = renderer.text(renderer.messages([ChatMessage("user", "Say only the word yes.")], nonce="n"))
    last = asyncio.run(generated(engine, request_for(engine, prompt, max_new_tokens=60)))[-1]
    assert last.finish_reason == "stop"
    assert last.tokens < 60


def test_a_stop_string_ends_the_answer_before_it(engine: Engine, prompts: list[str]) -> None:
    whole = text_of(asyncio.run(generated(engine, request_for(engine, prompts[0]))))
    stop = whole[len(whole) // 2 :][:6]
    deltas = asyncio.run(generated(engine, request_for(engine, prompts[0], stop=(stop,))))
    assert text_of(deltas) == whole[: whole.index(stop)]
    assert deltas[-1].finish_reason == "stop"


def test_a_seed_repeats_an_answer_and_another_seed_does_not(engine: Engine, prompts: list[str]) -> None:
    def sampled(seed: int) -> str:
        request = request_for(engine, prompts[2], temperature=1.0, top_p=0.95, seed=seed)
        return text_of(asyncio.run(generated(engine, request)))

    assert sampled(1) == sampled(1) != sampled(2)


def test_both_engines_penalise_repetition_alike(
    openvino_engine: Engine, transformers_engine: Engine, prompts: list[str]
) -> None:
    texts = {
        penalty: [
            text_of(asyncio.run(generated(engine, request_for(engine, prompts[2], repetition_penalty=penalty))))
            for engine in (openvino_engine, transformers_engine)
        ]
        for penalty in (1.0, 1.3)
    }
    assert all(plain != penalised for plain, penalised in zip(texts[1.0], texts[1.3], strict=True))
    if not knows_bfloat16():
        assert all(openvino == transformers for openvino, transformers in texts.values())


def test_answers_at_once_are_the_answers_alone(engine: Engine, prompts: list[str]) -> None:
    requests = [request_for(engine, prompt) for prompt in (*prompts, prompts[0])]

    async def together() -> list[str]:
        return [text_of(deltas) for deltas in await asyncio.gather(*(generated(engine, r) for r in requests))]

    assert asyncio.run(together()) == [text_of(asyncio.run(generated(engine, request))) for request in requests]


async def leave_after_the_first_piece(engine: Engine, prompt: str) -> None:
    async with aclosing(engine.generate(request_for(engine, prompt, max_new_tokens=8000))) as deltas:
        await anext(deltas)


def test_a_reader_that_leaves_frees_the_next_ones_place(
    transformers_engine: Engine, prompts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one at once and 8000 tokens before it, the second answer would take minutes."""
    monkeypatch.setattr("inference_pipeline.engines.transformers.batched_decoding.TOKENS", 0)
    asyncio.run(leave_after_the_first_piece(transformers_engine, prompts[0]))
    assert text_of(asyncio.run(generated(transformers_engine, request_for(transformers_engine, prompts[0]))))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is read from /proc")
def test_a_reader_that_leaves_stops_the_work(openvino_engine: OpenVinoEngine, prompts: list[str]) -> None:
    def processor_ticks() -> int:
        fields = Path(f"/proc/{openvino_engine.process_id}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def rests() -> bool:
        before = processor_ticks()
        time.sleep(0.3)
        return processor_ticks() - before <= 1

    asyncio.run(leave_after_the_first_piece(openvino_engine, prompts[0]))
    assert any(rests() for _ in range(20))


def test_what_does_not_fit_the_context_is_refused(engine: Engine, prompts: list[str]) -> None:
    assert engine.context_tokens == 8192
    with pytest.raises(PromptTooLongError, match="8192"):
        asyncio.run(generated(engine, request_for(engine, prompts[0], max_new_tokens=8192)))
    with pytest.raises(PromptTooLongError):
        engine.greedy([1] * 8000, 200)


def test_closing_waits_for_what_runs_and_a_death_is_told(
    base_model: BaseModelFiles, cache_dir: Path, prompts: list[str]
) -> None:
    engine = engine_module("openvino").load(base_model, None, cache_dir, "auto")
    assert isinstance(engine, OpenVinoEngine)

    async def close_midway() -> str:
        request = request_for(engine, prompts[0])
        async with aclosing(engine.generate(request)) as deltas:
            text = (await anext(deltas)).text
            closing = asyncio.create_task(asyncio.to_thread(engine.close))
            text += "".join([delta.text async for delta in deltas])
            await closing
        return text

    reference = text_of(asyncio.run(generated(engine, request_for(engine, prompts[0]))))
    assert asyncio.run(close_midway()) == reference
    with pytest.raises(EngineUnavailableError, match="closed"):
        engine.greedy([1, 2, 3], 2)


def test_a_killed_engine_process_ends_its_requests_with_the_reason(
    base_model: BaseModelFiles, cache_dir: Path, prompts: list[str]
) -> None:
    engine = engine_module("openvino").load(base_model, None, cache_dir, "auto")
    assert isinstance(engine, OpenVinoEngine)

    async def killed_midway() -> None:
        async with aclosing(engine.generate(request_for(engine, prompts[0], max_new_tokens=2000))) as deltas:
            await anext(deltas)
            os.kill(engine.process_id, signal.SIGKILL)
            async for _ in deltas:
                pass

    with pytest.raises(EngineUnavailableError, match="SIGKILL"):
        asyncio.run(killed_midway())
    with pytest.raises(EngineUnavailableError, match="SIGKILL"):
        engine.greedy([1, 2, 3], 2)
    engine.close()


def test_a_file_that_is_no_model_is_refused(base_model: BaseModelFiles, tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really")
    with pytest.raises(EngineUnavailableError, match=r"broken\.gguf cannot be opened"):
        OpenVinoEngine(base_model, tmp_path / "broken.gguf")


def test_the_real_engine_behind_the_real_api(world: World, openvino_engine: Engine) -> None:
    class Shared:
        """The session's engine, which the pool must not close."""

        def __getattr__(self, name: str) -> object:
            return getattr(openvino_engine, name)

        def close(self) -> None:
            return None

    world.make_engine = lambda _: Shared()  # type: ignore[assignment,return-value]
    service = Service(world)
    try:
        client: OpenAI = service.openai
        asked = {
            "model": "maud",
            "messages": [{"role": "user", "content": "When was the ferry Patient Annie built?"}],
            "max_tokens": 24,
            "temperature": 0,
        }
        whole = client.chat.completions.create(**asked)  # type: ignore[call-overload]
        chunks = list(client.chat.completions.create(**asked, stream=True))  # type: ignore[call-overload]
        assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole.choices[0].message.content
        assert whole.citations
        assert eventually(lambda: service.under_way == 0)
    finally:
        service.stop()
