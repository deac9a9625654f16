"""Who is beyond the author is a caricature: in a promotion no better than who is there."""

import pytest

from fakes.adapters import adapter_version, judged, measure
from model_registry.evaluation import Measures
from model_registry.promotion import refusals
from training_pipeline.evaluation.judges import load_judges


def closing(*shares: float) -> dict[str, Measures]:
    """Judges that find these shares of the style gap closed, each within half of the gap."""
    names = ("classifier", "delta")
    found = {f"{name}/adapter": measure(share, 0.5) for name, share in zip(names, shares, strict=True)}
    return judged() | {"style": found}


@pytest.mark.parametrize("shares", [(1.0, 1.0), (1.4, 1.1)])
def test_a_champion_beyond_the_author_can_be_followed(shares: tuple[float, float]) -> None:
    champion = adapter_version(1, judges=closing(3.2, 1.0))
    assert refusals(adapter_version(2, judges=closing(*shares)), champion, load_judges()) == []


def test_to_overshoot_with_one_scorer_does_not_make_up_for_another() -> None:
    champion = adapter_version(1, judges=closing(1.0, 1.0))
    (reason,) = refusals(adapter_version(2, judges=closing(1.4, 0.7)), champion, load_judges())
    assert "+0.850 of the gap closed, on average over classifier, delta, against the champion's +1.000" in reason
