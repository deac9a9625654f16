"""`twin models`: every version, what it was made of and how it was judged."""

import json
import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from rich.console import Console

    from model_registry.evaluation import Measures
    from model_registry.ports import AdapterVersion

WIDTH = 160  # where there is no terminal: a row is a line
COLUMNS = ("version", "of", "base model", "bits per byte", "style", "found", "copied", "parity", "alias", "made")
LEGEND = """\
bits per byte: of held-out text, base → twin. style: share of the gap closed, mean of the judges.
found: the right post among the first five. copied: longest run of words from the training text, twin / author."""
NOTHING = "–"


class ListsByDefault(TyperGroup):
    """`twin models` and `twin models NAME` list; only a first word that is a command is one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ListsByDefault,
    help="List the versions with their lineage and figures: twin models [AUTHOR]. Compare two: twin models diff v1 v2.",
    rich_markup_mode=None,
)


@app.callback()
def models() -> None:
    """Every version, what it was made of and how it was judged."""


@app.command("list")
def list_versions(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """List the versions with their lineage and figures. The word list may be left out."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, note

    session: Session = ctx.obj
    registry = wiring.model_registry(session.settings)
    store = wiring.feature_store(session.settings)
    wanted = author or named
    authors = [find_author(store, wanted).id] if wanted else registry.authors()
    versions = [version for one in authors for version in registry.versions(one)]
    if as_json:
        emit_json({"versions": [as_data(version) for version in versions]})
    elif versions:
        _show(versions)
    else:
        note("There is no model yet. Make one with: twin up PLACE --author NAME")


def as_data(version: "AdapterVersion") -> dict[str, Any]:
    from model_registry.figures import mean_style

    manifest, likelihood = version.manifest, version.judges.get("likelihood")
    return {
        "author": version.author,
        "version": version.name,
        "features": f"F{manifest.features.number}",
        "features_digest": manifest.features.digest,
        "encoder": manifest.features.encoder,
        "base": manifest.base.name,
        "base_fingerprint": manifest.base.fingerprint,
        "prompt": manifest.prompt_version,
        "bits_per_byte": plain(likelihood) if likelihood else None,
        "style": mean_style(version.judges),
        "judges": {judge: plain(measures) for judge, measures in version.judges.items()},
        "judged_at": version.evaluation.judged_at if version.evaluation else manifest.created_at,
        "unreadable": version.unreadable,
        "parity": version.parity.model_dump() if version.parity else None,
        "aliases": list(version.aliases),
        "forced": version.forced,
        "tainted": version.tainted,
        "training": json.loads(manifest.model_dump_json(include={"training"}))["training"],
        "bytes": sum(file.bytes for file in manifest.files.values()),
        "created_at": manifest.created_at,
        "code": manifest.code_version,
        "libraries": manifest.libraries,
        "folder": str(version.folder),
    }


def console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH)


def _show(versions: list["AdapterVersion"]) -> None:
    from rich.table import Table

    out = console()
    for author in dict.fromkeys(version.author for version in versions):
        table = Table(*COLUMNS, title=author, title_justify="left", box=None, padding=(0, 1, 0, 0))
        for version in versions:
            if version.author == author:
                table.add_row(*_row(version))
        out.print(table)
    out.print(LEGEND, style="dim")


def _row(version: "AdapterVersion") -> tuple[str, ...]:
    from model_registry.figures import Unit, mean_style, number, written

    manifest, judges = version.manifest, version.judges

    def figure(judge: str, name: str) -> str:
        measure = judges.get(judge, {}).get(name)
        return written(judge, name, measure, interval=False) if measure else NOTHING

    bits = "unreadable" if version.unreadable else "not judged"
    if likelihood := judges.get("likelihood"):
        base, adapter = likelihood["base"].value, likelihood["adapter"].value
        bits = f"{base:.3f} → {adapter:.3f} {number(Unit.CHANGE, adapter / base - 1)}"
    style = mean_style(judges)
    copied = f"{figure('memorisation', 'longest_run')} / {figure('memorisation', 'own_longest_run')}"
    parity = "not checked" if version.parity is None else "passed" if version.parity.passed else "failed"
    aliases = [*version.aliases, *(["forced"] if version.forced else []), *(["tainted"] if version.tainted else [])]
    return (
        version.name,
        f"F{manifest.features.number}",
        manifest.base.name,
        bits,
        NOTHING if style is None else number(Unit.SHARE, style),
        figure("grounding", "title/recall@5"),
        NOTHING if "memorisation" not in judges else copied,
        parity,
        ", ".join(aliases),
        manifest.created_at[:10],
    )


def plain(measures: "Measures") -> dict[str, Any]:
    """As JSON has it: what is not a number is a string there."""
    return {name: json.loads(measure.model_dump_json()) for name, measure in measures.items()}
