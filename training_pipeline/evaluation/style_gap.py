"""The style gap: how far a condition's texts have gone from the base model's style to the author's.

share = (score(condition) - score(base)) / (score(real) - score(base)), of the pooled texts. 0: like the base without
retrieval; 1: like what the author wrote in the same places; below 0: farther from the author than the base is.
Numerator and denominator are of the same resample of documents, so the interval covers both. A scorer whose gap is not
clearly above zero cannot tell this author from the base: its shares are left out, its gap says so.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial

from model_registry.evaluation import Measures
from model_registry.ports import GeneratedText
from model_registry.style.scorer import ReadTexts, ScorerName
from text.sentences import cut_after_sentences
from training_pipeline.evaluation.bootstrap import measure
from training_pipeline.evaluation.conditions import Condition

Places = Sequence[int]
# Scores of base, condition and real over the documents at some places; None: base and real alone.
Triple = Callable[[Condition | None, Places], tuple[float, float, float]]


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
    """The scores of pooled texts that a scorer has read; all 0 where somebody wrote no word.

    The resamples are the same for every condition, so each pool is scored once.
    """

    @cache
    def score(condition: Condition | None, places: tuple[int, ...]) -> float | None:
        texts = real if condition is None else read[condition]
        return texts.score(name, places) if texts.size(places) else None

    def triple(condition: Condition | None, places: Places) -> tuple[float, float, float]:
        drawn = tuple(places)
        base, author = score(Condition.BASE, drawn), score(None, drawn)
        written = score(condition or Condition.BASE, drawn)
        if base is None or written is None or author is None:
            return 0.0, 0.0, 0.0
        return base, written, author

    return triple


def whole_sentences(generated: GeneratedText) -> str:
    """Without the sentence in which it was cut off, unless it is the only one."""
    if generated.ended:
        return generated.text
    return "".join(cut_after_sentences(generated.text)[:-1]) or generated.text
