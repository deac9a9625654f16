import math
from dataclasses import replace
from typing import Any

import pytest

from fakes.adapters import PARITY, adapter_version, evaluation, judged, measure
from model_registry.errors import CorruptModelError
from model_registry.evaluation import Measure, Measures
from model_registry.ports import AdapterVersion
from model_registry.promotion import refusals as refusals_of
from model_registry.promotion import refused, require_readable
from training_pipeline.evaluation.judges import load_judges

CHAMPION = adapter_version(1, adapter=1.20, base=1.40, style=0.40)  # a change of -14.29%
NEEDED = {
    "likelihood": ["adapter", "base", "change"],
    "memorisation": ["mean_run", "own_mean_run", "longest_run", "own_longest_run"],
    "health": ["adapter/empty"],
    "answers": ["loops", "ended", "itself/name", "answers"],
}
GAPS = {f"{scorer}/gap": measure(1.0, 2.0) for scorer in ("classifier", "delta", "rhythm")}
FIGURES = [(judge, name) for judge, names in NEEDED.items() for name in names]


def candidate(changes: dict[str, Measures] | None = None, **manifest: Any) -> AdapterVersion:
    """v2, better than CHAMPION in style. `changes` replace figures, judge by judge."""
    figures = {key: manifest.pop(key) for key in ("adapter", "base", "interval", "style") if key in manifest}
    judges = judged(**{"style": 0.45, **figures})
    for judge, measures in (changes or {}).items():
        judges[judge] = judges[judge] | measures
    return adapter_version(2, judges=judges, **manifest)


def style(*shares: Measure) -> dict[str, Measures]:
    scorers = ("classifier", "delta", "rhythm", "embedding")
    return {"style": {f"{scorer}/adapter": share for scorer, share in zip(scorers, shares, strict=False)}}


def refusals(version: AdapterVersion, champion: AdapterVersion | None) -> list[str]:
    return refusals_of(version, champion, load_judges())


def refusal(version: AdapterVersion, champion: AdapterVersion | None = None) -> str:
    (reason,) = refusals(version, champion)
    return reason


def test_a_version_that_every_judge_finds_good() -> None:
    assert refusals(candidate(), None) == []
    assert refusals(candidate(), CHAMPION) == []


class TestParity:
    def test_it_was_never_checked(self) -> None:
        reason = refusal(candidate(parity=None))
        assert reason.startswith("parity")
        assert "twin evaluate maud v2" in reason

    def test_one_that_failed_gives_its_figures(self) -> None:
        figures = {"same_greedy_tokens": 0.5, "bound": 0.2, "mean_log_prob_difference": 0.047, "mean_bound": 0.04}
        reason = refusal(candidate(parity=PARITY.model_copy(update=figures | {"passed": False})))
        assert reason.startswith("parity")
        assert [figure in reason for figure in ("50%", "0.010", "0.200", "0.047", "0.040")] == [True] * 5


class TestLikelihood:
    @pytest.mark.parametrize("adapter", [1.385, 1.4, 1.5])
    def test_the_whole_change_must_be_below_zero(self, adapter: float) -> None:
        reason = refusal(candidate(adapter=adapter, interval=0.02))
        assert (f"{adapter:.4f}" in reason, "1.4000" in reason) == (True, True)
        assert f"ends at {(adapter + 0.02) / 1.4 - 1:+.2%}" in reason
        assert refusals(candidate(adapter=1.3799, interval=0.02), None) == []

    @pytest.mark.parametrize(("adapter", "allowed"), [(1.10, True), (1.2199, True), (1.2201, False)])
    def test_on_the_same_texts_bits_per_byte_decide_up_to_the_interval(self, adapter: float, allowed: bool) -> None:
        reasons = refusals(candidate(adapter=adapter, interval=0.02), CHAMPION)
        assert (reasons == []) is allowed
        assert allowed or "1.2201 against the champion's 1.2000: worse by 0.0201" in reasons[0]
        assert allowed or "interval allows 0.0200" in reasons[0]

    @pytest.mark.parametrize(
        ("adapter", "base", "allowed"),
        [
            (1.8199, 2.10, True),  # harder texts, a gain of 13.34%: the interval of 0.02 is 0.95% of this base
            (1.8201, 2.10, False),
            (1.00, 1.10, False),  # fewer bits than the champion, on easier texts: a gain of 9.09%
        ],
    )
    @pytest.mark.parametrize("how", ["features", "evaluation", "bytes"])
    def test_on_other_texts_the_changes_decide(self, adapter: float, base: float, allowed: bool, how: str) -> None:
        changes: dict[str, Measures] = {"likelihood": {"bytes": measure(512)}} if how == "bytes" else {}
        version = candidate(changes, adapter=adapter, base=base, interval=0.02, features=2 if how == "features" else 1)
        if how == "evaluation":
            version = replace(version, evaluation=evaluation(features=3, adapter=adapter, base=base, style=0.45))
        reasons = refusals(version, CHAMPION)
        assert (reasons == []) is allowed
        assert allowed or "the test texts are not those of v1" in reasons[0]
        assert allowed or f"{adapter / base - 1:.2%} against the champion's -14.29%" in reasons[0]


