"""The real loop on a tiny llama: it learns, resumes after a kill to the same figures, and stops early."""

from pathlib import Path

import pytest
import torch

from configs.progress import Silent
from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline import checkpoints, finetune
from training_pipeline.checkpoints import RunState
from training_pipeline.dataset import TokenSequence, tokenize
from training_pipeline.device import Placement
from training_pipeline.errors import DivergedError
from training_pipeline.evaluation import likelihood
from training_pipeline.plan import Plan

CPU = Placement(torch.device("cpu"), bfloat16=False)
PLAN = Plan(steps=10, validate_every=3, epochs=1, tokens=2560, seconds=1, cut=False)


@pytest.fixture
def sequences(renderer: PromptRenderer) -> list[TokenSequence]:
    return tokenize([make_example(i) for i in range(24)], renderer, end_of_turn=2, max_tokens=256)


def run(base: BaseModelFiles, sequences: list[TokenSequence], settings: TrainingSettings, folder: Path,
        plan: Plan = PLAN) -> RunState:  # fmt: skip
    model = finetune.load_for_training(base.folder, settings, CPU)
    return finetune.finetune(
        model, sequences[:16], sequences[16:], plan=plan, settings=settings, placement=CPU, folder=folder,
        progress=Silent(),
    )  # fmt: skip


def test_it_learns(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings, tmp_path: Path
) -> None:
    model = finetune.load_for_training(tiny_base.folder, training_settings, CPU)
    before = finetune.mean_loss(model, sequences[:16], training_settings, CPU)
    finetune.finetune(
        model, sequences[:16], sequences[16:], plan=PLAN, settings=training_settings, placement=CPU, folder=tmp_path,
        progress=Silent(),
    )  # fmt: skip
    after = finetune.mean_loss(model, sequences[:16], training_settings, CPU)
    assert after < before - 0.2
    figures = likelihood.judge(model, sequences[16:], settings=training_settings, placement=CPU, progress=Silent())
    assert figures["adapter"] < figures["base"]
    assert figures["documents"] == 8
    assert 0 < figures["interval"] < figures["base"] - figures["adapter"]


def test_only_the_adapter_is_trained(tiny_base: BaseModelFiles, training_settings: TrainingSettings) -> None:
    model = finetune.load_for_training(tiny_base.folder, training_settings, CPU)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    assert not any("lm_head" in name for name in trained)


@pytest.mark.parametrize("killed_after", [3, 4, 7])
def test_a_killed_run_resumes_to_the_same_figures(
    tiny_base: BaseModelFiles,
    sequences: list[TokenSequence],
    training_settings: TrainingSettings,
    tmp_path: Path,
    killed_after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = run(tiny_base, sequences, training_settings, _folder(tmp_path, "a"))
    interrupted = _folder(tmp_path, "b")
    steps = iter(range(1, 100))
    real = finetune.learning_rate

    def killing(step: int, total: int, peak: float) -> float:
        if next(steps) > killed_after:
            raise KeyboardInterrupt
        return real(step, total, peak)

    monkeypatch.setattr(finetune, "learning_rate", killing)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_base, sequences, training_settings, interrupted)
    monkeypatch.undo()
    saved = checkpoints.load(interrupted)
    assert saved is not None
    assert saved.step == killed_after // training_settings.checkpoint_steps * training_settings.checkpoint_steps
    resumed = run(tiny_base, sequences, training_settings, interrupted)
    assert [(step, name) for step, name, _ in resumed.curve] == [(step, name) for step, name, _ in whole.curve]
    for (_, _, expected), (_, _, value) in zip(whole.curve, resumed.curve, strict=True):
        assert value == pytest.approx(expected, abs=1e-4)


def test_a_finished_run_is_not_trained_again(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings, tmp_path: Path
) -> None:
    first = run(tiny_base, sequences, training_settings, tmp_path)
    second = run(tiny_base, sequences, training_settings, tmp_path)
    assert (second.step, second.curve) == (first.step, first.curve)


def test_it_stops_when_validation_no_longer_improves_and_keeps_the_best(
    tiny_base: BaseModelFiles,
    sequences: list[TokenSequence],
    training_settings: TrainingSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses = iter([3.0, 2.0, 2.5, 2.6, 2.7, 1.0])
    monkeypatch.setattr(finetune, "mean_loss", lambda *_: next(losses))
    plan = Plan(steps=20, validate_every=2, epochs=1, tokens=1, seconds=1, cut=False)
    state = run(tiny_base, sequences, training_settings, tmp_path, plan)
    assert (state.step, state.best_step, state.best_loss) == (10, 4, 2.0)
    assert any((state.best_adapter[name] != state.adapter[name]).any() for name in state.adapter)


def test_a_loss_that_is_no_number_stops_with_the_way_out(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings, tmp_path: Path
) -> None:
    hot = training_settings.model_copy(update={"learning_rate": 1e30})
    with pytest.raises(DivergedError, match=r"--set training\.learning_rate=2\.5e\+29"):
        run(tiny_base, sequences, hot, tmp_path)


def test_the_learning_rate_rises_then_falls() -> None:
    rates = [finetune.learning_rate(step, 100, 1.0) for step in range(100)]
    peak = rates.index(max(rates))
    assert 0 < peak < 10
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] == pytest.approx(finetune.FINAL_RATE, abs=0.01)


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
