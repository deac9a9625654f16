"""`twin models diff`: two versions, what they were made of and each figure."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.commands.models import NOTHING, as_data, console, plain
from twin.commands.options import AskedAuthor, Json
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.evaluation import Measures
    from model_registry.ports import AdapterVersion, ModelResolver

LINEAGE = ("features", "features_digest", "encoder", "base", "base_fingerprint", "prompt", "code")


def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="V1", help="v3, or an alias.")],
    new: Annotated[str, typer.Argument(metavar="V2", help="v3, or an alias.")],
    author: AskedAuthor = None,
    as_json: Json = False,
) -> None:
    """Compare two versions: what they were made of, and each figure."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author)
    registry = wiring.model_registry(session.settings)
    one, other = (find_version(registry, profile.id, v) for v in (old, new))
    made, figures = made_differently(one, other), list(compared(one.judges, other.judges))
    if as_json:
        emit_json({"author": profile.id, "versions": [one.name, other.name], "made": made, "figures": figures})
    else:
        _show_diff(one, other, made, figures)


def find_version(registry: "ModelResolver", author: str, reference: str) -> "AdapterVersion":
    """Tainted ones too: what they were made of may be looked at. Raises UnknownModelError."""
    versions = registry.versions(author)
    known = next((v for v in versions if reference == v.name or reference in v.aliases), None)
    return known or registry.resolve(author, reference)


def made_differently(one: "AdapterVersion", other: "AdapterVersion") -> dict[str, list[str]]:
    """What differs in lineage and training arguments: name → [of one, of other]."""
    ours, theirs = _made(one), _made(other)
    names = dict.fromkeys([*ours, *theirs])
    both = {name: [ours.get(name, NOTHING), theirs.get(name, NOTHING)] for name in names}
    return {name: values for name, values in both.items() if values[0] != values[1]}


def compared(old: Mapping[str, "Measures"], new: Mapping[str, "Measures"]) -> Iterator[dict[str, Any]]:
    """Each figure of both. "beyond": the old one lies outside the 95% interval of the new; "better" when it is."""
    from model_registry.figures import beyond, lower_is_better

    for judge in dict.fromkeys([*old, *new]):
        ours, theirs = old.get(judge, {}), new.get(judge, {})
        for name in dict.fromkeys([*ours, *theirs]):
            row: dict[str, Any] = {"judge": judge, "name": name, "old": None, "new": None, "difference": None}
            if name in ours:
                row["old"] = plain(ours)[name]
            if name in theirs:
                row["new"] = plain(theirs)[name]
            row["beyond"] = row["better"] = None
            if name in ours and name in theirs:
                difference, lower = theirs[name].value - ours[name].value, lower_is_better(judge, name)
                row["difference"] = difference if math.isfinite(difference) else None
                row["beyond"] = beyond(theirs[name], ours[name])
                row["better"] = None if lower is None or not row["beyond"] else (difference < 0) is lower
            yield row


def _show_diff(
    one: "AdapterVersion", other: "AdapterVersion", made: dict[str, list[str]], figures: list[dict[str, Any]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    from model_registry.evaluation import Measure
    from model_registry.figures import label, number, unit_of, written

    out = console()
    table = Table("made of", one.name, other.name, box=None, padding=(0, 2, 0, 0), title_justify="left")
    for name, (ours, theirs) in made.items():
        table.add_row(name, ours, theirs)
    out.print(table if made else "Both were made of the same, in the same way.")
    if one.manifest.features.digest != other.manifest.features.digest:
        out.print("They were judged on the test texts of different features: only relative figures compare.")
    table = Table("figure", one.name, other.name, "difference", "", box=None, padding=(0, 2, 0, 0))
    judge = ""
    for row in figures:
        if row["judge"] != judge:
            judge = row["judge"]
            table.add_row(Text(judge, style="bold"))
        shown = [
            NOTHING if row[which] is None else written(judge, row["name"], Measure.model_validate(row[which]))
            for which in ("old", "new")
        ]
        difference = row["difference"]
        text = NOTHING if difference is None else number(unit_of(judge, row["name"]), difference)
        text = f"+{text}" if difference and difference > 0 and not text.startswith("+") else text
        said = {None: "beyond the interval" if row["beyond"] else "", True: "better", False: "worse"}[row["better"]]
        table.add_row(f"  {label(judge, row['name'])}", *shown, text, said)
    out.print(table)
    out.print(f"better, worse: the figure of {one.name} lies outside the 95% interval of {other.name}'s.", style="dim")


def _made(version: "AdapterVersion") -> dict[str, str]:
    data = as_data(version)
    flat = {name: data[name] for name in LINEAGE} | data["libraries"]
    for name, value in data["training"].items():
        flat |= {f"{name}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {name: value}
    return {name: str(value) for name, value in flat.items()}
