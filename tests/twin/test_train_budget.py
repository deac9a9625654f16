from dataclasses import replace

import pytest

from configs.errors import SettingsError
from configs.settings import Settings
from training_pipeline.evaluation.time_budget import (
    ANSWERS,
    FEWEST_PROMPTS,
    FEWEST_TOKENS,
    Pace,
    describe,
    seconds,
    shrink,
)
from twin.commands.train import minutes
from twin.jobs.train import within


@pytest.mark.parametrize(
    ("written", "meant"),
    [("10m", 10), ("1h30m", 90), ("90s", 1.5), ("1h", 60), ("1.5h", 90), (" 10 min ", 10), ("1h 5m 30s", 65.5)],
)
def test_a_budget_is_a_length_of_time(written: str, meant: float) -> None:
    assert minutes(written) == pytest.approx(meant)


@pytest.mark.parametrize("written", ["10", "ten minutes", "0m", "-5m", "m", "5m10h", "1.2.3m", "1h30"])
def test_what_is_no_length_of_time_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(SettingsError, match="10m"):
        minutes(written)


@pytest.mark.parametrize("budget", [2.0, 10.0, 600.0])
def test_training_and_judging_share_the_budget(settings: Settings, budget: float) -> None:
    cut = within(settings, budget)
    assert cut.training.max_minutes + cut.evaluation.max_minutes == pytest.approx(budget)
    assert cut.evaluation.max_minutes <= settings.evaluation.max_minutes
    assert cut.training.max_minutes > cut.evaluation.max_minutes


IDLE = Pace(read=1 / 3000, write=1 / 190, opening=5.0, measuring=7.0)


def slower(times: float) -> Pace:
    return Pace(*(times * each for each in (IDLE.read, IDLE.write, IDLE.opening, IDLE.measuring)))


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("times", [0.1, 1, 3, 4])
def test_judging_is_cut_to_its_time_and_no_more(settings: Settings, times: float, answers: bool) -> None:
    cut = shrink(settings.evaluation, slower(times), answers=answers)
    allowed = settings.evaluation.max_minutes * 60
    taken = seconds(cut, slower(times), answers=answers)
    if seconds(settings.evaluation, slower(times), answers=answers) <= allowed:
        assert cut == settings.evaluation
    else:
        assert cut.prompts > FEWEST_PROMPTS
        assert 0.9 * allowed < taken <= allowed


def test_all_that_takes_time_is_counted(settings: Settings) -> None:
    whole = seconds(settings.evaluation, IDLE, answers=True)
    for part in ("read", "write", "opening", "measuring"):
        without = seconds(settings.evaluation, replace(IDLE, **{part: 0.0}), answers=True)
        assert without < whole
    assert seconds(settings.evaluation, IDLE, answers=False) == whole - ANSWERS * 60 * settings.evaluation.max_minutes


def test_even_a_slow_machine_judges_something_and_says_so(settings: Settings) -> None:
    cut = shrink(settings.evaluation, slower(100), answers=True)
    assert (cut.prompts, cut.likelihood_tokens) == (FEWEST_PROMPTS, FEWEST_TOKENS)
    said = describe(settings.evaluation, cut, seconds(cut, slower(100), answers=True))
    assert "longer than evaluation.max_minutes (10) allows: 6 held-out posts and 2,000 tokens" in said


def test_what_was_cut_is_said(settings: Settings) -> None:
    wanted = settings.evaluation
    assert (
        describe(wanted, wanted, 80) == "Judging: 36 held-out posts and 16,000 tokens of held-out text, 80 s at most."
    )
    cut = wanted.model_copy(update={"prompts": 20, "likelihood_tokens": 9000})
    assert "20 held-out posts" in describe(wanted, cut, 580)
    assert "10 min at most; cut from 36 and 16,000 to fit evaluation.max_minutes" in describe(wanted, cut, 580)
