import random
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from feature_store.backends.qdrant_points import TIED, fused, in_order


class Found(NamedTuple):
    id: str
    score: float


@pytest.mark.parametrize("tied", [1, TIED, 200])
def test_points_of_one_score_are_taken_by_id_however_many_there_are(tied: int) -> None:
    source = random.Random(1)
    points = [Found(f"{number:03}", 1.0 if number % 2 else 0.5) for number in range(2 * tied)]

    def ask(count: int) -> Sequence[Found]:
        source.shuffle(points)
        return sorted(points, key=lambda point: -point.score)[:count]

    limit = tied + tied // 2
    expected = [point.id for point in sorted(points, key=lambda point: (-point.score, point.id))][:limit]
    assert all(in_order(ask, limit) == expected for _ in range(5))


def test_points_that_stand_alike_in_two_rankings_are_taken_by_id() -> None:
    assert [*fused([["b", "c"], ["a", "d"]], (1.0, 1.0), 3)] == ["a", "b", "c"]
    assert fused([["b", "c"], ["c"]], (1.0, 0.0), 3) == {"b": 1 / 10, "c": 1 / 11}
    assert fused([["b"]], (1.0, 1.0), 3) == {"b": 1 / 10}
