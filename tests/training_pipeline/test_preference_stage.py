"""The stage of preference tuning, over models that are not there: which feedback the kept adapter learnt from."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from configs.progress import Silent
from configs.settings import TrainingSettings
from fakes.training_examples import make_example
from model_registry.base_models import BaseModelFiles
from model_registry.feedback import Feedback, row_id
from model_registry.ports import GeneratedText
from model_registry.prompting import PromptRenderer
from training_pipeline.pipeline import feedback_name
from training_pipeline.preference import stage

OTHER = "It is a truth that one must consider every aspect of the matter before any statement is made about it."
MODEL: Any = SimpleNamespace(save_pretrained=lambda folder: None)
SCORER: Any = SimpleNamespace(save=lambda path: None)
JUDGED: Any = SimpleNamespace(judges={})


@pytest.fixture
def run(renderer: PromptRenderer, tiny_base: BaseModelFiles, training_settings: TrainingSettings,
             tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # fmt: skip
    generator = SimpleNamespace(
        generate=lambda name, adapter, prompts: [GeneratedText(OTHER, 20, ended=True) for _ in prompts]
    )
    monkeypatch.setattr(stage, "generator_of", lambda _: generator)
    monkeypatch.setattr(stage, "judge", lambda *_: JUDGED)
    tuned = SimpleNamespace(after=SimpleNamespace(accuracy=1.0))
    monkeypatch.setattr(stage.tuning, "tune", lambda *_, **__: tuned)
    feedback = tmp_path / "maud.jsonl"
    good = Feedback(request="What about clocks?", chosen="Mine runs slow, and I like it so.", rejected=OTHER)
    thumb = good.model_copy(update={"rejected": "", "rating": "up"})
    feedback.write_text(f"{thumb.model_dump_json()}\n{good.model_dump_json()}\n", "utf-8")
    (tmp_path / "adapter").mkdir()
    store = SimpleNamespace(examples=lambda *_: [make_example(i) for i in range(4)])
    return SimpleNamespace(
        author="maud", features=None, store=store, renderer=renderer, base=tiny_base, training=training_settings,
        placement=None, progress=Silent(), feedback=feedback,
    )  # fmt: skip


@pytest.mark.parametrize("better", [True, False])
def test_the_version_names_the_feedback_that_it_learnt_from(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, better: bool
) -> None:
    monkeypatch.setattr(stage, "is_better", lambda *_: (better, []))
    judged = stage.tune_if_better(MODEL, stage.JudgedAdapter(tmp_path / "adapter", JUDGED), SCORER, run)
    assert (judged.record["preference_feedback"], judged.record["preference_kept"]) == (1, better)
    pair = run.feedback.read_bytes().splitlines()[1]
    assert judged.feedback == ((row_id(pair),) if better else ())
    assert judged.folder.name == (stage.FOLDER if better else "adapter")


def test_new_feedback_makes_another_run_where_it_is_learnt_from(
    training_settings: TrainingSettings, tmp_path: Path
) -> None:
    file = tmp_path / "maud.jsonl"
    tuning = training_settings.preference.model_copy(update={"method": "dpo"})
    learning = training_settings.model_copy(update={"preference": tuning})
    assert feedback_name(learning, file) == feedback_name(learning, None) == ""
    file.write_text('{"a": 1}\n{"b": 2}\n', "utf-8")
    first = feedback_name(learning, file)
    assert first
    file.write_text('{"b": 2}\n{"a": 1}\n', "utf-8")
    assert feedback_name(learning, file) == first
    file.write_text('{"b": 2}\n{"a": 1}\n{"c": 3}\n', "utf-8")
    assert feedback_name(learning, file) not in ("", first)
    assert feedback_name(training_settings, file) == ""  # preference.method is none
