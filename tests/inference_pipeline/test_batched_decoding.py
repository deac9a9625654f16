"""Rows of one batch against the same answers alone, over a small llama."""

import copy
from itertools import count
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import Gemma2Config, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

from inference_pipeline.engines import GenerationRequest
from inference_pipeline.engines.shared.streaming import NewTokens
from inference_pipeline.engines.transformers.batched_decoding import (
    CANDIDATES,
    BatchedDecoder,
    Row,
    _nucleus,
    can_batch,
)

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
    stretched = {"rope_type": "dynamic", "rope_theta": 10_000.0, "factor": 2.0}
    assert not can_batch(LlamaConfig(**SIZES, rope_parameters=stretched))


def test_a_row_costs_what_the_longest_will(model: LlamaForCausalLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference_pipeline.engines.transformers.batched_decoding.TOKENS", 100)
    table = Table(model)
    assert table.decoder.has_room(asked(1, prompt=500, tokens=500))  # alone whatever there is
    table.join(asked(1, prompt=10, tokens=20))
    assert table.decoder.has_room(asked(2, prompt=20, tokens=30))
    assert not table.decoder.has_room(asked(2, prompt=20, tokens=31))
    table.join(asked(2, prompt=10, tokens=20))
    assert table.decoder.has_room(asked(3, prompt=3, tokens=30))
    assert not table.decoder.has_room(asked(3, prompt=4, tokens=30))


def test_a_draw_falls_into_the_nucleus_by_its_shares() -> None:
    """Draws evenly from 0 to 1 give every id of the nucleus its share of it, and no other id any."""
    shares = torch.tensor([0.1, 0.4, 0.05, 0.3, 0.15])
    draws = (torch.arange(1700) / 1700)[:, None]
    found = _nucleus(shares.expand(len(draws), -1), torch.full((len(draws), 1), 0.8), draws)
    assert found.bincount(minlength=5).tolist() == pytest.approx([0, 800, 0, 600, 300], abs=1)
    likeliest = _nucleus(shares.expand(len(draws), -1), torch.full((len(draws), 1), 0.01), draws)
    assert set(likeliest.tolist()) == {1}


def test_a_wide_nucleus_reaches_beyond_the_candidates() -> None:
    count = 4 * CANDIDATES
    draws = (torch.arange(count) / count + 0.5 / count)[:, None]
    found = _nucleus(torch.full((count, count), 1 / count), torch.ones(count, 1), draws)
    assert sorted(found.tolist()) == list(range(count))


def test_a_window_of_keys_is_decoded_alone_as_without_a_cache() -> None:
    torch.manual_seed(0)
    windowed = MistralForCausalLM(MistralConfig(**SIZES, sliding_window=6, initializer_range=0.3)).eval()
    prompt = tuple(range(10, 19))
    found = [new.ids[0] for new in alone(windowed, GenerationRequest(prompt, 12, temperature=0.0, top_p=1.0))]
    ids = list(prompt)
    for token in found:
        assert int(windowed(input_ids=torch.tensor([ids])).logits[0, -1].argmax()) == token
        ids.append(token)


def test_an_adapter_is_batched_as_its_base_is(model: LlamaForCausalLM) -> None:
    torch.manual_seed(1)
    adapted = get_peft_model(
        copy.deepcopy(model), LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False)
    )
    table = Table(adapted.eval())
    rows = [table.join(asked(seed, prompt=4 * seed, tokens=10)) for seed in (1, 2)]
    while table.waiting:
        table.step()
    for row in rows:
        assert_same(table.given[row], alone(adapted, row.request))
    assert table.given[rows[0]] != alone(model, rows[0].request)
