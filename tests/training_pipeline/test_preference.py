"""Preference tuning by the real trl on a tiny llama: it learns the pairs, resumes, and stays in its folder."""

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from configs.errors import SettingsError
from configs.progress import Silent
from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.evaluation import Measure, Measures
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import tokenize
from training_pipeline.errors import DivergedError
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training
from training_pipeline.preference.pairs import PreferencePair
from training_pipeline.preference.stage import is_better
from training_pipeline.preference.trainer import SFT_WEIGHT, TARGET_MARGIN
from training_pipeline.preference.tuning import PreferenceResult, log_probabilities, tune

CPU = Placement(torch.device("cpu"), bfloat16=False)
METHODS = ("dpo", pytest.param("simpo", marks=pytest.mark.slow))


@pytest.fixture
def pairs(renderer: PromptRenderer) -> list[PreferencePair]:
    """Four pairs, which are one step; what is rejected is the same text backwards."""
    made = []
    for sequence in tokenize([make_example(i) for i in range(4)], renderer, end_of_turn=2, max_tokens=256):
        chosen = sequence.ids[sequence.prompt_tokens : -1]
        prompt = sequence.ids[: sequence.prompt_tokens]
        made.append(PreferencePair(sequence.document_id, prompt, chosen, chosen[::-1], "base"))
    return made


@pytest.fixture
def adapted(tiny_base: BaseModelFiles) -> Callable[[TrainingSettings], Any]:
    """Loads a model whose adapter is far from the base, as after fine-tuning."""

    def load(settings: TrainingSettings) -> Any:
        model = load_for_training(tiny_base.folder, settings, CPU)
        torch.manual_seed(7)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.data.normal_(std=0.3)
        return model

    return load


def preferring(settings: TrainingSettings, method: str = "dpo", learning_rate: float = 0.01) -> TrainingSettings:
    wanted = {"method": method, "beta": 0.1 if method == "dpo" else 2.0, "learning_rate": learning_rate}
    return settings.model_copy(update={"preference": settings.preference.model_copy(update=wanted)})


def run(
    model: Any, pairs: list[PreferencePair], settings: TrainingSettings, folder: Path, progress: Any = None
) -> PreferenceResult:
    return tune(model, pairs, settings=settings, placement=CPU, folder=folder, progress=progress or Silent())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.slow
def test_the_chosen_text_gains_on_the_rejected_one(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
    method: str,
) -> None:
    settings = preferring(training_settings, method)
    model = adapted(settings)
    before = log_probabilities(model, pairs, CPU, Silent())
    result = run(model, pairs, settings, tmp_path)
    after = log_probabilities(model, pairs, CPU, Silent())
    for (chosen, rejected), (tuned_chosen, tuned_rejected) in zip(before, after, strict=True):
        assert tuned_chosen - tuned_rejected > chosen - rejected + 0.5
        assert tuned_chosen > chosen
    assert result.steps == 2
    assert result.after.accuracy >= result.before.accuracy
    assert result.after.margin > result.before.margin
    assert [(step, name) for step, name, _ in result.curve][::3] == [(1, "preference_loss"), (2, "preference_loss")]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_loss_is_that_of_the_paper_and_the_reference_is_the_adapter_before_tuning(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
    method: str,
) -> None:
    settings = preferring(training_settings, method)
    model = adapted(settings)
    beta, expected = settings.preference.beta, 0.0
    for pair, (chosen, rejected) in zip(pairs, log_probabilities(model, pairs, CPU, Silent()), strict=True):
        mean_chosen, mean_rejected = chosen / len(pair.chosen_ids), rejected / len(pair.rejected_ids)
        # every log-ratio to a reference that is the model itself is 0
        logit = 0.0 if method == "dpo" else beta * (mean_chosen - mean_rejected - TARGET_MARGIN)
        expected += (math.log(1 + math.exp(-logit)) - SFT_WEIGHT * mean_chosen) / len(pairs)
    _, _, loss = run(model, pairs, settings, tmp_path).curve[0]
    assert loss == pytest.approx(expected, abs=1e-4)


