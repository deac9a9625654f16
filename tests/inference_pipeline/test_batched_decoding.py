"""Rows of one batch against the same answers alone, over a small llama."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import torch
from transformers import Gemma2Config, LlamaConfig, LlamaForCausalLM, MistralConfig

from inference_pipeline.batched_decoding import BatchedDecoder, Row, can_batch
from inference_pipeline.engines import GenerationRequest
from inference_pipeline.engines.transformers import TransformersEngine, _Job
from inference_pipeline.errors import EngineUnavailableError
from inference_pipeline.streaming import NewTokens

END = 3
SIZES: dict[str, int] = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(**SIZES, initializer_range=0.3, max_position_embeddings=128)
    return LlamaForCausalLM(config).eval()


def asked(seed: int, *, prompt: int, tokens: int) -> GenerationRequest:
    ids = torch.randint(4, 97, (prompt,), generator=torch.Generator().manual_seed(seed)).tolist()
    return GenerationRequest(tuple(ids), tokens, temperature=0.9, top_p=0.95, repetition_penalty=1.1, seed=seed)


def alone(model: Any, request: GenerationRequest) -> list[NewTokens]:
    decoder = BatchedDecoder(model, {END})
    _, new = decoder.join(request)
    steps = [new]
    while steps[-1].finish_reason is None:
        steps += [new for _, new in decoder.step()]
    return steps


class Table:
    """A batch, and what each of its rows was given."""

    def __init__(self, model: Any) -> None:
        self.decoder = BatchedDecoder(model, {END})
        self.given: dict[Row, list[NewTokens]] = {}

    def join(self, request: GenerationRequest) -> Row:
        row, new = self.decoder.join(request)
        self.given[row] = [new]
        return row

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            for row, new in self.decoder.step():
                self.given[row].append(new)

    @property
    def waiting(self) -> list[Row]:
        return [row for row, steps in self.given.items() if steps[-1].finish_reason is None]


def assert_same(found: list[NewTokens], expected: list[NewTokens]) -> None:
    assert [new.ids for new in found] == [new.ids for new in expected]
    assert [new.log_probs[0] for new in found] == pytest.approx([new.log_probs[0] for new in expected], abs=1e-4)
    assert [new.finish_reason for new in found] == [new.finish_reason for new in expected]


def test_rows_that_join_and_leave_between_steps_are_the_answers_alone(model: LlamaForCausalLM) -> None:
    """A short prompt beside a long one, a long one that joins later, and one that a reader leaves."""
    table = Table(model)
    short = table.join(asked(1, prompt=3, tokens=30))
    table.step(4)
    left = table.join(asked(2, prompt=40, tokens=50))
    middle = table.join(asked(3, prompt=11, tokens=12))
    table.step(3)
    table.decoder.drop([left])
    late = table.join(asked(4, prompt=25, tokens=20))
    for _ in count():
        rows = [row for row in table.waiting if row is not left]
        if not rows:
            break
        table.step()
    assert len(table.given[left]) == 4  # nothing after it was dropped
    for row in (short, middle, late):
        assert_same(table.given[row], alone(model, row.request))
    assert table.given[middle][-1].finish_reason == "length"


def test_what_a_longer_row_held_is_given_back_with_it(model: LlamaForCausalLM) -> None:
    table = Table(model)
    table.join(asked(1, prompt=5, tokens=60))
    long = table.join(asked(2, prompt=50, tokens=60))
    table.step()
    assert table.decoder._cache.get_seq_length() == 51
    table.decoder.drop([long])
    table.decoder.drop([long])
    assert table.decoder._cache.get_seq_length() == 6
    assert table.decoder._cache.layers[0].keys.shape[0] == 1


def test_an_answer_of_one_token_takes_no_place(model: LlamaForCausalLM) -> None:
    table = Table(model)
    row = table.join(asked(1, prompt=5, tokens=1))
    assert table.given[row][-1].finish_reason == "length"
    assert table.decoder._cache is None


def test_an_end_token_ends_the_answer_of_its_row_alone(model: LlamaForCausalLM) -> None:
    request, company = asked(9, prompt=6, tokens=30), asked(3, prompt=6, tokens=30)
    second = alone(model, request)[1].ids[0]
    assert second not in [new.ids[0] for new in alone(model, company)[:3]]
    decoder = BatchedDecoder(model, {second})
    ended, _ = decoder.join(request)
    other, _ = decoder.join(company)
    found = dict(decoder.step())
    assert (found[ended].finish_reason, found[other].finish_reason) == ("stop", None)
    assert [row for row, _ in decoder.step()] == [other]


def test_only_layers_that_keep_everything_are_batched() -> None:
    assert can_batch(LlamaConfig(**SIZES))
    assert not can_batch(MistralConfig(**SIZES, sliding_window=16))
    assert not can_batch(Gemma2Config(**SIZES, head_dim=8))


class Streams:
    """What an engine puts for one reader."""

    def __init__(self) -> None:
        self.items: list[NewTokens | EngineUnavailableError] = []

    def put(self, item: NewTokens | EngineUnavailableError) -> None:
        self.items.append(item)


@contextmanager
def failing(model: LlamaForCausalLM, at: int) -> Iterator[None]:
    """The model's forward pass number `at` fails as torch does when memory is out."""
    forward, calls = model.forward, count(1)

    def maybe(*args: Any, **options: Any) -> Any:
        if next(calls) == at:
            raise RuntimeError("out of memory")
        return forward(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "forward", maybe)
        yield


@pytest.mark.parametrize(("at", "spared"), [(2, 1), (3, 0)])
def test_a_failed_pass_is_told_to_those_whom_it_concerns(model: LlamaForCausalLM, at: int, spared: int) -> None:
    """The reading of the second prompt fails: the first goes on. A step fails: both are told."""
    engine = TransformersEngine.__new__(TransformersEngine)
    engine._computing = threading.Lock()
    decoder, under_way = BatchedDecoder(model, {END}), {}
    streams = [Streams(), Streams()]
    with failing(model, at):
        for number, stream in enumerate(streams):
            engine._admit(_Job(asked(number, prompt=5, tokens=9), stream), decoder, under_way)  # type: ignore[arg-type]
        while under_way:
            engine._step(decoder, under_way)
    told = [stream for stream in streams if isinstance(stream.items[-1], EngineUnavailableError)]
    assert len(told) == 2 - spared
    assert all("out of memory" in str(stream.items[-1]) for stream in told)
    for stream in streams:
        if stream not in told:
            assert len(stream.items) == len(alone(model, asked(0, prompt=5, tokens=9)))
