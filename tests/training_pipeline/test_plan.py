from pathlib import Path

import pytest

from configs.settings import TrainingSettings
from feature_store.records import ExampleKind
from training_pipeline.dataset import TokenSequence
from training_pipeline.plan import EPOCHS, EPOCHS_BEYOND, Plan, make_plan


def sequences(count: int) -> list[TokenSequence]:
    return [TokenSequence(f"d{i}", ExampleKind.WRITE, tuple(range(500)), 50, 2000) for i in range(count)]


def plan(count: int, settings: TrainingSettings, pace: float = 1e-9) -> Plan:
    return make_plan(sequences(count), [], settings, seconds_per_token=lambda: pace)


def test_more_text_is_read_fewer_times(training_settings: TrainingSettings) -> None:
    plans = [plan(count, training_settings) for count in (20, 80, 300, 1000)]
    assert [round(p.epochs, 1) for p in plans] == [EPOCHS[0][1], EPOCHS[1][1], EPOCHS[2][1], EPOCHS_BEYOND]
    assert [p.tokens for p in plans] == sorted(p.tokens for p in plans)


def test_the_configured_epochs_are_taken(training_settings: TrainingSettings) -> None:
    assert plan(20, training_settings.model_copy(update={"epochs": 0.5})).epochs == pytest.approx(0.5, abs=0.05)


def test_a_slow_machine_gets_a_shorter_plan_that_says_so(training_settings: TrainingSettings) -> None:
    settings = training_settings.model_copy(update={"max_minutes": 2})
    fast, slow = plan(100, settings, 1e-4), plan(100, settings, 1 / 100)
    assert not fast.cut
    assert slow.cut
    assert slow.seconds == pytest.approx(120, rel=0.05)
    assert slow.steps < fast.steps


def test_the_time_for_validation_is_part_of_the_plan(training_settings: TrainingSettings) -> None:
    settings = training_settings.model_copy(update={"max_minutes": 2})
    validated = make_plan(sequences(100), sequences(20), settings, seconds_per_token=lambda: 1 / 1000)
    assert validated.seconds == pytest.approx(120, rel=0.05)
    assert validated.steps < plan(100, settings, 1 / 1000).steps


def test_a_plan_is_kept_for_the_resume(training_settings: TrainingSettings, tmp_path: Path) -> None:
    assert Plan.load(tmp_path) is None
    made = plan(20, training_settings)
    made.save(tmp_path)
    assert Plan.load(tmp_path) == made