class TestStyle:
    @pytest.mark.parametrize(
        "shares",
        [
            [measure(0.2, 0.9), measure(0.1, 2.0), measure(-0.1, 0.9)],  # ten posts: every interval is wide
            [measure(0.01), measure(0.01)],
        ],
    )
    def test_a_first_version_needs_most_scorers_and_no_narrow_interval(self, shares: list[Measure]) -> None:
        version = adapter_version(2, judges=judged() | style(*shares))
        assert refusals(version, None) == []

    @pytest.mark.parametrize(
        ("shares", "found"),
        [
            ([0.5, -0.1], "1 of 2 scorers find it nearer to the author than its base model, and 2 must"),
            ([0.5, -0.1, 0.0], "1 of 3 scorers find it nearer to the author than its base model, and 2 must"),
            ([0.5, 0.1, -0.1, -0.1], "2 of 4 scorers find it nearer to the author than its base model, and 3 must"),
        ],
    )
    def test_half_of_the_scorers_is_not_enough(self, shares: list[float], found: str) -> None:
        version = adapter_version(2, judges=judged() | style(*(measure(share, 0.9) for share in shares)))
        reason = refusal(version)
        assert found in reason
        assert f"classifier +0.500, delta {shares[1]:+.3f}" in reason

    def test_a_scorer_that_is_sure_of_the_opposite_refuses(self) -> None:
        reason = refusal(candidate(style(measure(0.5), measure(0.5), measure(-0.3, 0.1))))
        assert "style: rhythm" in reason
        assert "-0.300" in reason
        assert "by at least 0.200" in reason

    @pytest.mark.parametrize("shares", [[], [0.9]])
    def test_one_scorer_alone_is_no_judge(self, shares: list[float]) -> None:
        version = adapter_version(2, judges=judged() | style(*map(measure, shares)))
        for reason, named in ((refusal(version), "v2"), (refusal(candidate(), replace(version, number=1)), "v1")):
            assert f"style: {len(shares)} scorers were asked about {named}" in reason
            assert f"twin evaluate maud {named}" in reason

    def test_a_share_that_is_no_number_refuses(self) -> None:
        reason = refusal(candidate(style(measure(0.9), measure(0.9), measure(math.nan))))
        assert "rhythm/adapter nan" in reason

    @pytest.mark.parametrize(("shares", "allowed"), [([], True), ([0.1], True), ([-0.1], False), ([0.1, 0.1], True)])
    def test_scorers_that_see_no_gap_in_a_few_posts_refuse_no_first_version(
        self, shares: list[float], allowed: bool
    ) -> None:
        figures = GAPS | style(*(measure(share, 0.9) for share in shares))["style"]
        assert (refusals(adapter_version(2, judges=judged() | {"style": figures}), None) == []) is allowed

    @pytest.mark.parametrize(("able", "allowed"), [(3, True), (2, True), (1, False), (0, False)])
    def test_two_scorers_must_judge_both_champion_and_candidate(self, able: int, allowed: bool) -> None:
        figures = GAPS | style(*[measure(0.9, 0.1)] * able)["style"]
        reasons = refusals(adapter_version(2, judges=judged() | {"style": figures}), CHAMPION)
        assert (reasons == []) is allowed
        assert allowed or f"style: {able} scorers could judge both v2 and v1" in reasons[0]
        assert allowed or "twin evaluate maud v1, and: twin evaluate maud v2" in reasons[0]

    def test_the_mean_share_must_be_above_the_champions(self) -> None:
        shares = [measure(0.5, 0.2), measure(0.38, 0.2), measure(0.26, 0.2)]  # better, a little worse, worse
        reason = refusal(candidate(style(*shares)), CHAMPION)
        assert "+0.380 of the gap closed, on average over classifier, delta, rhythm" in reason
        assert "champion's +0.400" in reason
        assert "short by 0.020" in reason
        assert refusals(candidate(style=0.4001), CHAMPION) == []
        assert "short by 0.000" in refusal(candidate(style=0.4), CHAMPION)

    def test_no_scorer_may_be_worse_beyond_its_interval(self) -> None:
        shares = [measure(0.9, 0.1), measure(0.9, 0.1), measure(0.25, 0.1)]
        reason = refusal(candidate(style(*shares)), CHAMPION)
        assert "style: rhythm" in reason
        assert "+0.250 against the champion's +0.400: worse by 0.150, where its interval allows 0.100" in reason
        shares[2] = measure(0.25, 0.16)
        assert refusals(candidate(style(*shares)), CHAMPION) == []

    def test_only_scorers_that_judged_the_champion_are_compared(self) -> None:
        shares = [measure(0.41), measure(0.41), measure(0.41), measure(0.01)]  # an embedding model was added
        assert refusals(candidate(style(*shares)), CHAMPION) == []

    def test_a_scorer_that_judged_the_champion_alone_refuses(self) -> None:
        judges = judged() | style(measure(0.9), measure(0.9))
        reason = refusal(adapter_version(2, judges=judges), CHAMPION)
        assert "rhythm/adapter missing" in reason
        assert "twin evaluate maud v2" in reason


