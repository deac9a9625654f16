"""How the judges' figures are called, written and compared: one way for model card, report and terminal."""

import math
from collections.abc import Mapping
from enum import Enum, auto
from statistics import fmean

from model_registry.evaluation import Measure, Measures

JUDGES = {  # in the order of their importance
    "style": "Style: share of the gap between the base model (0%) and the author (100%)",
    "likelihood": "Likelihood of held-out text, in bits per byte (fewer are better)",
    "grounding": "Grounding: finding the author's posts, and resting on them",
    "memorisation": "Memorisation: words in a row that stand so in the training text",
    "health": "Health: shares of texts that went wrong",
}
CONDITIONS = {
    "adapter": "twin",
    "adapter+retrieval": "twin with retrieval",
    "base": "base model",
    "base+retrieval": "base model with retrieval",
    "base+posts": "base model shown five posts",
}
OTHER_STYLE = {"shuffled": "a control: in the eyes of another author's scorer", "gap": "the whole gap, in its own unit"}
SCORERS = {"classifier": "classifier", "delta": "Burrows’ Delta", "rhythm": "rhythm", "embedding": "embedding"}
NAMES = {
    "change": "change, on the author",
    "others/change": "change, on other authors",
    "title/recall@1": "post found first, by its title",
    "title/recall@5": "post among the first five, by its title",
    "title/mrr": "mean reciprocal rank, by title",
    "fact/recall@1": "post found first, by a fact in it",
    "fact/recall@5": "post among the first five, by a fact in it",
    "fact/mrr": "mean reciprocal rank, by a fact",
    "cited": "answers with a citation",
    "supported": "citations whose names and numbers stand in the quote",
    "abstained": "abstained where nothing was written",
    "abstained_wrongly": "abstained although a post answers",
    "longest_run": "longest run, twin",
    "own_longest_run": "longest run, the author",
    "mean_run": "mean of the longest runs, twin",
    "own_mean_run": "mean of the longest runs, the author",
}
PARTS = {"others": "on other authors", "beginnings": "on beginnings of posts"}
FAULTS = {
    "repetitive": "repeats itself",
    "empty": "hardly a word",
    "language": "in another language",
    "unended": "cut at the length asked for",
    "leaked": "with a control token in it",
}
WHOLE_GAP = 1.0  # share of the style gap at which a text is the author's
COUNTS = ("documents", "bytes", "texts", "questions")


class Unit(Enum):
    BITS = auto()  # per byte
    CHANGE = auto()  # relative
    SHARE = auto()
    WORDS = auto()
    COUNT = auto()
    SCORE = auto()  # in a unit of its own


def unit_of(judge: str, name: str) -> Unit:
    last = name.rpartition("/")[2]
    if last in COUNTS:
        return Unit.COUNT
    if judge == "likelihood":
        return Unit.CHANGE if last == "change" else Unit.BITS
    if judge == "memorisation":
        return Unit.WORDS if last.endswith("_run") else Unit.SCORE
    if judge in ("style", "grounding", "health"):
        return Unit.SCORE if last in ("gap", "mrr") else Unit.SHARE
    return Unit.SCORE


def label(judge: str, name: str) -> str:
    """What a person calls the figure; the name itself where no better one is known."""
    if name in NAMES:
        return NAMES[name]
    first, _, last = name.rpartition("/")
    if judge == "style" and first:
        return f"{SCORERS.get(first, first)}: {(CONDITIONS | OTHER_STYLE).get(last, last)}"
    if first in PARTS:
        return f"{CONDITIONS.get(last, last)}, {PARTS[first]}"
    if first in CONDITIONS:
        return f"{CONDITIONS[first]}: {FAULTS.get(last, last)}"
    return CONDITIONS.get(name, name)


def written(judge: str, name: str, measure: Measure, *, interval: bool = True) -> str:
    """The figure with its interval, as "62% (55% to 69%)"."""
    unit = unit_of(judge, name)
    text = number(unit, measure.value)
    if interval and measure.low is not None and measure.high is not None:
        text += f" ({number(unit, measure.low)} to {number(unit, measure.high)})"
    return text


def number(unit: Unit, value: float) -> str:
    if not math.isfinite(value):
        return "not a number"
    shown = {
        Unit.BITS: f"{value:.3f}",
        Unit.CHANGE: f"{value:+.1%}",
        Unit.SHARE: f"{value:.0%}",
        Unit.WORDS: f"{value:.4g}",
        Unit.COUNT: f"{value:,.0f}",
        Unit.SCORE: f"{value:.3g}",
    }[unit]
    return shown.replace("-", "−")


def lower_is_better(judge: str, name: str) -> bool | None:
    """None: the figure says nothing of the version by itself."""
    last = name.rpartition("/")[2]
    if (
        last in (*COUNTS, "gap", "shuffled", "unended")
        or last.startswith(("base", "own_"))
        or name.startswith(("base", "others/"))
    ):
        return None
    if judge in ("style", "grounding"):
        return last == "abstained_wrongly"
    return True if judge in ("likelihood", "memorisation", "health") else None


def within_gap(share: Measure) -> Measure:
    """`share` of the style gap, 1 at most: who is beyond the author is a caricature, no nearer than who is there."""
    low, high = (None if end is None else min(end, WHOLE_GAP) for end in (share.low, share.high))
    return Measure(value=min(share.value, WHOLE_GAP), low=low, high=high)


def mean_style(judges: Mapping[str, Measures], condition: str = "adapter") -> float | None:
    """Mean over the scorers that could judge of the share of the gap closed, 1 at most; None where none could."""
    ending = f"/{condition}"
    judged = [measure.value for name, measure in judges.get("style", {}).items() if name.endswith(ending)]
    shares = [min(share, WHOLE_GAP) for share in judged if math.isfinite(share)]
    return fmean(shares) if shares else None


def beyond(new: Measure, old: Measure) -> bool | None:
    """Whether `old` lies outside the 95% interval of `new`, which is what promotion asks. None without an interval."""
    if new.low is None or new.high is None:
        return None
    return not new.low <= old.value <= new.high
