"""What a judge is. Each lies in a file of its own in judges/, which holds one instance, JUDGE."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from model_registry.evaluation import Measures
from model_registry.judges import JudgeDescription
from training_pipeline.evaluation.charts import Chart
from training_pipeline.evaluation.context import EvaluationContext


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure in large type at the top of the report."""

    what: str
    text: Callable[[Measures], str]  # "" where it was not measured


@dataclass(frozen=True, kw_only=True)
class Judge(JudgeDescription):
    """Only `measure` is run for an evaluation; the rest is its section of the report."""

    importance: int  # 1 is shown first
    measure: Callable[[EvaluationContext], Measures]  # empty where the judge cannot judge this version
    question: str  # the heading of its section
    about: str  # the paragraph below, in plain words
    charts: Callable[[Measures], Iterable[Chart | None]] = lambda _: ()
    headline: Headline | None = None
    verdict: Callable[[Measures, str], Sequence[str]] = lambda _, author_name: ()  # sentences for the report's top