class TestMemorisation:
    def test_longer_runs_than_the_authors_own_beyond_the_intervals(self) -> None:
        own = {"own_mean_run": measure(8.0, 1.0)}
        assert refusals(candidate({"memorisation": own | {"mean_run": measure(9.9, 1.0)}}), None) == []
        reason = refusal(candidate({"memorisation": own | {"mean_run": measure(10.5, 1.0)}}))
        assert [part in reason for part in ("memorisation", "10.5 words", "own 8.0", "0.5 words above")] == [True] * 4

    def test_a_set_phrase_is_not_copying(self) -> None:
        own = {"own_mean_run": measure(4.5, 1.0)}
        assert refusals(candidate({"memorisation": own | {"mean_run": measure(8.9, 1.0)}}), None) == []
        assert "0.1 words above" in refusal(candidate({"memorisation": own | {"mean_run": measure(9.1, 1.0)}}))

    @pytest.mark.parametrize(("own", "longest", "too_many"), [(11, 50, 0), (11, 51, 1), (90, 90, 0), (90, 100, 10)])
    def test_the_longest_run_of_all(self, own: int, longest: int, too_many: int) -> None:
        figures = {"own_longest_run": measure(own), "longest_run": measure(longest)}
        reasons = refusals(candidate({"memorisation": figures}), None)
        assert len(reasons) == (too_many > 0)
        assert all(f"repeats {longest} words" in reason and f"{too_many} too many" in reason for reason in reasons)


class TestHealth:
    @pytest.mark.parametrize("trouble", ["leaked", "empty", "language"])
    def test_more_than_a_quarter_of_the_texts(self, trouble: str) -> None:
        assert refusals(candidate({"health": {f"adapter/{trouble}": measure(0.25, 0.2)}}), None) == []
        reason = refusal(candidate({"health": {f"adapter/{trouble}": measure(0.35, 0.2)}}))
        assert f"health: {trouble}: 35.0%" in reason
        assert "25.0% are allowed, 10.0% too many" in reason

    def test_a_language_that_could_not_be_told_is_not_asked_for(self) -> None:
        judges = judged(style=0.45)
        told = judges["health"].pop("adapter/language")
        version = adapter_version(2, judges=judges)
        assert refusals(version, None) == refusals(version, CHAMPION) == []
        judges["health"]["adapter/language"] = told.model_copy(update={"value": math.nan})
        assert "adapter/language nan" in refusal(adapter_version(2, judges=judges))

    def test_where_the_base_model_or_the_champion_does_no_better(self) -> None:
        sick = {"adapter/empty": measure(0.35, 0.2)}
        assert refusals(candidate({"health": sick | {"base/empty": measure(0.35)}}), None) == []
        assert refusals(candidate({"health": sick | {"base/empty": measure(0.34)}}), None) != []
        champion = adapter_version(1, judges=judged(style=0.4) | {"health": judged()["health"] | sick})
        assert refusals(candidate({"health": sick}), champion) == []

    def test_worse_than_the_champion_beyond_its_interval(self) -> None:
        reason = refusal(candidate({"health": {"adapter/empty": measure(0.20, 0.1)}}), CHAMPION)
        assert "health: empty" in reason
        assert "20.0% against the champion's 4.0%: worse by 16.0%, where its interval allows 10.0%" in reason
        assert refusals(candidate({"health": {"adapter/empty": measure(0.20, 0.17)}}), CHAMPION) == []

    def test_what_is_served_is_not_its_business(self) -> None:
        assert refusals(candidate({"health": {"adapter/repetitive": measure(0.9)}}), CHAMPION) == []


