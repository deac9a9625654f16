"""What is on the base: the adapter that the settings ask for, in a folder that peft alone can read."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import TokenSequence, tokenize
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training, load_trained
from training_pipeline.model.loss import negative_log_likelihood

CPU = Placement(torch.device("cpu"), bfloat16=False)


@pytest.fixture
def sequences(renderer: PromptRenderer) -> list[TokenSequence]:
    return tokenize([make_example(i) for i in range(3)], renderer, end_of_turn=2, max_tokens=256)


@pytest.fixture
def plain(training_settings: TrainingSettings) -> TrainingSettings:
    return training_settings.model_copy(update={"dropout": 0.0})


def trained(model: Any, sequences: list[TokenSequence]) -> Any:
    """After one great step."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    negative_log_likelihood(model, sequences, CPU)[0].mean().backward()
    torch.optim.SGD(parameters, lr=1.0).step()
    model.zero_grad()
    return model


def loss(model: Any, sequences: list[TokenSequence]) -> float:
    with torch.no_grad():
        return negative_log_likelihood(model, sequences, CPU)[0].mean().item()


def test_the_same_seed_makes_the_same_adapter(tiny_base: BaseModelFiles, plain: TrainingSettings) -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.rand(seed)  # what was drawn before is of no account
        model = load_for_training(tiny_base.folder, plain.model_copy(update={"seed": seed}), CPU)
        return torch.cat([p.flatten() for p in model.parameters() if p.requires_grad])

    assert torch.equal(weights(3), weights(3))
    assert not torch.equal(weights(3), weights(4))


def test_a_bfloat16_base_carries_a_float32_adapter(tiny_base: BaseModelFiles, plain: TrainingSettings) -> None:
    model = load_for_training(tiny_base.folder, plain, Placement(torch.device("cpu"), bfloat16=True))
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    assert {p.dtype for p in model.parameters() if not p.requires_grad} == {torch.bfloat16}


@pytest.mark.parametrize("options", [{}, {"rslora": True}, {"dora": True}, {"rslora": True, "dora": True}])
def test_an_adapter_is_read_back_as_it_was_trained(
    tiny_base: BaseModelFiles,
    plain: TrainingSettings,
    sequences: list[TokenSequence],
    tmp_path: Path,
    options: dict[str, bool],
) -> None:
    from peft import PeftModel

    fresh = load_for_training(tiny_base.folder, plain.model_copy(update=options), CPU)
    before = loss(fresh, sequences)
    model = trained(fresh, sequences)
    assert loss(model, sequences) < before - 1e-3
    model.save_pretrained(str(tmp_path))
    ours = load_trained(tiny_base.folder, tmp_path, CPU)
    assert not any(p.requires_grad for p in ours.parameters())
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_base.folder), tmp_path)
    for read_back in (ours, theirs):
        assert loss(read_back, sequences) == pytest.approx(loss(model, sequences), abs=1e-5)


def test_rslora_scales_by_the_root_of_the_rank(tiny_base: BaseModelFiles, plain: TrainingSettings) -> None:
    from peft.tuners.lora import LoraLayer

    model: Any = load_for_training(tiny_base.folder, plain.model_copy(update={"rslora": True}), CPU)
    scales = {module.scaling["default"] for module in model.modules() if isinstance(module, LoraLayer)}
    assert scales == {plain.alpha / math.sqrt(plain.rank)}


def test_dora_learns_the_size_of_every_adapted_weight(tiny_base: BaseModelFiles, plain: TrainingSettings) -> None:
    model = load_for_training(tiny_base.folder, plain.model_copy(update={"dora": True}), CPU)
    learned = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    sizes, adapted = (sum(part in name for name in learned) for part in ("lora_magnitude_vector", "lora_B"))
    assert sizes == adapted > 0


@pytest.mark.parametrize("dora", [False, True])
def test_checkpointing_saves_memory_and_changes_no_gradient(
    tiny_base: BaseModelFiles, plain: TrainingSettings, sequences: list[TokenSequence], dora: bool
) -> None:
    found = []
    for checkpointing in (False, True):
        settings = plain.model_copy(update={"gradient_checkpointing": checkpointing, "dora": dora})
        model = load_for_training(tiny_base.folder, settings, CPU).train()
        forwards = 0

        def count() -> None:
            nonlocal forwards
            forwards += 1

        model.get_base_model().get_decoder().layers[0].self_attn.register_forward_pre_hook(lambda *_: count())
        negative_log_likelihood(model, sequences, CPU)[0].mean().backward()
        assert forwards == (2 if checkpointing else 1)  # once more, for the backward pass
        found.append(
            torch.cat([p.grad.flatten() for p in model.parameters() if p.requires_grad and p.grad is not None])
        )
    assert found[0].any()
    torch.testing.assert_close(found[1], found[0])


def test_a_quantised_base_is_nf4_with_double_quantisation(
    tiny_base: BaseModelFiles, plain: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LoadedError(Exception):
        pass

    def load(folder: Path, **options: Any) -> None:
        config = options["quantization_config"]
        assert (config.load_in_4bit, config.bnb_4bit_quant_type, config.bnb_4bit_use_double_quant) == (
            True,
            "nf4",
            True,
        )
        assert config.bnb_4bit_compute_dtype == torch.bfloat16
        assert options["device_map"] == {"": torch.device("cuda")}
        raise LoadedError

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", load)
    settings = plain.model_copy(update={"quantise": "4bit"})
    with pytest.raises(LoadedError):
        load_for_training(tiny_base.folder, settings, Placement(torch.device("cuda"), bfloat16=True))


@pytest.mark.gpu
def test_a_quantised_base_learns(
    tiny_base: BaseModelFiles, plain: TrainingSettings, sequences: list[TokenSequence]
) -> None:
    pytest.importorskip("bitsandbytes")
    placement = Placement(torch.device("cuda"), bfloat16=True)
    settings = plain.model_copy(update={"quantise": "4bit", "gradient_checkpointing": True})
    model = load_for_training(tiny_base.folder, settings, placement)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.01)
    found = []
    for _ in range(10):
        mean = negative_log_likelihood(model, sequences, placement)[0].mean()
        mean.backward()
        optimizer.step()
        optimizer.zero_grad()
        found.append(mean.item())
    assert found[-1] < found[0] - 0.1
