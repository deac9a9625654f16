from pathlib import Path

import pytest

from configs.settings import TrainingSettings
from feature_store.records import ExampleKind
from training_pipeline.data.dataset import TokenSequence, batches
from training_pipeline.finetuning.plan import EPOCHS, EPOCHS_BEYOND, LATE, PLAN_FILE, TrainingPlan, make_plan


def sequences(count: int) -> list[TokenSequence]:
    return [TokenSequence(f"d{i}", ExampleKind.WRITE, tuple(range(500)), 50, 2000) for i in range(count)]


def plan(count: int, settings: TrainingSettings, pace: float = 1e-9) -> TrainingPlan:
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
    assert TrainingPlan.load(tmp_path) is None
    made = plan(20, training_settings)
    made.save(tmp_path)
    assert TrainingPlan.load(tmp_path) == made


def test_a_plan_that_was_not_written_to_the_end_is_made_anew(
    training_settings: TrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KilledError):
        plan(20, training_settings).save(tmp_path)
    assert TrainingPlan.load(tmp_path) is None


def test_an_epoch_is_as_many_steps_as_there_are_batches(training_settings: TrainingSettings) -> None:
    settings = training_settings.model_copy(update={"epochs": 1, "tokens_per_step": 512})
    short = [TokenSequence(f"d{i}", ExampleKind.WRITE, tuple(range(200)), 50, 800) for i in range(30)]
    made = make_plan(short, [], settings, seconds_per_token=lambda: 1e-9)
    assert made.steps == len(batches(short, tokens=512, seed=settings.seed)) == 15  # two of 200 in each, not 2.56
    assert made.tokens == 6000


def test_a_slower_machine_gets_fewer_steps_and_never_more_than_are_wanted() -> None:
    planned = TrainingPlan(steps=100, validate_every=10, epochs=1, tokens=1, seconds=100, wanted=100)
    assert planned.steps_within(100, done=20, seconds=20) == 100
    assert planned.steps_within(100, done=20, seconds=20 * LATE) == 100  # not worth a change
    assert planned.steps_within(100, done=20, seconds=40) == 50
    assert planned.steps_within(1000, done=20, seconds=40) == 100
    assert planned.steps_within(100, done=60, seconds=120) == 61  # what is left is one step, validated


def test_a_plan_that_a_busy_moment_cut_grows_again() -> None:
    planned = TrainingPlan(steps=100, validate_every=10, epochs=1, tokens=1, seconds=100, wanted=180)
    assert planned.cut
    assert planned.steps_within(100, done=20, seconds=20 / LATE) == 100  # not worth a change
    assert planned.steps_within(100, done=20, seconds=15) == 133
    assert planned.steps_within(100, done=99, seconds=50) == 180


def test_a_plan_of_another_version_is_made_anew(training_settings: TrainingSettings, tmp_path: Path) -> None:
    plan(20, training_settings).save(tmp_path)
    path = tmp_path / PLAN_FILE
    path.write_text(path.read_text(encoding="utf-8").replace("wanted", "cut"), encoding="utf-8")
    assert TrainingPlan.load(tmp_path) is None


@pytest.mark.parametrize("words", [2_000, 10_000, 200_000, 2_000_000])
def test_any_amount_of_text_gets_a_plan_within_the_time(training_settings: TrainingSettings, words: int) -> None:
    settings = training_settings.model_copy(update={"max_minutes": 10, "tokens_per_step": 512})
    texts = [TokenSequence(f"d{i}", ExampleKind.WRITE, tuple(range(300)), 50, 1200) for i in range(words // 200)]
    made = make_plan(texts, texts[:10], settings, seconds_per_token=lambda: 1 / 150)
    assert 0 < made.seconds <= 10 * 60 * 1.01
    assert made.cut == (words > 10_000)
    assert 1 <= made.validate_every <= made.steps
