"""How a judge describes itself, so that its figures are shown, compared and gated without knowing the judge.

The judges themselves belong to the training pipeline; `twin` passes their descriptions to whatever needs them.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from model_registry.evaluation import Measure, Measures
from model_registry.ports import AdapterVersion


class Unit(Enum):
    BITS = auto()  # per byte
    CHANGE = auto()  # relative
    SHARE = auto()
    WORDS = auto()
    COUNT = auto()
    SCORE = auto()  # any other scale

    def text(self, value: float) -> str:
        if not math.isfinite(value):
            return "not a number"
        shown = {
            Unit.BITS: f"{value:.3f}",
            Unit.CHANGE: f"{value:+.1%}",
            Unit.SHARE: f"{value:.0%}",
            Unit.WORDS: f"{value:.4g}",
            Unit.COUNT: f"{value:,.0f}",
            Unit.SCORE: f"{value:.3g}",
        }[self]
        return shown.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one figure of a judge is."""

    label: str
    unit: Unit = Unit.SCORE
    lower_is_better: bool | None = None  # None: it says nothing about the version by itself

    def text(self, measure: Measure, *, interval: bool = True) -> str:
        """As "62% (55% to 69%)", or "62%" without the interval."""
        ends = self.interval(measure) if interval else ""
        return self.unit.text(measure.value) + (f" ({ends})" if ends else "")

    def interval(self, measure: Measure) -> str:
        """As "55% to 69%"; "" where none was computed."""
        if measure.low is None or measure.high is None:
            return ""
        return f"{self.unit.text(measure.low)} to {self.unit.text(measure.high)}"


@dataclass(frozen=True, slots=True)
class Column:
    """A judge's column in the list of versions."""

    title: str
    legend: str
    cell: Callable[[Measures], str]  # "" where it was not measured


# Yields the reasons why a candidate may not take the place of the champion (None: there is none to compare with).
Gate = Callable[[AdapterVersion, AdapterVersion | None], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class JudgeDescription:
    name: str  # its key in manifests and evaluations
    title: str
    figures: Mapping[str, Figure]
    gate: Gate | None = None
    column: Column | None = None

    def figure(self, name: str) -> Figure:
        """One that is not described is shown by its name."""
        return self.figures.get(name, Figure(name))


Judges = Mapping[str, JudgeDescription]  # by name, the most important first


def description(judges: Judges, name: str) -> JudgeDescription:
    """A version may carry figures of a judge that is not among `judges`: they are shown by their names."""
    return judges.get(name) or JudgeDescription(name=name, title=name, figures={})
