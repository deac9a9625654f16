"""The gates that a version passes before it may be champion."""

import math
from collections.abc import Sequence

from model_registry.errors import PromotionRefusedError, TaintedModelError
from model_registry.manifest import AdapterManifest

JUDGE = "likelihood"
FIGURES = ("adapter", "base", "interval")


def refusals(candidate: AdapterManifest, champion: AdapterManifest | None) -> list[str]:
    """Why `candidate` may not take the place of `champion`, a reason each; empty when it may.

    - parity: what is served must have been shown to be what was trained.
    - likelihood, in held-out bits per byte: the adapter must be below its own base model, and not worse than the
      champion by more than `interval`, the half width of the 95% bootstrap interval of the candidate's difference
      to its base. On another feature version the test texts differ, so the relative gains over the bases are
      compared instead, with the interval relative to the base.

    A figure that is missing or not finite refuses: what was not measured was not shown.
    """
    reasons = _parity(candidate)
    figures = _likelihood(candidate)
    if figures is None:
        return [*reasons, _unmeasured("the version", candidate)]
    adapter, base, interval = figures
    if adapter >= base:
        reasons.append(
            f"likelihood: the adapter needs {adapter:.4f} bits per held-out byte, its base model {base:.4f}: "
            "it must need fewer."
        )
    if champion is None:
        return reasons
    champion_figures = _likelihood(champion)
    if champion_figures is None:
        return [*reasons, _unmeasured("the champion", champion)]
    champion_adapter, champion_base, _ = champion_figures
    if candidate.features.digest == champion.features.digest:
        if adapter > champion_adapter + interval:
            reasons.append(
                f"likelihood: {adapter:.4f} bits per held-out byte against the champion's {champion_adapter:.4f}, "
                f"worse by more than the interval of {interval:.4f}."
            )
        return reasons
    gain, champion_gain, margin = 1 - adapter / base, 1 - champion_adapter / champion_base, interval / base
    if gain < champion_gain - margin:
        reasons.append(
            f"likelihood: a gain of {gain:.2%} over the base model against the champion's {champion_gain:.2%} (each on "
            f"the test texts of its own features, F{candidate.features.number} and F{champion.features.number}), worse "
            f"by more than the interval of {margin:.2%}."
        )
    return reasons


def refused(author: str, number: int, reasons: Sequence[str]) -> PromotionRefusedError:
    """The error that joins `reasons` and names the way out."""
    listed = "\n".join(f"  {reason}" for reason in reasons)
    return PromotionRefusedError(
        f"v{number} of {author!r} may not be champion:\n{listed}\nTrain on more text (`twin train {author}`), or "
        f"overrule it: twin promote {author} --version v{number} --force --reason …"
    )


def require_untainted(author: str, number: int, tainted: str) -> None:
    """Raises TaintedModelError. No force overrules it."""
    if tainted:
        raise TaintedModelError(
            f"v{number} of {author!r} may not be used any more: {tainted}. Train a new one: twin train {author}"
        )


def _parity(candidate: AdapterManifest) -> list[str]:
    parity = candidate.parity
    if parity is None:
        return ["parity: it was never checked that what is served is what was trained."]
    if parity.passed:
        return []
    return [
        f"parity: served by {parity.engine}, {parity.same_greedy_tokens:.0%} of the greedy tokens agree with training "
        f"(prompt tokens {'agree' if parity.same_prompt_tokens else 'differ'}), and log-probabilities differ by "
        f"{parity.max_log_prob_difference:.3f} nats where {parity.bound:.3f} are allowed."
    ]


def _likelihood(manifest: AdapterManifest) -> tuple[float, float, float] | None:
    """(adapter, base, interval) in bits per byte; None unless all are finite and the bits positive."""
    judged = manifest.judges.get(JUDGE, {})
    adapter, base, interval = (judged.get(name, math.nan) for name in FIGURES)
    usable = all(map(math.isfinite, (adapter, base, interval))) and adapter > 0 and base > 0 and interval >= 0
    return (adapter, base, interval) if usable else None


def _unmeasured(whose: str, manifest: AdapterManifest) -> str:
    judged = manifest.judges.get(JUDGE, {})
    shown = ", ".join(f"{name} {judged.get(name, 'missing')}" for name in FIGURES)
    return f"likelihood: {whose} has no usable figures ({shown})."
