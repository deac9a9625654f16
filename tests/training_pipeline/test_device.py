import pytest
import torch

from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import tokenize
from training_pipeline.errors import DeviceUnavailableError
from training_pipeline.model.device import Placement, place
from training_pipeline.model.loading import load_for_training
from training_pipeline.model.loss import mean_loss


def test_a_gpu_that_is_not_there_is_refused_with_the_way_out(
    training_settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceUnavailableError, match=r"--set training\.device=auto"):
        place(training_settings.model_copy(update={"device": "cuda"}))
    assert place(training_settings.model_copy(update={"device": "auto"})).device.type == "cpu"


@pytest.mark.parametrize("faster", [True, False])
def test_a_cpu_trains_in_bfloat16_where_that_is_faster(
    training_settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    monkeypatch.setattr("training_pipeline.model.device.bfloat16_is_faster", lambda: faster)
    for precision, taken in (("auto", faster), ("bfloat16", True), ("float32", False)):
        settings = training_settings.model_copy(update={"precision": precision})
        assert place(settings).bfloat16 is taken


def test_four_bits_need_a_gpu(training_settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # and training.device is cpu
    with pytest.raises(DeviceUnavailableError, match=r"needs a GPU.*--set training\.quantise=none"):
        place(training_settings.model_copy(update={"quantise": "4bit"}))


def test_four_bits_need_bitsandbytes(training_settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    settings = training_settings.model_copy(update={"quantise": "4bit", "device": "cuda"})
    with pytest.raises(DeviceUnavailableError, match=r"'\.\[qlora\]'"):
        place(settings)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert place(settings).device.type == "cuda"


@pytest.mark.gpu
def test_the_loss_on_a_gpu_is_that_on_a_cpu(
    tiny_base: BaseModelFiles, renderer: PromptRenderer, training_settings: TrainingSettings
) -> None:
    sequences = tokenize([make_example(i) for i in range(8)], renderer, end_of_turn=2, max_tokens=256)
    losses = []
    for device in ("cpu", "cuda"):
        placement = Placement(torch.device(device), bfloat16=False)
        model = load_for_training(tiny_base.folder, training_settings, placement)
        losses.append(mean_loss(model, sequences, training_settings, placement))
    assert losses[1] == pytest.approx(losses[0], abs=1e-3)
