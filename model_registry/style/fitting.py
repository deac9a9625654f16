"""Fits a style scorer. Needs scikit-learn; scoring does not.

The beginning of a post differs from the rest in style, and beginnings are what is judged. So a scorer is fitted on
passages of as many posts as there are: all first passages come before any second one.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from model_registry.style.features import COUNTING, WORDS, Counts, count
from model_registry.style.function_words import NUMBER, character_grams, mask, most_frequent, word_grams
from model_registry.style.scorer import REST, RHYTHM, Profile, StyleScorer, tf_idf
from text.sentences import passages

PASSAGE_WORDS = 110  # about 160 tokens, the length at which texts are judged
MOST_PASSAGES = 300  # of each kind of writer
FREQUENT_WORDS = 200  # fewer or more tell unseen authors apart less well (docs/experiments)
FREQUENT_GRAMS = 2000  # of each kind
INVERSE_REGULARISATION = 10.0
DIGITS = 6  # significant ones, of every parameter


def fit(own: Sequence[str], *, base: Sequence[str], humans: Sequence[Sequence[str]] = ()) -> StyleScorer:
    """A scorer of the author of `own`, against what the base model writes and what other people wrote.

    `own`, `base`: whole texts; `humans`: those of one other author each. The author weighs as much as all others, base
    and humans weigh alike, and no human gives more than an equal part of the passages. Without `humans` a scorer mostly
    tells people from the base, and hardly one person from another.
    Raises ValueError when there is no word in `own` or in `base`.
    """
    groups = [first_passages(own), first_passages(base)]
    if not all(groups):
        raise ValueError(
            f"a style is fitted on words: {len(groups[0])} passages of the author, {len(groups[1])} of base"
        )
    if people := [p for texts in humans for p in first_passages(texts, max(1, MOST_PASSAGES // len(humans)))]:
        groups.append(people)

    counted = [[count(passage) for passage in group] for group in groups]
    common = most_frequent([[found[WORDS] for found in group] for group in counted], FREQUENT_WORDS + 1)
    words = [word for word in common if word != NUMBER][:FREQUENT_WORDS]
    known = frozenset(words)
    masked = [[mask(passage, known) for passage in group] for group in groups]
    characters = [[character_grams(text) for text in group] for group in masked]
    pairs = [[word_grams(text) for text in group] for group in masked]
    (character_weights, pair_weights), bias = _regress([characters, pairs])
    return StyleScorer(
        words=words,
        spread=_spread(counted, words),
        characters=character_weights,
        pairs=pair_weights,
        bias=bias,
        own=(profiles := _profiles(counted, words))[0],
        others=profiles[1:],
        counting=COUNTING,
    )


def first_passages(texts: Sequence[str], most: int = MOST_PASSAGES) -> list[str]:
    """At most `most` passages: the first ones of all texts, then the second ones, and so on. Where only some of a round
    fit, they are an even choice of it."""
    found: list[str] = []
    for layer in zip_longest(*(passages(text, words=PASSAGE_WORDS) for text in _evenly(texts, most))):
        found += _evenly([passage for passage in layer if passage is not None], most - len(found))
        if len(found) == most:
            break
    return found


def _evenly(items: Sequence[str], most: int) -> Sequence[str]:
    return [items[i * len(items) // most] for i in range(most)] if len(items) > most else items


def _regress(kinds: Sequence[Sequence[Sequence[Counter[str]]]]) -> tuple[list[dict[str, tuple[float, float]]], float]:
    """Kind → group → passage → counts. Gives idf and weight of each feature by kind, and the bias."""
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows: list[dict[str, float]] = [{} for group in kinds[0] for _ in group]
    idfs: list[dict[str, float]] = []
    for kind, groups in enumerate(kinds):
        shares = most_frequent(groups, FREQUENT_GRAMS)
        idfs.append({item: _rounded(1 - math.log(share)) for item, share in shares.items()})
        for row, counted in zip(rows, (counted for group in groups for counted in group), strict=True):
            row |= {f"{kind}{item}": value for item, value in tf_idf(counted, idfs[kind]).items()}
    sizes = [len(group) for group in kinds[0]]
    labels = [group == 0 for group, size in enumerate(sizes) for _ in range(size)]
    half = sum(sizes) / 2
    importance = [
        half / size / (1 if group == 0 else len(sizes) - 1) for group, size in enumerate(sizes) for _ in range(size)
    ]
    vectors = DictVectorizer()
    model = LogisticRegression(C=INVERSE_REGULARISATION, solver="lbfgs", max_iter=1000)  # draws no random numbers
    model.fit(vectors.fit_transform(rows), labels, sample_weight=importance)
    weights = dict(zip(vectors.feature_names_, model.coef_[0].tolist(), strict=True))
    fitted = [
        {item: (value, _rounded(weights[f"{kind}{item}"])) for item, value in idf.items()}
        for kind, idf in enumerate(idfs)
    ]
    return fitted, _rounded(float(model.intercept_[0]))


def _spread(groups: Sequence[Sequence[Counts]], words: Sequence[str]) -> list[float]:
    """Standard deviation of each word's share between passages, around the mean of its group; groups weigh alike."""
    import numpy as np

    variances = []
    for group in groups:
        shares = [[found[WORDS][word] / max(1, found[WORDS].total()) for word in words] for found in group]
        variances.append(np.var(np.array(shares, dtype=float).reshape(len(group), len(words)), axis=0))
    # A word that no passage differs in says nothing; a spread that small keeps it from dividing by zero.
    return [_rounded(max(float(value), 1e-4)) for value in np.sqrt(np.mean(variances, axis=0))]


def _profiles(groups: Sequence[Sequence[Counts]], words: Sequence[str]) -> list[Profile]:
    totals: list[Counts] = [{part: Counter() for part in (WORDS, *RHYTHM)} for _ in groups]
    for total, group in zip(totals, groups, strict=True):
        for found in group:
            for part, counter in total.items():
                counter.update(found[part])
    keys = {part: sorted({key for total in totals for key in total[part]}) for part in RHYTHM} | {WORDS: list(words)}
    return [
        {
            part: {key: total[part][key] for key in keys[part]}
            | {REST: total[part].total() - sum(total[part][key] for key in keys[part])}
            for part in keys
        }
        for total in totals
    ]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
