"""The style judge: which share of the way from the base model's style to the author's a condition's texts have gone.

share = (score(condition) - score(base)) / (score(real) - score(base)), of the pooled texts. 0: like the base without
retrieval; 1: like what the author wrote in the same places; below 0: farther from the author than the base is. Three
scorers judge, as one can be fooled (model_registry/style.py says what each looks at). Numerator and denominator are of
the same resample of documents, so the interval covers both. A scorer whose gap is not clearly above zero cannot tell
this author from the base: its shares are left out, its gap says so.

The control, "shuffled", asks which share of the way from the base to *another* author the adapter's texts have gone, in
the eyes of that author's scorer; of several others, the one that comes off best. It can fail: a judge that rewards any
human style, or merely not being the base, finds the twin near the other author too. (Passages shuffled between the
labels could not: such a scorer sees no gap, whatever is wrong with the judge.) The judge works where the control's
interval holds 0 or lies below the twin's. People who write alike on the same things score above 0 there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from model_registry.evaluation import Measure, Measures
from model_registry.style import SCORERS, ReadTexts, ScorerName, StyleScorer
from model_registry.style_features import sentences
from training_pipeline.evaluation import Condition, Writing, Writings
from training_pipeline.evaluation.bootstrap import measure

Places = Sequence[int]
# Scores of base, condition and real over the documents at some places; None: base and real alone.
Triple = Callable[[Condition | None, Places], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class OtherAuthor:
    """Somebody else, for the control. The scorer is to know other people's texts, else it takes every human for the
    other author; but not the judged author's, which would make it too easy."""

    scorer: StyleScorer
    real: Sequence[str]  # held-out, cut like the judged author's; at least one


def judge(writings: Writings, scorer: StyleScorer, *, others: Collection[OtherAuthor] = ()) -> Measures:
    """Figures for each scorer S: "S/gap" (in S's unit), and "S/adapter", "S/adapter+retrieval", "S/base+retrieval",
    "S/base+posts" (shares) as far as `writings` has them; "S/shuffled" (a share) where S can judge the adapter and one
    of the others; and "texts". A condition that wrote no word has closed nothing: its share is 0.

    Raises ValueError without documents or without texts of the base.
    """
    if Condition.BASE not in writings.by_condition:
        raise ValueError("a style is judged against the texts of the base model, and there are none")
    written = {condition: [whole_sentences(w) for w in texts] for condition, texts in writings.by_condition.items()}
    count = len(writings.documents)
    figures: Measures = {"texts": Measure(value=count)}
    read = {condition: scorer.read(texts) for condition, texts in written.items()}
    real = scorer.read(writings.real)
    controls = [_control(other, written) for other in others] if Condition.ADAPTER in written else []
    for name in SCORERS:
        figures |= shares(name, count, pooled(name, read, real), read)
        adapter = f"{name}/{Condition.ADAPTER}"
        elsewhere = [shares(name, count, pooled(name, *control), control[0]) for control in controls]
        closed = [found[adapter] for found in elsewhere if adapter in found]
        if closed and adapter in figures:
            figures[f"{name}/shuffled"] = max(closed, key=lambda share: share.value)
    return figures


def shares(name: str, count: int, triple: Triple, conditions: Collection[Condition]) -> Measures:
    """ "name/gap", and where it is clearly above zero "name/CONDITION" for each of `conditions` but the base."""

    def gap(places: Places) -> float:
        base, _, real = triple(None, places)
        return real - base

    def share(condition: Condition, places: Places) -> float:
        base, score, real = triple(condition, places)
        return (score - base) / (real - base) if real != base else 0.0

    figures = {f"{name}/gap": (found := measure(count, gap))}
    if found.low is not None and found.low > 0:
        for condition in conditions:
            if condition is not Condition.BASE:
                figures[f"{name}/{condition}"] = measure(count, partial(share, condition))
    return figures


def pooled(name: ScorerName, read: Mapping[Condition, ReadTexts], real: ReadTexts) -> Triple:
    def triple(condition: Condition | None, places: Places) -> tuple[float, float, float]:
        base, written = read[Condition.BASE], read[condition or Condition.BASE]
        if not (base.size(places) and written.size(places) and real.size(places)):
            return 0.0, 0.0, 0.0
        return base.score(name, places), written.score(name, places), real.score(name, places)

    return triple


def whole_sentences(writing: Writing) -> str:
    """Without the sentence in which it was cut off, unless it is the only one."""
    if writing.ended:
        return writing.text
    *whole, _ = sentences(writing.text) if writing.text else [""]
    return "".join(whole) or writing.text


def _control(
    other: OtherAuthor, written: Mapping[Condition, Sequence[str]]
) -> tuple[dict[Condition, ReadTexts], ReadTexts]:
    count = len(written[Condition.BASE])
    real = [other.real[place % len(other.real)] for place in range(count)]
    compared = (Condition.BASE, Condition.ADAPTER)
    return {condition: other.scorer.read(written[condition]) for condition in compared}, other.scorer.read(real)