@pytest.mark.slow
def test_the_model_reads_our_ids_and_is_left_as_it_was_found_but_for_the_adapter(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
) -> None:
    settings = preferring(training_settings)
    model = adapted(settings)
    seen: set[tuple[int, ...]] = set()
    model.get_input_embeddings().register_forward_pre_hook(
        lambda read, given: seen.update(map(tuple, given[0].tolist()) if read.training else ())
    )
    trainable = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    padding = model.config.pad_token_id, model.generation_config.pad_token_id
    run(model, pairs, settings, tmp_path)
    assert seen == {p.prompt_ids + side for p in pairs for side in (p.chosen_ids, p.rejected_ids)}
    assert list(model.peft_config) == ["default"]
    assert {name for name, parameter in model.named_parameters() if parameter.requires_grad} == trainable
    assert (model.config.pad_token_id, model.generation_config.pad_token_id) == padding
    for module in (model, model.get_base_model()):
        assert not {"forward", "_original_forward"} & set(module.__dict__)


class Killed(Silent):
    """Interrupts the stage `preference tuning` in its third step."""

    left = -1

    def start(self, stage: str, total: int | None) -> None:
        self.left = 3 if stage == "preference tuning" else -1

    def advance(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_figures_and_a_finished_one_is_not_repeated(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
) -> None:
    settings = preferring(training_settings)
    eight = pairs + [PreferencePair(p.document_id, p.prompt_ids, p.chosen_ids[1:], p.rejected_ids[1:], "base")
                     for p in pairs]  # fmt: skip
    uninterrupted = adapted(settings)
    whole = run(uninterrupted, eight, settings, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(adapted(settings), eight, settings, tmp_path / "killed", Killed())
    (checkpoint,) = (tmp_path / "killed").rglob("checkpoint-*")
    assert checkpoint.name == "checkpoint-2"
    (checkpoint.parent / "checkpoint-3").mkdir()  # a kill while it was written
    model = adapted(settings)
    resumed = run(model, eight, settings, tmp_path / "killed")
    assert resumed.steps == whole.steps == 4
    assert [row[:2] for row in resumed.curve] == [row[:2] for row in whole.curve]
    assert [row[2] for row in resumed.curve] == pytest.approx([row[2] for row in whole.curve], abs=1e-4)
    assert resumed.after.margin == pytest.approx(whole.after.margin, abs=1e-4)
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "killed").rglob("checkpoint-*/*")}
    again = run(adapted(settings), eight, settings, tmp_path / "killed")
    assert again.curve == resumed.curve
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "killed").rglob("checkpoint-*/*")} == written
    assert again.after.margin == pytest.approx(resumed.after.margin, abs=1e-6)


@pytest.mark.slow
def test_checkpoints_of_other_pairs_are_not_gone_on_from(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
) -> None:
    settings = preferring(training_settings)
    first = run(adapted(settings), pairs, settings, tmp_path)
    assert run(adapted(settings), pairs[:3], settings, tmp_path).curve != first.curve


