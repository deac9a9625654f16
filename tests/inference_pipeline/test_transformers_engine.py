"""The thread behind the transformers engine, over a small llama: what fails is told, and the engine goes on."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import torch

from fakes.tiny_llama import write_tiny_llama
from inference_pipeline.engines import GenerationRequest, TextDelta
from inference_pipeline.engines.transformers import TransformersEngine, batched_decoding, load
from inference_pipeline.engines.transformers.batched_decoding import BatchedDecoder
from inference_pipeline.errors import EngineUnavailableError, InferenceError, OverloadedError
from model_registry.base_models import BaseModelFiles

TOKENS = 12


@pytest.fixture
def engine(base_model: BaseModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TransformersEngine]:
    """In float32 on any machine: rows beside others are compared with the same alone."""
    monkeypatch.setattr("inference_pipeline.engines.transformers.bfloat16_is_faster", lambda: False)
    engine = load(write_tiny_llama(tmp_path, base_model), None, tmp_path, "cpu")
    engine._end_tokens.clear()  # a random model would end at random
    yield engine
    engine.close()


def asked(number: int, tokens: int = TOKENS) -> GenerationRequest:
    """Greedy: a model of random weights finds all ids about as likely, and rounding would move a draw among them."""
    return GenerationRequest(tuple(range(100, 110 + number)), tokens, temperature=0.0, top_p=1.0)


async def read(engine: TransformersEngine, request: GenerationRequest) -> list[TextDelta]:
    return [delta async for delta in engine.generate(request)]


def read_all(engine: TransformersEngine, *requests: GenerationRequest) -> list[list[TextDelta] | BaseException]:
    async def together() -> list[list[TextDelta] | BaseException]:
        return await asyncio.gather(*(read(engine, request) for request in requests), return_exceptions=True)

    return asyncio.run(asyncio.wait_for(together(), 60))


def failing(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: Exception, at: int) -> None:
    """The call number `at` of `owner.name` raises `error`, and no other."""
    usual, calls = getattr(owner, name), count(1)

    def maybe(*args: Any, **options: Any) -> Any:
        if next(calls) == at:
            raise error
        return usual(*args, **options)

    monkeypatch.setattr(owner, name, maybe)


@pytest.mark.parametrize(
    ("error", "told"),
    [(torch.OutOfMemoryError("no room"), OverloadedError), (RuntimeError("kernel"), EngineUnavailableError)],
)
@pytest.mark.parametrize("at", [1, 2, 4])
def test_what_fails_when_one_joins_is_told_to_that_one(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, at: int, error: Exception, told: type[InferenceError]
) -> None:
    """Wherever it fails: at the first layer's keys, at its values, at the last layer's values."""
    alone = [read_all(engine, asked(number))[0] for number in (1, 2)]
    assert alone[0] != alone[1]
    failing(monkeypatch, batched_decoding, "_under", error, at)
    first, second = read_all(engine, asked(1), asked(2))
    assert first == alone[0]
    assert isinstance(second, told)
    assert read_all(engine, asked(1), asked(2)) == alone


@pytest.mark.parametrize("owner", ["model", "decoder"])
def test_what_fails_in_a_step_is_told_to_all_and_the_engine_goes_on(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, owner: str
) -> None:
    """A pass of the model over both, or giving back what a row held."""
    before = read_all(engine, asked(1))
    if owner == "model":
        failing(monkeypatch, engine._model, "forward", RuntimeError("kernel"), 5)
    else:
        failing(monkeypatch, BatchedDecoder, "drop", IndexError("lost"), 5)
    for found in read_all(engine, asked(1), asked(2)):
        assert isinstance(found, EngineUnavailableError)
    assert read_all(engine, asked(1)) == before


def test_closing_answers_those_under_way_and_those_that_wait(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batched_decoding, "TOKENS", 0)  # one at a time: the others wait

    async def close_midway() -> list[list[TextDelta]]:
        reading = [asyncio.create_task(read(engine, asked(number, 40))) for number in range(3)]
        await asyncio.sleep(0.05)
        await asyncio.to_thread(engine.close)
        return await asyncio.gather(*reading)

    found = asyncio.run(asyncio.wait_for(close_midway(), 60))
    assert [deltas[-1].tokens for deltas in found] == [40, 40, 40]
    with pytest.raises(EngineUnavailableError, match="closed"):
        asyncio.run(read(engine, asked(1)))


def test_the_parity_check_may_come_while_answers_are_under_way(engine: TransformersEngine) -> None:
    prompt = list(range(100, 120))
    before = engine.greedy(prompt, 8)

    async def both() -> tuple[list[TextDelta], tuple[list[int], list[float]]]:
        return await asyncio.gather(read(engine, asked(1, 60)), asyncio.to_thread(engine.greedy, prompt, 8))

    deltas, found = asyncio.run(asyncio.wait_for(both(), 60))
    assert found == before
    assert deltas[-1].tokens == 60


def test_a_prompt_whose_reader_left_while_it_waited_is_not_read(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batched_decoding, "TOKENS", 0)
    read_prompts: list[int] = []
    usual, begun, gone = engine._model.forward, Event(), Event()

    def noted(input_ids: torch.Tensor, **options: Any) -> Any:
        read_prompts.append(input_ids.shape[1])
        begun.set()
        assert gone.wait(60)  # the first prompt is under way until the reader of the second has left
        return usual(input_ids=input_ids, **options)

    monkeypatch.setattr(engine._model, "forward", noted)

    async def leave_waiting() -> None:
        first = asyncio.create_task(read(engine, asked(1, 40)))
        waiting = asyncio.create_task(read(engine, asked(7, 40)))
        await asyncio.to_thread(begun.wait)
        waiting.cancel()
        await asyncio.wait({waiting})
        gone.set()
        await first
        await read(engine, asked(2))

    asyncio.run(asyncio.wait_for(leave_waiting(), 60))
    assert [size for size in read_prompts if size > 1] == [11, 12]