class TestAnswers:
    def test_a_version_that_loops_is_refused_whatever_its_style(self) -> None:
        assert refusals(candidate({"answers": {"loops": measure(0.02)}}, style=0.99), CHAMPION) == []
        reason = refusal(candidate({"answers": {"loops": measure(0.03)}}, style=0.99), CHAMPION)
        assert "3 of 100 served answers repeat themselves (3.0%); at most 2% may, which is 2 of 100" in reason

    def test_what_was_not_asked_was_not_shown(self) -> None:
        judges = judged(style=0.45)
        del judges["answers"]
        reason = refusal(adapter_version(2, judges=judges), CHAMPION)
        assert reason == "answers: v2 was not judged for it. Run: twin evaluate maud v2"
        unasked = adapter_version(1, judges={**judges, "style": judged(style=0.4)["style"]})
        assert refusals(candidate(), unasked) == []  # a champion from before there was the judge

    def test_few_answers_leave_room_for_no_loop(self) -> None:
        few = {"answers": {"loops": measure(1 / 40), "answers": measure(40)}}
        assert "1 of 40 served answers repeat themselves (2.5%); at most 2% may, which is 0 of 40" in refusal(
            candidate(few)
        )

    def test_answers_end_and_have_the_right_name(self) -> None:
        assert refusals(candidate({"answers": {"ended": measure(0.9), "itself/name": measure(0.9)}}), None) == []
        assert "89 of 100 served answers end" in refusal(candidate({"answers": {"ended": measure(0.89)}}))
        assert "in 75.0% of its answers; it must in 90%" in refusal(
            candidate({"answers": {"itself/name": measure(0.75)}})
        )

    def test_no_fewer_facts_than_the_champion_beyond_its_interval(self) -> None:
        reason = refusal(candidate({"answers": {"fact/right": measure(0.4, 0.15)}}), CHAMPION)
        assert (
            "facts right 40.0% against the champion's 60.0%: worse by 20.0%, where its interval allows 15.0%" in reason
        )
        assert refusals(candidate({"answers": {"fact/right": measure(0.4, 0.2)}}), CHAMPION) == []
        assert refusals(candidate({"answers": {"fact/right": measure(0.4, 0.1)}}), None) == []


@pytest.mark.parametrize(("judge", "name"), FIGURES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_a_figure_that_is_no_measurement_refuses(judge: str, name: str, value: float | None) -> None:
    judges = judged(style=0.45)
    if value is None:
        del judges[judge][name]
    else:
        judges[judge][name] = Measure(value=value)
    reason = refusal(adapter_version(2, judges=judges))
    assert reason.startswith(judge)
    assert f"{name} {'missing' if value is None else value}" in reason
    assert "twin evaluate maud v2" in reason


@pytest.mark.parametrize("end", ["low", "high"])
def test_an_interval_that_is_no_measurement_refuses(end: str) -> None:
    broken = measure(-0.2, 0.1).model_copy(update={end: math.nan})
    assert "change" in refusal(candidate({"likelihood": {"change": broken}}))


def test_a_version_that_was_never_judged_is_told_so_judge_by_judge() -> None:
    reasons = refusals(adapter_version(2, judges={}), None)
    assert [reason.split(":")[0] for reason in reasons] == ["answers", "style", "likelihood", "memorisation", "health"]
    assert all("not judged for it. Run: twin evaluate maud v2" in reason for reason in reasons)


def test_a_champion_that_was_never_judged_must_be_first() -> None:
    reasons = refusals(candidate(), adapter_version(1, judges={}))
    assert [reason.split(":")[0] for reason in reasons] == ["style", "likelihood", "health"]
    assert all("v1 was not judged for it. Run: twin evaluate maud v1" in reason for reason in reasons)


def test_the_newest_figures_count() -> None:
    judged_well, judged_badly = evaluation(style=0.45), evaluation(adapter=1.5, parity=None)
    assert refusals(adapter_version(2, judging=judged_well, judges={}, parity=None), CHAMPION) == []
    reasons = refusals(adapter_version(2, judging=judged_badly), None)
    assert [reason.split(":")[0] for reason in reasons] == ["parity", "likelihood"]


def test_figures_that_cannot_be_read_are_not_replaced_by_older_ones() -> None:
    version = replace(candidate(), unreadable="it was changed. Run: twin evaluate maud v2")
    assert (version.judges, version.parity) == ({}, None)
    with pytest.raises(CorruptModelError, match="twin evaluate maud v2"):
        require_readable(version)
    assert "it was changed" in refusal(candidate(), replace(version, number=1))


def test_all_reasons_are_given_at_once() -> None:
    reasons = refusals(candidate(adapter=1.5, style=-0.9, parity=None), CHAMPION)
    assert [reason.split(":")[0] for reason in reasons].count("style") == 8
    assert {reason.split(":")[0] for reason in reasons} == {"parity", "likelihood", "style"}


def test_the_error_lists_the_reasons_and_the_way_out() -> None:
    message = str(refused("maud", 7, ["first", "second"]))
    assert "first" in message
    assert "second" in message
    assert "twin promote maud --version v7 --force --reason" in message
