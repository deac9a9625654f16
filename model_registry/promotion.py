"""The gates that a version passes before it may be champion. They believe the judges' figures and nothing else."""

from collections.abc import Sequence
from functools import partial

from model_registry import gates
from model_registry.errors import CorruptModelError, PromotionRefusedError, TaintedModelError
from model_registry.gates import Unmeasured
from model_registry.ports import AdapterVersion


def refusals(candidate: AdapterVersion, champion: AdapterVersion | None) -> list[str]:
    """Why `candidate` may not take the place of `champion`, a reason each; empty when it may.

    By itself, a version must pass:

    - parity: what is served was shown to be what was trained.
    - likelihood: the whole interval of the change of bits per byte, adapter over base, is below 0.
    - style: at least two scorers were asked; of those that can tell the author from the base model, more than half find
      it nearer to the author (share of the gap above 0), and none has its whole interval below 0. Intervals need not
      exclude 0, and no scorer need be able: an author with ten posts is not refused for having ten.
    - memorisation: the interval of its mean longest verbatim run is not wholly above that of the author's own, and
      the longest of all is no longer than the author's own longest, or 50 words.
    - health: of texts that repeat themselves, are empty, leak control tokens or are in another language no more than a
      quarter each, unless the base model or the champion writes as many.

    Against a champion, no figure of likelihood, style, health and grounding may be worse beyond the candidate's
    interval, which is when the champion's figure lies past the interval's better end; and the mean share of the style
    gap must be higher, over two scorers or more that judged both. Bits per byte are compared when both read the same
    test texts, else only what is relative to the base model on each one's texts.

    A figure that is missing or not finite refuses: what was not measured was not shown.
    """
    checks = [partial(gate, candidate) for gate in (gates.parity, gates.likelihood, gates.style, gates.memorisation)]
    checks.append(partial(gates.health, candidate, champion))
    if champion is not None and not champion.unreadable:
        comparisons = (gates.likelihood_against, gates.style_against, gates.health_against, gates.grounding_against)
        checks += [partial(comparison, candidate, champion) for comparison in comparisons]
    reasons: list[str] = []
    for check in checks:
        try:
            reasons += check()
        except Unmeasured as unmeasured:
            reasons.append(str(unmeasured))
    if champion is not None and champion.unreadable:
        reasons.append(f"{champion.name}, the champion, cannot be compared with: {champion.unreadable}")
    return list(dict.fromkeys(reasons))  # a figure that is missing is missed by more than one gate


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


def require_readable(candidate: AdapterVersion) -> None:
    """Raises CorruptModelError when its newest judging is not. No force overrules it: judging again mends it."""
    if candidate.unreadable:
        raise CorruptModelError(candidate.unreadable)
