"""What the judges say of themselves."""

import subprocess
import sys
from pathlib import Path

import pytest

from model_registry.evaluation import Measure
from model_registry.judges import Unit, description
from training_pipeline.evaluation import judges as package
from training_pipeline.evaluation.conditions import Condition
from training_pipeline.evaluation.judges import load_judges
from training_pipeline.evaluation.judges.style import mean_share

FILES = sorted(path.stem for path in Path(package.__file__).parent.glob("*.py") if path.stem != "__init__")


def test_each_file_is_a_judge_of_its_name_and_the_most_important_comes_first() -> None:
    judges = load_judges()
    assert sorted(judges) == [judge.name for judge in sorted(judges.values(), key=lambda j: j.name)] == FILES
    known = ["answers", "style", "likelihood", "grounding", "memorisation", "health"]
    assert [name for name in judges if name in known] == known
    importances = [judge.importance for judge in judges.values()]
    assert importances == sorted(set(importances))  # no two alike: the order is defined


def test_to_know_the_judges_no_heavy_library_is_loaded() -> None:
    program = (
        "import sys; from training_pipeline.evaluation.judges import load_judges; load_judges(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "peft", "sklearn", "py3langid", "sentence_transformers"} & set(
        done.stdout.split()
    )


@pytest.mark.parametrize(
    ("judge", "name", "label", "unit", "lower_is_better"),
    [
        ("style", "delta/adapter", "Burrows’ Delta: twin", Unit.SHARE, False),
        ("style", "delta/base+posts", "Burrows’ Delta: base model shown five posts", Unit.SHARE, None),
        (
            "style",
            "embedding/shuffled",
            "embedding: a control: in the eyes of another author's scorer",
            Unit.SHARE,
            None,
        ),
        ("style", "delta/gap", "Burrows’ Delta: the whole gap, in its own unit", Unit.SCORE, None),
        ("style", "texts", "texts", Unit.COUNT, None),
        ("likelihood", "adapter", "twin", Unit.BITS, True),
        ("likelihood", "change", "change, on the author", Unit.CHANGE, True),
        ("likelihood", "others/change", "change, on other authors", Unit.CHANGE, None),
        ("likelihood", "others/base", "base model, on other authors", Unit.BITS, None),
        ("likelihood", "beginnings/adapter+retrieval", "twin with retrieval, on beginnings of posts", Unit.BITS, True),
        ("likelihood", "beginnings/base", "base model, on beginnings of posts", Unit.BITS, None),
        ("likelihood", "bytes", "bytes", Unit.COUNT, None),
        ("grounding", "fact/recall@1", "post found first, by a fact in it", Unit.SHARE, False),
        ("grounding", "fact/mrr", "mean reciprocal rank, by a fact", Unit.SCORE, False),
        ("answers", "loops", "answers that repeat themselves", Unit.SHARE, True),
        ("answers", "off_topic/silent", "says so where nothing was written", Unit.SHARE, False),
        ("answers", "words", "words of an answer", Unit.WORDS, None),
        ("grounding", "questions", "questions", Unit.COUNT, None),
        ("memorisation", "longest_run", "longest run, twin", Unit.WORDS, True),
        ("memorisation", "own_mean_run", "mean of the longest runs, the author", Unit.WORDS, None),
        ("health", "adapter/empty", "twin: hardly a word", Unit.SHARE, True),
        ("health", "adapter/unended", "twin: cut at the length asked for", Unit.SHARE, None),
        ("health", "base/leaked", "base model: with a control token in it", Unit.SHARE, None),
    ],
)
def test_a_figure_has_a_label_a_unit_and_a_direction(
    judge: str, name: str, label: str, unit: Unit, lower_is_better: bool | None
) -> None:
    figure = description(load_judges(), judge).figure(name)
    assert (figure.label, figure.unit, figure.lower_is_better) == (label, unit, lower_is_better)


def test_the_mean_of_style_is_over_scorers_that_could_judge() -> None:
    style = {"a/adapter": Measure(value=0.2), "b/adapter": Measure(value=0.6), "c/adapter": Measure(value=float("nan")),
             "a/base+posts": Measure(value=0.1), "texts": Measure(value=24)}  # fmt: skip
    assert mean_share(style) == pytest.approx(0.4)
    assert mean_share(style, Condition.BASE_POSTS) == pytest.approx(0.1)
    assert mean_share({"c/adapter": Measure(value=float("nan"))}) is None
    assert mean_share({}) is None
    beyond_the_author = style | {"d/adapter": Measure(value=3.2)}
    assert mean_share(beyond_the_author) == pytest.approx(0.6)