@pytest.mark.slow
def test_nothing_is_written_elsewhere_and_nobody_is_told(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from trl.trainer import base_trainer

    told: list[object] = []
    monkeypatch.delenv("CI", raising=False)  # trl keeps quiet there
    monkeypatch.setattr(base_trainer, "send_telemetry", lambda *given, **named: told.append((given, named)))
    settings = preferring(training_settings)
    model = adapted(settings)
    written: list[str] = []
    watching = True

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if not watching:
            return
        if event == "open" and isinstance(given[0], str) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.append(given[0])
        elif event in ("os.mkdir", "os.rename"):
            written.append(str(given[0]))

    sys.addaudithook(watch)  # there is no way to take it away again
    capfd.readouterr()
    run(model, pairs, settings, tmp_path / "run")
    watching = False
    elsewhere = [w for w in written if not w.startswith((str(tmp_path / "run"), "/dev/")) and "__pycache__" not in w]
    assert any(w.startswith(str(tmp_path / "run")) for w in written)
    assert elsewhere == []
    assert told == []
    assert capfd.readouterr() == ("", "")


def test_without_trl_the_error_names_the_way_out(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "trl", None)
    settings = preferring(training_settings)
    with pytest.raises(SettingsError, match=r"pip install -e '\.\[preference\]'"):
        run(adapted(settings), pairs, settings, tmp_path)


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_with_the_way_out(
    adapted: Callable[[TrainingSettings], Any],
    training_settings: TrainingSettings,
    pairs: list[PreferencePair],
    tmp_path: Path,
) -> None:
    settings = preferring(training_settings, learning_rate=1e30)
    with pytest.raises(DivergedError, match=r"--set training\.preference\.learning_rate=2\.5e\+29"):
        run(adapted(settings), pairs, settings, tmp_path)
    assert not list(tmp_path.rglob("checkpoint-*"))  # a run that went on from there would never end well


@pytest.mark.parametrize(("method", "count"), [("none", 4), ("dpo", 0)])
def test_nothing_to_tune_is_an_error(
    training_settings: TrainingSettings, pairs: list[PreferencePair], tmp_path: Path, method: str, count: int
) -> None:
    with pytest.raises(ValueError, match=f"{count} pairs, method {method}"):
        run(None, pairs[:count], preferring(training_settings, method), tmp_path)


JUDGED: dict[str, Measures] = {
    "style": {"delta/adapter": Measure(value=0.4), "rhythm/adapter": Measure(value=0.6), "delta/gap": Measure(value=1)},
    "likelihood": {"change": Measure(value=-0.10, low=-0.11, high=-0.09)},
    "memorisation": {"longest_run": Measure(value=6), "own_longest_run": Measure(value=8),
                     "mean_run": Measure(value=3, low=2.5, high=3.5), "own_mean_run": Measure(value=2)},
    "health": {"adapter/repetitive": Measure(value=0.1, low=0, high=0.2), "base/repetitive": Measure(value=0.0)},
}  # fmt: skip
BETTER = {"style": {"delta/adapter": Measure(value=0.5), "rhythm/adapter": Measure(value=0.55)}}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"likelihood": {"change": Measure(value=-0.095, low=-0.105, high=-0.085)}}, ""),  # worse, within the interval
        ({"likelihood": {"change": Measure(value=-0.05, low=-0.06, high=-0.04)}}, "likelihood: change is -0.05"),
        ({"memorisation": {"longest_run": Measure(value=8)}}, ""),  # the author's own rate
        ({"memorisation": {"longest_run": Measure(value=9)}}, "memorisation: longest_run is 9"),
        ({"memorisation": {"mean_run": Measure(value=4, low=3.2, high=5)}}, "memorisation: mean_run is 4"),
        ({"health": {"adapter/repetitive": Measure(value=0.4, low=0.2, high=0.6)}}, "health: adapter/repetitive"),
        ({"health": {"base/repetitive": Measure(value=0.9)}}, ""),  # the base is not on trial
        ({"style": {"rhythm/adapter": Measure(value=0.5)}}, "style: 50.0% of the gap closed after tuning, 50.0%"),
        ({"likelihood": {"change": Measure(value=math.nan)}}, "likelihood: change is nan"),
    ],
)
def test_tuning_is_kept_where_the_judges_agree(changed: dict[str, Measures], reason: str) -> None:
    after = {judge: figures | BETTER.get(judge, {}) | changed.get(judge, {}) for judge, figures in JUDGED.items()}
    kept, reasons = is_better(JUDGED, after)
    assert kept is not bool(reason)
    assert len(reasons) == 1
    assert reasons[0].startswith(reason or "style: 52.5% of the gap closed, 50.0% before")


@pytest.mark.parametrize("judge", JUDGED)
def test_what_was_not_measured_was_not_shown(judge: str) -> None:
    after = {name: figures | BETTER.get(name, {}) for name, figures in JUDGED.items() if name != judge}
    kept, reasons = is_better(JUDGED, after)
    assert not kept
    assert all(reason.startswith(judge) for reason in reasons)
