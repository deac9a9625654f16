"""What the gates of the judges share. A gate yields its reasons, and ends where a figure that it needs is missing."""

from collections.abc import Iterator

from model_registry.evaluation import Measure, Measures
from model_registry.ports import AdapterVersion


class Unmeasured(Exception):  # noqa: N818 - a reason, not an error: promotion.py catches it
    """A figure that a gate needs was not measured."""


def evaluate_command(version: AdapterVersion) -> str:
    return f"twin evaluate {version.author} {version.name}"


def measures_of(version: AdapterVersion, judge: str) -> Measures:
    """Raises Unmeasured where the judge has not seen the version."""
    if judge not in version.judges:
        raise Unmeasured(f"{judge}: {version.name} was not judged for it. Run: {evaluate_command(version)}")
    return version.judges[judge]


def figures_of(version: AdapterVersion, judge: str, *names: str) -> list[Measure]:
    """Raises Unmeasured unless all of them are there and finite."""
    judged = measures_of(version, judge)
    found = {name: judged[name] for name in names if name in judged}
    unusable = [name for name in names if name not in found or not found[name].is_finite]
    if unusable:
        shown = ", ".join(f"{name} {found[name].value if name in found else 'missing'}" for name in unusable)
        raise Unmeasured(f"{judge}: {version.name} has no usable figures ({shown}). Run: {evaluate_command(version)}")
    return list(found.values())


def worse(what: str, mine: Measure, theirs: Measure, *, higher: bool, form: str) -> Iterator[str]:
    """A reason when the champion's figure lies past the better end of the candidate's interval.

    `higher`: more is better; `form`: how both figures are written.
    """
    end = mine.upper if higher else mine.lower
    if (theirs.value > end) if higher else (theirs.value < end):
        short, allowed = (f"{abs(value - mine.value):{form.lstrip('+')}}" for value in (theirs.value, end))
        yield (
            f"{what} {mine.value:{form}} against the champion's {theirs.value:{form}}: worse by {short}, where its "
            f"interval allows {allowed}."
        )
