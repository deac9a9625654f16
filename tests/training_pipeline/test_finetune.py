"""The real loop on a tiny llama: it learns, resumes after a kill to the same figures, and stops early."""

import itertools
from pathlib import Path

import pytest
import torch
from peft import get_peft_model_state_dict

from configs.progress import Silent
from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import TokenSequence, schedule, tokenize
from training_pipeline.errors import DivergedError
from training_pipeline.finetuning import checkpoints
from training_pipeline.finetuning import loop as finetune
from training_pipeline.finetuning.checkpoints import TrainerState
from training_pipeline.finetuning.plan import TrainingPlan
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training

CPU = Placement(torch.device("cpu"), bfloat16=False)
PLAN = TrainingPlan(steps=10, validate_every=3, epochs=1, tokens=2560, seconds=1, wanted=10)


@pytest.fixture
def sequences(renderer: PromptRenderer) -> list[TokenSequence]:
    return tokenize([make_example(i) for i in range(24)], renderer, end_of_turn=2, max_tokens=256)


def run(base: BaseModelFiles, sequences: list[TokenSequence], settings: TrainingSettings, folder: Path,
        plan: TrainingPlan = PLAN) -> TrainerState:  # fmt: skip
    model = load_for_training(base.folder, settings, CPU)
    return finetune.finetune(
        model, sequences[:16], sequences[16:], plan=plan, settings=settings, placement=CPU, folder=folder,
        progress=Silent(),
    )  # fmt: skip


def test_it_learns(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings, tmp_path: Path
) -> None:
    model = load_for_training(tiny_base.folder, training_settings, CPU)
    before = finetune.mean_loss(model, sequences[:16], training_settings, CPU)
    finetune.finetune(
        model, sequences[:16], sequences[16:], plan=PLAN, settings=training_settings, placement=CPU, folder=tmp_path,
        progress=Silent(),
    )  # fmt: skip
    after = finetune.mean_loss(model, sequences[:16], training_settings, CPU)
    assert after < before - 0.2


def test_only_the_adapter_is_trained(tiny_base: BaseModelFiles, training_settings: TrainingSettings) -> None:
    model = load_for_training(tiny_base.folder, training_settings, CPU)
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    assert not any("lm_head" in name for name in trained)


@pytest.mark.parametrize("killed_after", [3, *(pytest.param(steps, marks=pytest.mark.slow) for steps in (4, 7))])
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
    for (_, name, expected), (_, _, value) in zip(whole.curve, resumed.curve, strict=True):
        if name.endswith("loss"):
            assert value == pytest.approx(expected, abs=1e-4)


@pytest.mark.slow
def test_the_same_seed_repeats_a_run_to_the_last_bit(
    tiny_base: BaseModelFiles, sequences: list[TokenSequence], training_settings: TrainingSettings, tmp_path: Path
) -> None:
    first = run(tiny_base, sequences, training_settings, _folder(tmp_path, "a"))
    second = run(tiny_base, sequences, training_settings, _folder(tmp_path, "b"))
    assert losses(first) == losses(second)
    assert all(torch.equal(first.adapter[name], second.adapter[name]) for name in first.adapter)
    other = run(tiny_base, sequences, training_settings.model_copy(update={"seed": 2}), _folder(tmp_path, "c"))
    assert losses(other) != losses(first)


def test_the_curve_tells_the_time_and_the_pace(
    tiny_base: BaseModelFiles,
    sequences: list[TokenSequence],
    training_settings: TrainingSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finetune.time, "perf_counter", itertools.count(0, 5).__next__)  # a step takes five seconds
    state = run(tiny_base, sequences, training_settings, tmp_path)
    marks = [step for step, name, _ in state.curve if name == "seconds"]
    assert marks == [2, 4, 6, 8, 10]
    assert [value for _, name, value in state.curve if name == "seconds"] == [5.0 * step for step in marks]
    read = list(itertools.islice(schedule(sequences[:16], tokens=256, seed=training_settings.seed), 10))
    sizes = [sum(len(sequence.ids) for sequence in batch) for batch in read]
    paces = [value for _, name, value in state.curve if name == "tokens_per_second"]
    assert paces == [(a + b) / 10 for a, b in zip(sizes[::2], sizes[1::2], strict=True)]


def test_a_machine_that_became_slow_ends_within_the_time(
    tiny_base: BaseModelFiles,
    sequences: list[TokenSequence],
    training_settings: TrainingSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan of 20 steps was made for one second each, and each takes five of the minute that there is."""
    monkeypatch.setattr(finetune.time, "perf_counter", itertools.count(0, 5).__next__)
    rates: list[float] = []
    real = finetune.learning_rate
    monkeypatch.setattr(finetune, "learning_rate", lambda *given: rates.append(real(*given)) or rates[-1])
    settings = training_settings.model_copy(update={"max_minutes": 1, "patience": 99})
    plan = TrainingPlan(steps=20, validate_every=50, epochs=1, tokens=1, seconds=20, wanted=20)
    state = run(tiny_base, sequences, settings, tmp_path, plan)
    assert (state.step, state.steps, state.seconds, state.finished) == (12, 12, 60.0, True)
    assert rates[-1] < 0.15 * max(rates)  # the cosine ends where the run does
    assert [step for step, name, _ in state.curve if name == "validation_loss"] == [12]


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
    plan = TrainingPlan(steps=20, validate_every=2, epochs=1, tokens=1, seconds=1, wanted=20)
    model = load_for_training(tiny_base.folder, training_settings, CPU)
    state = finetune.finetune(
        model, sequences[:16], sequences[16:], plan=plan, settings=training_settings, placement=CPU, folder=tmp_path,
        progress=Silent(),
    )  # fmt: skip
    assert (state.step, state.best_step, state.best_loss) == (10, 4, 2.0)
    assert any((state.best_adapter[name] != state.adapter[name]).any() for name in state.adapter)
    left = get_peft_model_state_dict(model)
    assert all(torch.equal(left[name], state.best_adapter[name]) for name in left)


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


@pytest.mark.parametrize(("steps", "warmup"), [(1, 1), (8, 1), (30, 2), (500, 30), (5000, 100)])
def test_the_warm_up_fits_the_length_of_the_run(steps: int, warmup: int) -> None:
    rates = [finetune.learning_rate(step, steps, 1.0) for step in range(steps)]
    assert rates.index(1.0) == warmup - 1
    assert rates[0] == pytest.approx(1 / warmup)


def losses(state: TrainerState) -> list[float]:
    return [value for _, name, value in state.curve if name.endswith("loss")]


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
