"""`twin models`: every version, what it was made of and how it was judged."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from twin.commands.diff import diff
from twin.commands.options import Author, Json, first_words
from twin.console import emit_json, note, table_console
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.judges import Column
    from model_registry.ports import AdapterVersion


class ListsByDefault(TyperGroup):
    """`twin models` and `twin models NAME` list; only a first word that is a command is one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    rich_markup_mode=None,
    cls=ListsByDefault,
    help="List the model versions with their lineage and figures, or compare two: twin models [AUTHOR], "
    "twin models diff v1 v2.",
)


@app.command("list")
@first_words
def list_versions(ctx: typer.Context, author: Author = None, as_json: Json = False) -> None:
    """List the versions with their lineage and figures. The word list may be left out."""
    from twin.jobs.versions import as_data, versions

    session: Session = ctx.obj
    found = versions(session.settings, session.author(author).id if author else None)
    if as_json:
        emit_json({"versions": [as_data(version) for version in found]})
    elif found:
        _show(found)
    else:
        note("There is no model yet. Make one with: twin up PLACE --author NAME")


app.command()(diff)


def _show(versions: list["AdapterVersion"]) -> None:
    from rich.table import Table

    from twin import wiring

    out = table_console()
    columns = {name: judge.column for name, judge in wiring.judges().items() if judge.column}
    titles = ("version", "of", "base model", *(column.title for column in columns.values()), "parity", "alias", "made")
    for author in dict.fromkeys(version.author for version in versions):
        table = Table(*titles, title=author, title_justify="left", box=None, padding=(0, 1, 0, 0))
        for version in versions:
            if version.author == author:
                table.add_row(*_row(version, columns))
        out.print(table)
    out.print("\n".join(f"{column.title}: {column.legend}." for column in columns.values()), style="dim")


def _row(version: "AdapterVersion", columns: Mapping[str, "Column"]) -> tuple[str, ...]:
    from twin.jobs.diff import MISSING

    manifest, judges = version.manifest, version.judges
    cells = [column.cell(judges.get(judge, {})) or MISSING for judge, column in columns.items()]
    if not judges:
        cells[0] = "unreadable" if version.unreadable else "not judged"
    parity = "not checked" if version.parity is None else "passed" if version.parity.passed else "failed"
    aliases = [*version.aliases, *(["forced"] if version.forced else []), *(["tainted"] if version.tainted else [])]
    return (
        version.name,
        f"F{manifest.features.number}",
        manifest.base.name,
        *cells,
        parity,
        ", ".join(aliases),
        manifest.created_at[:10],
    )
