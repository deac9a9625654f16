"""Percentile bootstrap over documents (Efron and Tibshirani 1993): sentences of one document are not independent."""

import random
from collections.abc import Callable, Sequence

from model_registry.evaluation import Measure

RESAMPLES = 1000
CONFIDENCE = 0.95

Statistic = Callable[[Sequence[int]], float]
Parts = Sequence[tuple[float, float]]  # numerator and denominator, of each document


def measure(count: int, statistic: Statistic, *, resamples: int = RESAMPLES) -> Measure:
    """`statistic` of all documents 0 … count-1, with its interval over documents drawn with replacement.

    The resamples are the same for the same `count`, so that figures over the same documents are paired. Raises
    ValueError without documents.
    """
    if count < 1:
        raise ValueError("an interval needs at least one document")
    pick = random.Random(count)  # noqa: S311 - resampling, not a secret
    places = range(count)
    drawn = sorted(statistic(pick.choices(places, k=count)) for _ in range(resamples))
    tail = (1 - CONFIDENCE) / 2
    return Measure(value=statistic(places), low=drawn[int(tail * resamples)], high=drawn[-1 - int(tail * resamples)])


def ratio(parts: Parts) -> Statistic:
    """The sum of the numerators over that of the denominators."""
    return lambda places: sum(parts[place][0] for place in places) / sum(parts[place][1] for place in places)


def mean(values: Sequence[float]) -> Measure:
    """Of a value for each document."""
    return measure(len(values), ratio([(value, 1) for value in values]))
