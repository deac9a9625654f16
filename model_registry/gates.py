"""Each gate of a promotion: the reasons of one judge not to make a version champion. The rules: promotion.py."""

import math
from statistics import fmean

from model_registry.evaluation import Measure, Measures
from model_registry.figures import WHOLE_GAP, within_gap
from model_registry.ports import AdapterVersion

SCORERS = 2  # of style, that must have been asked: one alone can be fooled
# A run of 50 words is a paragraph by heart, whatever the author's habits. 50 tokens are what studies of memorisation
# count as extracted (Carlini et al. 2023, "Quantifying Memorization Across Neural Language Models").
LONGEST_RUN = 50
SET_PHRASE = 8  # words: an opening or a closing that an author always uses; real authors' own mean runs are 5 to 14
HEALTH = ("repetitive", "empty")
HEALTH_WHERE_TOLD = ("language", "leaked")  # the language of a few words cannot be told
UNHEALTHY = 0.25  # share of texts: one bad answer in four is noticed in the first conversation
GROUNDING = ("cited", "supported")  # what depends on the adapter; the rest is retrieval's


class Unmeasured(Exception):  # noqa: N818 - a reason, not an error: it never leaves this folder
    """A figure that a gate needs was not measured."""


def parity(candidate: AdapterVersion) -> list[str]:
    parity = candidate.parity
    if parity is None:
        raise Unmeasured(
            f"parity: it was never checked that what is served is what was trained. Run: {_evaluate(candidate)}"
        )
    if parity.passed:
        return []
    return [
        f"parity: served by {parity.engine}, {parity.same_greedy_tokens:.0%} of the greedy tokens agree with training "
        f"(prompt tokens {'agree' if parity.same_prompt_tokens else 'differ'}), and log-probabilities differ by "
        f"{parity.differences}."
    ]


def likelihood(candidate: AdapterVersion) -> list[str]:
    adapter, base, change = _figures(candidate, "likelihood", "adapter", "base", "change")
    if _high(change) < 0:
        return []
    return [
        f"likelihood: the adapter needs {adapter.value:.4f} bits per held-out byte, its base model {base.value:.4f}, a "
        f"change of {change.value:+.2%}; its interval must end below 0 and ends at {_high(change):+.2%}."
    ]


def likelihood_against(candidate: AdapterVersion, champion: AdapterVersion) -> list[str]:
    adapter, base, change = _figures(candidate, "likelihood", "adapter", "base", "change")
    champion_adapter, champion_change = _figures(champion, "likelihood", "adapter", "change")
    if _same_texts(candidate, champion):
        # how hard the texts are is in both figures: only the change's interval, not the figure's own, is about the
        # adapter
        paired = Measure(value=adapter.value, low=base.value * (1 + _low(change)))
        return _worse("likelihood: bits per held-out byte", paired, champion_adapter, higher=False, form=".4f")
    what = f"likelihood: change over the base model, as the test texts are not those of {champion.name},"
    return _worse(what, change, champion_change, higher=False, form=".2%")


def style(candidate: AdapterVersion) -> list[str]:
    shares = _shares(candidate)
    reasons = []
    nearer = [scorer for scorer, share in shares.items() if share.value > 0]
    if shares and 2 * len(nearer) <= len(shares):
        listed = ", ".join(f"{scorer} {share.value:+.3f}" for scorer, share in shares.items())
        reasons.append(
            f"style: {len(nearer)} of {len(shares)} scorers find it nearer to the author than its base model, and "
            f"{len(shares) // 2 + 1} must. Share of the gap closed: {listed}."
        )
    return reasons + [
        f"style: {scorer} finds it farther from the author than its base model: {share.value:+.3f} of the gap closed, "
        f"and the whole interval is below 0 by at least {-_high(share):.3f}."
        for scorer, share in shares.items()
        if _high(share) < 0
    ]


def style_against(candidate: AdapterVersion, champion: AdapterVersion) -> list[str]:
    mine, theirs = _shares(candidate), _shares(champion)
    # a scorer that found no gap on the candidate's texts has no say; one that was not asked about it is missed
    _figures(candidate, "style", *(f"{s}/adapter" for s in theirs if f"{s}/gap" not in candidate.judges["style"]))
    both = [scorer for scorer in theirs if scorer in mine]
    if len(both) < SCORERS:
        raise Unmeasured(
            f"style: {len(both)} scorers could judge both {candidate.name} and {champion.name}, {SCORERS} must. Judge "
            f"both on the newest posts: {_evaluate(champion)}, and: {_evaluate(candidate)}"
        )
    mean, champion_mean = (fmean(shares[scorer].value for scorer in both) for shares in (mine, theirs))
    reasons = []
    if mean <= champion_mean and mean < WHOLE_GAP:  # who closes the whole gap has nothing to beat
        reasons.append(
            f"style: {mean:+.3f} of the gap closed, on average over {', '.join(both)}, against the champion's "
            f"{champion_mean:+.3f}: it must be above, and is short by {champion_mean - mean:.3f}."
        )
    for scorer in both:
        what = f"style: {scorer}, share of the gap closed"
        reasons += _worse(what, mine[scorer], theirs[scorer], higher=True, form="+.3f")
    return reasons


