import math
from typing import Any

import pytest
import torch

from configs.progress import Silent
from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from feature_store.records import ExampleKind, Split
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import TokenSequence, tokenize
from training_pipeline.evaluation.conditions import Condition
from training_pipeline.evaluation.judges import likelihood
from training_pipeline.evaluation.judges.likelihood import HeldOutText
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training

CPU = Placement(torch.device("cpu"), bfloat16=False)


@pytest.fixture
def model(tiny_base: BaseModelFiles, training_settings: TrainingSettings) -> Any:
    model = load_for_training(tiny_base.folder, training_settings, CPU)
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(std=0.2)
    return model


@pytest.fixture
def sequences(renderer: PromptRenderer) -> list[TokenSequence]:
    examples = [make_example(n // 2, Split.TEST) for n in range(12)]  # two of each document
    return tokenize(examples, renderer, end_of_turn=2, max_tokens=256)


def independent_bits_per_byte(model: Any, sequences: list[TokenSequence]) -> float:
    """One sequence at a time, over all logits of transformers' own forward pass."""
    nats, size = 0.0, 0
    for sequence in sequences:
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([sequence.ids])).logits[0].double().log_softmax(-1)
        for place in range(sequence.prompt_tokens, len(sequence.ids)):
            nats -= logits[place - 1, sequence.ids[place]].item()
        size += sequence.target_bytes
    return nats / math.log(2) / size


def test_bits_are_those_of_the_model_with_and_without_its_adapter(
    model: Any, sequences: list[TokenSequence], training_settings: TrainingSettings
) -> None:
    text = HeldOutText(
        all=sequences,
        beginnings={Condition.BASE_POSTS: sequences[:2], Condition.ADAPTER_RETRIEVAL: sequences[2:4]},
        others=sequences[4:],
    )
    figures = likelihood.judge(model, text, settings=training_settings, placement=CPU, progress=Silent())
    adapter = independent_bits_per_byte(model, sequences)
    adapter_beginnings = independent_bits_per_byte(model, sequences[2:4])
    with model.disable_adapter():
        base = independent_bits_per_byte(model, sequences)
        base_beginnings = independent_bits_per_byte(model, sequences[:2])
        others = independent_bits_per_byte(model, sequences[4:])
    expected = {
        "base": base,
        "adapter": adapter,
        "change": adapter / base - 1,
        "others/base": others,
        "beginnings/base+posts": base_beginnings,
        "beginnings/adapter+retrieval": adapter_beginnings,
        "documents": 6,
        "bytes": sum(s.target_bytes for s in sequences),
    }
    assert abs(adapter - base) > 0.01  # the adapter does something
    assert {name: figures[name].value for name in expected} == pytest.approx(expected, rel=1e-4)
    assert set(figures) == {*expected, "others/adapter", "others/change"}


def test_intervals_hold_the_figure_and_narrow_with_documents(
    model: Any, renderer: PromptRenderer, training_settings: TrainingSettings
) -> None:
    def change(documents: int) -> Any:
        examples = [make_example(n, Split.TEST, ExampleKind.CONTINUE) for n in range(documents)]
        own = tokenize(examples, renderer, end_of_turn=2, max_tokens=256)
        text = HeldOutText(all=own, beginnings={}, others=[])
        figures = likelihood.judge(model, text, settings=training_settings, placement=CPU, progress=Silent())
        assert "others/change" not in figures
        return figures["change"]

    few, many = change(4), change(40)
    for measure in (few, many):
        assert measure.low < measure.value < measure.high
    assert many.high - many.low < few.high - few.low


def test_a_fresh_adapter_changes_nothing(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings
) -> None:
    fresh = load_for_training(tiny_base.folder, training_settings, CPU)
    text = HeldOutText(all=sequences, beginnings={}, others=[])
    figures = likelihood.judge(fresh, text, settings=training_settings, placement=CPU, progress=Silent())
    assert figures["change"].value == figures["change"].low == figures["change"].high == 0.0
