"""The parity judge passes what is served as trained, and refuses each way in which it can be something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from configs.progress import Silent
from configs.settings import TrainingSettings
from model_registry.base_models import BaseModelFiles
from model_registry.evaluation import ParityResult
from model_registry.prompting import ChatMessage, PromptRenderer
from training_pipeline.evaluation import parity
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training

CPU = Placement(torch.device("cpu"), bfloat16=False)


@dataclass
class PlainServing:
    """Serves a PEFT folder by merging it into the base: not how it was trained, and the same function."""

    base: BaseModelFiles
    renderer: PromptRenderer
    engine: str = "plain"
    shift: float = 0.0  # nats added to each log-probability
    prepend: tuple[int, ...] = ()  # ids that the engine's tokenizer adds

    def prompt_tokens(self, prompt: str) -> list[int]:
        return [*self.prepend, *self.renderer.tokenize(prompt)]

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        base = AutoModelForCausalLM.from_pretrained(self.base.folder, dtype=torch.float32)
        model: Any = PeftModel.from_pretrained(base, str(adapter)).merge_and_unload()
        answers = []
        for prompt in prompts:
            ids, chosen, log_probs = self.renderer.tokenize(prompt), [], []
            for _ in range(max_tokens):
                with torch.inference_mode():
                    scores = model(input_ids=torch.tensor([ids])).logits[0, -1].log_softmax(-1)
                token = int(scores.argmax())
                chosen.append(token)
                log_probs.append(float(scores[token]) + self.shift)
                ids.append(token)
            answers.append((chosen, log_probs))
        return answers


def trained(base: BaseModelFiles, settings: TrainingSettings, *, scale: float, placement: Placement = CPU) -> Any:
    """A model whose adapter does something: `scale` is the size of B."""
    model: Any = load_for_training(base.folder, settings, placement)
    torch.manual_seed(7)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data = torch.randn_like(parameter) * scale
    return model.eval()


def judge(
    probe: PlainServing, model: Any, adapter: Path, renderer: PromptRenderer, placement: Placement = CPU
) -> ParityResult:
    questions = ["Write a post about the quay.", "What did the kettle say?"]
    prompts = [renderer.text(renderer.messages([ChatMessage("user", q)], nonce="n")) for q in questions]
    return parity.judge(
        model, adapter, prompts, base=probe.base.folder, probe=probe, renderer=renderer, placement=placement,
        progress=Silent(),
    )  # fmt: skip


@pytest.fixture
def model(tiny_base: BaseModelFiles, training_settings: TrainingSettings) -> Any:
    return trained(tiny_base, training_settings, scale=0.5)


@pytest.fixture
def adapter(model: Any, tmp_path: Path) -> Path:
    model.save_pretrained(str(tmp_path / "adapter"))
    return tmp_path / "adapter"


def test_the_same_adapter_passes(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, model: Any, adapter: Path
) -> None:
    result = judge(PlainServing(tiny_base, renderer), model, adapter, renderer)
    assert result.passed
    assert result.same_greedy_tokens == 1.0
    assert result.max_log_prob_difference < 1e-3


@pytest.mark.slow
def test_what_was_trained_in_bfloat16_is_read_in_float32(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, training_settings: TrainingSettings, tmp_path: Path
) -> None:
    coarse = Placement(torch.device("cpu"), bfloat16=True)
    model = trained(tiny_base, training_settings, scale=0.5, placement=coarse)
    model.save_pretrained(str(tmp_path / "adapter"))
    result = judge(PlainServing(tiny_base, renderer), model, tmp_path / "adapter", renderer, coarse)
    assert result.passed
    assert result.max_log_prob_difference < 1e-3


def test_another_adapter_is_refused(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, adapter: Path, training_settings: TrainingSettings
) -> None:
    other = trained(tiny_base, training_settings, scale=0.0)
    result = judge(PlainServing(tiny_base, renderer), other, adapter, renderer)
    assert not result.passed
    assert result.same_greedy_tokens < parity.SAME_TOKENS


@pytest.mark.parametrize("shift", [2 * parity.BOUND, 2 * parity.MEAN_BOUND])
def test_log_probabilities_out_of_bound_are_refused(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, model: Any, adapter: Path, shift: float
) -> None:
    result = judge(PlainServing(tiny_base, renderer, shift=shift), model, adapter, renderer)
    assert not result.passed
    assert result.same_greedy_tokens == 1.0


def test_an_engine_that_reads_the_prompt_differently_is_refused(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, model: Any, adapter: Path
) -> None:
    result = judge(PlainServing(tiny_base, renderer, prepend=(1,)), model, adapter, renderer)
    assert not result.passed
    assert not result.same_prompt_tokens
