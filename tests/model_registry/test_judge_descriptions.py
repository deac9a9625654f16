"""How figures are written and compared, whatever the judge."""

import math

import pytest

from model_registry.evaluation import Measure
from model_registry.judges import Figure, JudgeDescription, Unit, description


@pytest.mark.parametrize(
    ("unit", "measure", "text"),
    [
        (Unit.BITS, Measure(value=1.2034, low=1.1, high=1.3), "1.203 (1.100 to 1.300)"),
        (Unit.CHANGE, Measure(value=-0.031, low=-0.05, high=0.012), "−3.1% (−5.0% to +1.2%)"),
        (Unit.COUNT, Measure(value=71222), "71,222"),
        (Unit.SHARE, Measure(value=0.62), "62%"),
        (Unit.SHARE, Measure(value=1), "100%"),
        (Unit.WORDS, Measure(value=4.55), "4.55"),
        (Unit.SCORE, Measure(value=0.4123), "0.412"),
        (Unit.SCORE, Measure(value=-2.5), "−2.5"),
        (Unit.SHARE, Measure(value=math.nan), "not a number"),
    ],
)
def test_a_figure_is_written_in_its_unit(unit: Unit, measure: Measure, text: str) -> None:
    assert Figure("of something", unit).text(measure) == text


def test_the_interval_may_be_left_out() -> None:
    measure = Measure(value=0.6, low=0.5, high=0.7)
    assert Figure("of something", Unit.SHARE).text(measure, interval=False) == "60%"
    assert Figure("of something", Unit.SHARE).interval(measure) == "50% to 70%"


def test_what_is_not_described_is_shown_by_its_name() -> None:
    judges = {"tone": JudgeDescription(name="tone", title="Tone of voice", figures={"warm": Figure("warmth")})}
    assert description(judges, "tone").title == "Tone of voice"
    assert description(judges, "tone").figure("warm").label == "warmth"
    assert description(judges, "tone").figure("cold") == Figure("cold", Unit.SCORE, None)
    assert description(judges, "unheard").title == "unheard"
    assert description(judges, "unheard").figure("of") == Figure("of", Unit.SCORE, None)


def test_what_lies_outside_of_the_interval_is_excluded() -> None:
    new = Measure(value=0.5, low=0.4, high=0.6)
    assert [new.excludes(Measure(value=value)) for value in (0.39, 0.4, 0.6, 0.61)] == [True, False, False, True]
    assert Measure(value=1).excludes(new) is None
