"""How figures are called, written and compared."""

import math

import pytest

from model_registry.evaluation import Measure
from model_registry.figures import Unit, beyond, label, lower_is_better, mean_style, unit_of, written


@pytest.mark.parametrize(
    ("judge", "name", "measure", "text"),
    [
        ("likelihood", "adapter", Measure(value=1.2034, low=1.1, high=1.3), "1.203 (1.100 to 1.300)"),
        ("likelihood", "others/change", Measure(value=-0.031, low=-0.05, high=0.012), "−3.1% (−5.0% to +1.2%)"),
        ("likelihood", "bytes", Measure(value=71222), "71,222"),
        ("style", "delta/adapter", Measure(value=0.62), "62%"),
        ("style", "delta/gap", Measure(value=0.4123), "0.412"),
        ("grounding", "title/recall@5", Measure(value=1), "100%"),
        ("grounding", "fact/mrr", Measure(value=0.7), "0.7"),
        ("memorisation", "own_mean_run", Measure(value=4.55), "4.55"),
        ("health", "adapter/repetitive", Measure(value=0.04), "4%"),
        ("unheard", "of", Measure(value=-2.5), "−2.5"),
        ("style", "delta/adapter", Measure(value=math.nan), "not a number"),
    ],
)
def test_a_figure_is_written_in_its_unit(judge: str, name: str, measure: Measure, text: str) -> None:
    assert written(judge, name, measure) == text


def test_the_interval_may_be_left_out() -> None:
    assert written("style", "delta/adapter", Measure(value=0.6, low=0.5, high=0.7), interval=False) == "60%"


@pytest.mark.parametrize(
    ("judge", "name", "said"),
    [
        ("style", "delta/base+posts", "Burrows’ Delta: base model shown five posts"),
        ("style", "embedding/shuffled", "embedding: a control: in the eyes of another author's scorer"),
        ("likelihood", "adapter+retrieval", "twin with retrieval"),
        ("likelihood", "beginnings/base+posts", "base model shown five posts, on beginnings of posts"),
        ("likelihood", "others/base", "base model, on other authors"),
        ("grounding", "fact/recall@1", "post found first, by a fact in it"),
        ("health", "base/leaked", "base model: with a control token in it"),
        ("unheard", "of", "of"),
    ],
)
def test_a_figure_is_called_by_what_it_is(judge: str, name: str, said: str) -> None:
    assert label(judge, name) == said


@pytest.mark.parametrize(
    ("judge", "name", "lower"),
    [
        ("likelihood", "adapter", True),
        ("likelihood", "change", True),
        ("likelihood", "beginnings/adapter+retrieval", True),
        ("likelihood", "beginnings/base", None),
        ("likelihood", "others/change", None),
        ("style", "delta/adapter", False),
        ("style", "delta/base+posts", None),
        ("style", "delta/shuffled", None),
        ("grounding", "cited", False),
        ("grounding", "abstained_wrongly", True),
        ("grounding", "questions", None),
        ("memorisation", "longest_run", True),
        ("memorisation", "own_longest_run", None),
        ("health", "adapter/empty", True),
        ("health", "base/empty", None),
        ("unheard", "of", None),
    ],
)
def test_which_way_is_better(judge: str, name: str, lower: bool | None) -> None:
    assert lower_is_better(judge, name) is lower


def test_the_mean_of_style_is_over_scorers_that_could_judge() -> None:
    style = {"a/adapter": Measure(value=0.2), "b/adapter": Measure(value=0.6), "c/adapter": Measure(value=math.nan),
             "a/base+posts": Measure(value=0.1), "texts": Measure(value=24)}  # fmt: skip
    assert mean_style({"style": style}) == pytest.approx(0.4)
    assert mean_style({"style": style}, "base+posts") == pytest.approx(0.1)
    assert mean_style({"style": {"c/adapter": Measure(value=math.nan)}}) is None
    assert mean_style({}) is None
    beyond_the_author = style | {"d/adapter": Measure(value=3.2)}
    assert mean_style({"style": beyond_the_author}) == pytest.approx(0.6)


def test_beyond_is_outside_of_the_new_interval() -> None:
    new = Measure(value=0.5, low=0.4, high=0.6)
    assert [beyond(new, Measure(value=value)) for value in (0.39, 0.4, 0.6, 0.61)] == [True, False, False, True]
    assert beyond(Measure(value=1), new) is None


def test_units_do_not_depend_on_the_scorer() -> None:
    assert {unit_of("style", f"{scorer}/adapter") for scorer in ("delta", "of tomorrow")} == {Unit.SHARE}
