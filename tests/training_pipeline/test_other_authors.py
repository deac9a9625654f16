import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from statistics import fmean, pstdev

import pytest

from training_pipeline.errors import TrainingError
from training_pipeline.evaluation import other_authors

FREQUENT = 100
TOLD = 9  # of ten voices, so that two which swapped texts are too many

Words = Mapping[str, Counter[str]]  # by voice


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower().replace("’", "'"))


@pytest.fixture(scope="module")
def voices() -> dict[str, list[str]]:
    return other_authors.reference_voices()


def halves(voices: Mapping[str, Sequence[str]]) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Every other passage of a voice pooled, and the passages between."""
    first, second = (
        {name: Counter(words("\n".join(passages[start::2]))) for name, passages in voices.items()} for start in (0, 1)
    )
    return first, second


def told(known: Words, asked: Words) -> int:
    """How many of `asked` are nearest to their namesake by Burrows' Delta (Burrows 2002), standardised over `known`."""
    frequent = [word for word, _ in sum(known.values(), Counter[str]()).most_common(FREQUENT)]

    def rates(found: Counter[str]) -> list[float]:
        return [found[word] / found.total() for word in frequent]

    columns = list(zip(*(rates(found) for found in known.values()), strict=True))
    spreads = [pstdev(column) for column in columns]

    def delta(a: Counter[str], b: Counter[str]) -> float:
        return fmean(abs(x - y) / spread for x, y, spread in zip(rates(a), rates(b), spreads, strict=True))

    return sum(name == min(known, key=lambda other: delta(found, known[other])) for name, found in asked.items())


def test_every_voice_has_enough_passages_to_learn_and_to_test_by(voices: dict[str, list[str]]) -> None:
    assert len(voices) == 10
    for name, passages in voices.items():
        assert len(passages) >= 8, name
        assert all(60 <= len(words(passage)) <= 210 for passage in passages), name


def test_no_passage_is_there_twice(voices: dict[str, list[str]]) -> None:
    passages = list(chain.from_iterable(voices.values()))
    assert len(set(passages)) == len(passages)


def test_a_voice_is_told_by_its_most_frequent_words(voices: dict[str, list[str]]) -> None:
    first, second = halves(voices)
    assert told(first, second) >= TOLD
    assert told(second, first) >= TOLD


def test_two_voices_that_swapped_half_their_texts_are_noticed(voices: dict[str, list[str]]) -> None:
    first, second = halves(voices)
    second["columnist"], second["newsletter"] = second["newsletter"], second["columnist"]
    assert told(first, second) < TOLD


def test_an_installation_without_the_files_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(other_authors, "VOICES", tmp_path)
    with pytest.raises(TrainingError, match="the installation is incomplete"):
        other_authors.reference_voices()
