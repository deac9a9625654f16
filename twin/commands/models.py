"""`twin models`: every version, what it was made of and how it was judged."""

import sys
from typing import TYPE_CHECKING, Any

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.ports import AdapterVersion

WIDTH = 160  # where there is no terminal: a row is a line
COLUMNS = ("version", "of", "base model", "bits per byte", "parity", "alias", "size", "made")


def models(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """List the versions with their lineage and figures."""
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
    manifest = version.manifest
    return {
        "author": version.author,
        "version": version.name,
        "features": f"F{manifest.features.number}",
        "base": manifest.base.name,
        "bits_per_byte": manifest.judges.get("likelihood"),
        "parity": manifest.parity.model_dump() if manifest.parity else None,
        "aliases": list(version.aliases),
        "forced": version.forced,
        "tainted": version.tainted,
        "bytes": sum(file.bytes for file in manifest.files.values()),
        "created_at": manifest.created_at,
        "code": manifest.code_version,
        "folder": str(version.folder),
    }


def _show(versions: list["AdapterVersion"]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    for author in dict.fromkeys(version.author for version in versions):
        table = Table(*COLUMNS, title=author, title_justify="left", box=None, padding=(0, 2, 0, 0))
        for version in versions:
            if version.author == author:
                table.add_row(*_row(version))
        console.print(table)


def _row(version: "AdapterVersion") -> tuple[str, ...]:
    manifest = version.manifest
    likelihood = manifest.judges.get("likelihood")
    bits = f"{likelihood['base']:.3f} → {likelihood['adapter']:.3f}" if likelihood else "not judged"
    parity = "not checked" if manifest.parity is None else "passed" if manifest.parity.passed else "failed"
    aliases = (
        ", ".join(version.aliases) + (" (forced)" if version.forced else "") + ("tainted" if version.tainted else "")
    )
    size = f"{sum(file.bytes for file in manifest.files.values()) / 1e6:.1f} MB"
    made = manifest.created_at[:16].replace("T", " ")
    return version.name, f"F{manifest.features.number}", manifest.base.name, bits, parity, aliases, size, made
