import math

import pytest

from fakes.adapters import PARITY, adapter_manifest
from model_registry.promotion import refusals, refused

CHAMPION = adapter_manifest(adapter=1.20, base=1.40)  # a gain of 14.29%


def test_the_first_version_must_beat_its_base_and_be_what_is_served() -> None:
    assert refusals(adapter_manifest(adapter=1.3999), None) == []


@pytest.mark.parametrize("adapter", [1.4, 1.5])
def test_no_better_than_the_base(adapter: float) -> None:
    (reason,) = refusals(adapter_manifest(adapter=adapter), None)
    assert f"{adapter:.4f}" in reason
    assert "1.4000" in reason


def test_parity_that_was_never_checked() -> None:
    (reason,) = refusals(adapter_manifest(parity=None), None)
    assert reason.startswith("parity")


def test_parity_that_failed_gives_its_figures() -> None:
    failed = PARITY.model_copy(update={"passed": False, "same_greedy_tokens": 0.5, "max_log_prob_difference": 3.25})
    (reason,) = refusals(adapter_manifest(parity=failed), None)
    assert reason.startswith("parity")
    assert "50%" in reason
    assert "3.250" in reason
    assert "0.100" in reason


@pytest.mark.parametrize(("adapter", "allowed"), [(1.10, True), (1.2199, True), (1.2201, False)])
def test_on_the_same_features_bits_per_byte_decide_up_to_the_interval(adapter: float, allowed: bool) -> None:
    reasons = refusals(adapter_manifest(adapter=adapter, interval=0.02), CHAMPION)
    assert (reasons == []) is allowed
    assert allowed or (f"{adapter:.4f}" in reasons[0] and "1.2000" in reasons[0])


@pytest.mark.parametrize(
    ("adapter", "base", "allowed"),
    [
        (1.8199, 2.10, True),  # harder texts, a gain of 13.34%: the interval of 0.02 is 0.95% of this base
        (1.8201, 2.10, False),
        (1.00, 1.10, False),  # fewer bits than the champion, on easier texts: a gain of 9.09%
    ],
)
def test_on_other_features_the_gains_over_the_bases_decide(adapter: float, base: float, allowed: bool) -> None:
    candidate = adapter_manifest(adapter=adapter, base=base, interval=0.02, features=2)
    assert (refusals(candidate, CHAMPION) == []) is allowed


@pytest.mark.parametrize("figure", ["adapter", "base", "interval"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, None])
def test_a_figure_that_is_no_measurement_refuses(figure: str, value: float | None) -> None:
    figures = {"adapter": 1.2, "base": 1.4, "interval": 0.02}
    figures = {**figures, figure: value} if value is not None else {k: v for k, v in figures.items() if k != figure}
    broken = adapter_manifest(judges={"likelihood": figures})
    for reasons, whose in ((refusals(broken, None), "the version"), (refusals(CHAMPION, broken), "the champion")):
        assert len(reasons) == 1
        assert whose in reasons[0]
        assert f"{figure} {'missing' if value is None else value}" in reasons[0]


def test_a_version_that_was_never_judged_refuses() -> None:
    assert len(refusals(adapter_manifest(judges={}), CHAMPION)) == 1


def test_all_reasons_are_given_at_once() -> None:
    assert len(refusals(adapter_manifest(adapter=1.5, parity=None), CHAMPION)) == 3


def test_the_error_lists_the_reasons_and_the_way_out() -> None:
    message = str(refused("maud", 7, ["first", "second"]))
    assert "first" in message
    assert "second" in message
    assert "twin promote maud --version v7 --force --reason" in message
