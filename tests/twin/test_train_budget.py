import pytest

from configs.errors import SettingsError
from configs.settings import EvaluationSettings, Settings
from training_pipeline.evaluation.time_budget import FEWEST_PROMPTS, FEWEST_TOKENS, READS, TEXTS, WRITTEN, shrink
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


def seconds(evaluation: EvaluationSettings, pace: float) -> float:
    return pace * (READS * evaluation.likelihood_tokens + WRITTEN * TEXTS * evaluation.prompts * evaluation.new_tokens)


@pytest.mark.parametrize("pace", [1 / 4000, 1 / 400, 1 / 100])
def test_judging_is_cut_to_its_time_and_no_more(settings: Settings, pace: float) -> None:
    cut = shrink(settings.evaluation, seconds_per_token=pace)
    allowed = settings.evaluation.max_minutes * 60
    if seconds(settings.evaluation, pace) <= allowed:
        assert cut == settings.evaluation
    else:
        assert 0.8 * allowed < seconds(cut, pace) <= allowed


def test_even_a_slow_machine_judges_something(settings: Settings) -> None:
    cut = shrink(settings.evaluation, seconds_per_token=10.0)
    assert (cut.prompts, cut.likelihood_tokens) == (FEWEST_PROMPTS, FEWEST_TOKENS)
