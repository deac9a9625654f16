"""The report's charts: positions in percent of a chart's width and height, which report.html draws."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from model_registry.evaluation import Measure, Measures
from model_registry.judges import Figure, Unit
from training_pipeline.evaluation.conditions import Condition

TICKS = 5
SMOOTHED_SHARE = 25  # a curve is smoothed over 1 / 25 of its points


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str

    @property
    def anchor(self) -> str:
        """Labels at the ends stay within the plot."""
        return "start" if self.at < 5 else "end" if self.at > 95 else "middle"


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    colour: str  # a class in report.css: "adapter", "base-posts", …
    value: str
    interval: str
    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures with their intervals, a row each. Bars begin at `zero`; None: dots, on an axis that need not hold 0."""

    title: str
    rows: Sequence[Row]
    ticks: Sequence[Tick]
    zero: float | None


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    colour: str
    points: Sequence[tuple[float, float]]  # from the top left

    @property
    def path(self) -> str:
        return " ".join(f"{x:.2f},{y:.2f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class LineChart:
    title: str
    description: str
    lines: Sequence[Line]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]


Shown = tuple[str, str, Measure]  # label, colour, measure


def by_condition(measures: Measures, pattern: str) -> list[Shown]:
    """The figures that `pattern` names ("{}/empty") for the conditions that have them."""
    return [
        (condition.label, condition.colour, measures[name])
        for condition in Condition
        if (name := pattern.format(condition)) in measures
    ]


def chart(
    title: str,
    figures: Iterable[Shown],
    unit: Unit,
    *,
    bars: bool = True,
    at_least: tuple[float, float] | None = None,
    at_most: tuple[float, float] = (-math.inf, math.inf),
    named: Sequence[tuple[float, str]] = (),
) -> Chart | None:
    """None without a finite figure. The axis holds all figures and `at_least`, and nothing outside `at_most`, where
    marks are cut. `named` ticks stand in the place of round numbers."""
    shown = [(label, colour, measure) for label, colour, measure in figures if math.isfinite(measure.value)]
    if not shown:
        return None
    ends = [end for _, _, m in shown for end in (m.value, m.low, m.high) if end is not None and math.isfinite(end)]
    ends += at_least or ((0.0,) if bars else ())
    low, high = max(min(ends), at_most[0]), min(max(ends), at_most[1])
    ticks = [*named] or [(tick, _tick(unit, tick)) for tick in round_ticks(low, high)]
    if not named:
        low, high = min(low, ticks[0][0]), max(high, ticks[-1][0])
    span = high - low or 1.0

    def place(value: float) -> float:
        return min(max((value - low) / span, 0.0), 1.0) * 100

    def maybe(value: float | None) -> float | None:
        return None if value is None or not math.isfinite(value) else place(value)

    rows = [
        Row(
            label, colour, unit.text(m.value), Figure(label, unit).interval(m), at=place(m.value), low=maybe(m.low),
            high=maybe(m.high),
        )
        for label, colour, m in shown
    ]  # fmt: skip
    return Chart(title, rows, [Tick(place(at), text) for at, text in ticks], place(0.0) if bars else None)


def line_chart(title: str, description: str, curves: Mapping[str, Sequence[tuple[int, float]]]) -> LineChart | None:
    """`curves` by name: (step, value). The training loss is shown as it was and smoothed; None without a finite one."""
    finite = {name: [point for point in curve if math.isfinite(point[1])] for name, curve in curves.items()}
    finite = {name: curve for name, curve in finite.items() if curve}
    if not finite:
        return None
    steps = [step for curve in finite.values() for step, _ in curve]
    values = [value for curve in finite.values() for _, value in curve]
    y_ticks = round_ticks(min(values), max(values))
    bottom, top = min(*values, y_ticks[0]), max(*values, y_ticks[-1])
    last = max(steps)

    def place(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(step / last * 100, (top - value) / ((top - bottom) or 1.0) * 100) for step, value in points]

    lines = []
    for name, curve in finite.items():
        kind = name.partition("_")[0]
        if kind == "train":
            lines.append(Line("training, each step", "train-raw", place(curve)))
            lines.append(Line("training, smoothed", "train", place(smoothed(curve))))
        else:
            lines.append(Line(name.replace("_loss", "").replace("_", " "), kind, place(curve)))
    return LineChart(
        title,
        description,
        lines,
        [Tick(step / last * 100, f"{step:,.0f}") for step in round_ticks(0, last) if step <= last],
        [Tick((top - value) / ((top - bottom) or 1.0) * 100, f"{value:g}") for value in y_ticks],
    )


def round_ticks(low: float, high: float) -> list[float]:
    """About TICKS multiples of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or above `high`
    (Heckbert 1990, "Nice numbers for graph labels")."""
    if high <= low:
        low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    rough = (high - low) / (TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(multiple * step, 12) for multiple in range(first, last + 1)]


def smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Centred moving mean, over fewer points at the ends."""
    reach = len(points) // SMOOTHED_SHARE // 2
    sums = [0.0, *accumulate(value for _, value in points)]
    out = []
    for place, (step, _) in enumerate(points):
        first, last = max(0, place - reach), min(len(points), place + reach + 1)
        out.append((step, (sums[last] - sums[first]) / (last - first)))
    return out


def _tick(unit: Unit, value: float) -> str:
    """As short as a round number can be said."""
    shown = f"{value * 100:.6g}%" if unit in (Unit.SHARE, Unit.CHANGE) else f"{value:.6g}"
    return shown.replace("-", "−")