def memorisation(candidate: AdapterVersion) -> list[str]:
    names = ("mean_run", "own_mean_run", "longest_run", "own_longest_run")
    mean, own_mean, longest, own_longest = _figures(candidate, "memorisation", *names)
    reasons = []
    if (above := _low(mean) - max(_high(own_mean), SET_PHRASE)) > 0:
        reasons.append(
            f"memorisation: its texts repeat {mean.value:.1f} words of the training text in a row on average, the "
            f"author's own {own_mean.value:.1f}; its interval begins {above:.1f} words above what is allowed."
        )
    if longest.value > (allowed := max(own_longest.value, LONGEST_RUN)):
        reasons.append(
            f"memorisation: it repeats {longest.value:.0f} words of the training text in a row, {allowed:.0f} are "
            f"allowed (the author's own longest is {own_longest.value:.0f}): {longest.value - allowed:.0f} too many."
        )
    return reasons


def health(candidate: AdapterVersion, champion: AdapterVersion | None) -> list[str]:
    ours, theirs = _judged(candidate, "health"), champion.judges.get("health", {}) if champion else {}
    reasons = []
    for name, share in _ill(candidate).items():
        others = ours.get(f"base/{name}"), theirs.get(f"adapter/{name}")
        allowed = max([UNHEALTHY, *(other.value for other in others if other and _usable(other))])
        if share.value > allowed:
            reasons.append(
                f"health: {name}: {share.value:.1%} of its texts where {allowed:.1%} are allowed, "
                f"{share.value - allowed:.1%} too many."
            )
    return reasons


def health_against(candidate: AdapterVersion, champion: AdapterVersion) -> list[str]:
    mine, theirs = _ill(candidate), _ill(champion)
    return [
        reason
        for name, share in mine.items()
        if name in theirs
        for reason in _worse(f"health: {name}, share of texts", share, theirs[name], higher=False, form=".1%")
    ]


def grounding_against(candidate: AdapterVersion, champion: AdapterVersion) -> list[str]:
    """Only what was measured for the champion: not everyone searches."""
    theirs = {name: figure for name, figure in champion.judges.get("grounding", {}).items() if name in GROUNDING}
    reasons = []
    for name, figure in theirs.items():
        if _usable(figure):
            (mine,) = _figures(candidate, "grounding", name)
            reasons += _worse(f"grounding: {name}", mine, figure, higher=True, form=".1%")
    return reasons


def _worse(what: str, mine: Measure, theirs: Measure, *, higher: bool, form: str) -> list[str]:
    """A reason when the champion's figure lies past the better end of the candidate's interval."""
    end = _high(mine) if higher else _low(mine)
    if (theirs.value <= end) if higher else (theirs.value >= end):
        return []
    return [
        f"{what} {mine.value:{form}} against the champion's {theirs.value:{form}}: worse by "
        f"{abs(theirs.value - mine.value):{form.lstrip('+')}}, where its interval allows "
        f"{abs(end - mine.value):{form.lstrip('+')}}."
    ]


def _shares(version: AdapterVersion) -> dict[str, Measure]:
    """Share of the style gap that the adapter closes, by scorer, 1 at most. A scorer that cannot tell the author from
    the base model, as in too few posts, gives its gap and no share."""
    style = _judged(version, "style")
    asked = dict.fromkeys(name.rpartition("/")[0] for name in style if name.endswith(("/gap", "/adapter")))
    if len(asked) < SCORERS:
        raise Unmeasured(
            f"style: {len(asked)} scorers were asked about {version.name} ({', '.join(asked) or 'none'}), {SCORERS} "
            f"must be. Run: {_evaluate(version)}"
        )
    able = [scorer for scorer in asked if f"{scorer}/adapter" in style]
    closed = _figures(version, "style", *(f"{scorer}/adapter" for scorer in able))
    return dict(zip(able, map(within_gap, closed), strict=True))


def _ill(version: AdapterVersion) -> dict[str, Measure]:
    """Shares of its texts, by what is wrong with them."""
    judged = _judged(version, "health")
    names = [*HEALTH, *(name for name in HEALTH_WHERE_TOLD if f"adapter/{name}" in judged)]
    return dict(zip(names, _figures(version, "health", *(f"adapter/{name}" for name in names)), strict=True))


def _same_texts(candidate: AdapterVersion, champion: AdapterVersion) -> bool:
    """Whether likelihood read the same bytes of the same test split."""
    return _read(candidate) == _read(champion)


def _read(version: AdapterVersion) -> tuple[str, Measure | None]:
    split = version.evaluation.features if version.evaluation else version.manifest.features.digest
    return split, version.judges["likelihood"].get("bytes")


def _figures(version: AdapterVersion, judge: str, *names: str) -> list[Measure]:
    """Raises Unmeasured unless all of them are there and finite."""
    judged = _judged(version, judge)
    found = {name: judged[name] for name in names if name in judged}
    unusable = [name for name in names if name not in found or not _usable(found[name])]
    if unusable:
        shown = ", ".join(f"{name} {found[name].value if name in found else 'missing'}" for name in unusable)
        raise Unmeasured(f"{judge}: {version.name} has no usable figures ({shown}). Run: {_evaluate(version)}")
    return list(found.values())


def _judged(version: AdapterVersion, judge: str) -> Measures:
    if judge not in version.judges:
        raise Unmeasured(f"{judge}: {version.name} was not judged for it. Run: {_evaluate(version)}")
    return version.judges[judge]


def _usable(measure: Measure) -> bool:
    return all(math.isfinite(figure) for figure in (measure.value, measure.low, measure.high) if figure is not None)


def _low(measure: Measure) -> float:
    return measure.value if measure.low is None else measure.low


def _high(measure: Measure) -> float:
    return measure.value if measure.high is None else measure.high


def _evaluate(version: AdapterVersion) -> str:
    return f"twin evaluate {version.author} {version.name}"
