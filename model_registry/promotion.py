"""The gates that a version must pass to become champion. They read the judges' figures and nothing else."""

from collections.abc import Iterator, Sequence

from model_registry.errors import CorruptModelError, PromotionRefusedError, TaintedModelError
from model_registry.gates import Unmeasured, evaluate_command
from model_registry.judges import Judges
from model_registry.ports import AdapterVersion


def refusals(candidate: AdapterVersion, champion: AdapterVersion | None, judges: Judges) -> list[str]:
    """Why `candidate` may not take the place of `champion`: the reasons of parity, then of every judge that has a gate.

    Parity: what is served was shown to be what was trained. What a judge asks, of a version by itself and against a
    champion, is said where it is written. A figure that is missing or not finite refuses: what was not measured was
    not shown.
    """
    reasons = list(_parity(candidate))
    comparable = None if champion is None or champion.unreadable else champion
    for judge in judges.values():
        try:
            for reason in judge.gate(candidate, comparable) if judge.gate else ():
                reasons.append(reason)  # one by one: those before a missing figure count
        except Unmeasured as unmeasured:
            reasons.append(str(unmeasured))
    if champion is not None and champion.unreadable:
        reasons.append(f"{champion.name}, the champion, cannot be compared with: {champion.unreadable}")
    return reasons


def _parity(candidate: AdapterVersion) -> Iterator[str]:
    parity = candidate.parity
    if parity is None:
        yield (
            f"parity: it was never checked that what is served is what was trained. Run: {evaluate_command(candidate)}"
        )
    elif not parity.passed:
        yield (
            f"parity: served by {parity.engine}, {parity.same_greedy_tokens:.0%} of the greedy tokens agree with "
            f"training (prompt tokens {'agree' if parity.same_prompt_tokens else 'differ'}), and log-probabilities "
            f"differ by {parity.differences}."
        )


def refused(author: str, number: int, reasons: Sequence[str]) -> PromotionRefusedError:
    """The error that joins `reasons` and names the way out."""
    listed = "\n".join(f"  {reason}" for reason in reasons)
    return PromotionRefusedError(
        f"v{number} of {author!r} may not be champion:\n{listed}\nTrain on more text (`twin train {author}`), or "
        f"overrule it: twin promote {author} --version v{number} --force --reason …"
    )


def require_untainted(author: str, number: int, tainted: str) -> None:
    """Raises TaintedModelError, which no force overrules."""
    if tainted:
        raise TaintedModelError(
            f"v{number} of {author!r} may not be used any more: {tainted}. Train a new one: twin train {author}"
        )


def require_readable(candidate: AdapterVersion) -> None:
    """Raises CorruptModelError when its newest evaluation is not, which no force overrules: evaluate it again."""
    if candidate.unreadable:
        raise CorruptModelError(candidate.unreadable)
