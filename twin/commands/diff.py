"""`twin models diff`: two versions, what they were made of and each figure."""

from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import AuthorOption, Json
from twin.console import emit_json, table_console
from twin.session import Session

if TYPE_CHECKING:
    from twin.jobs.diff import Difference


def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="V1", help="v3, or an alias.")],
    new: Annotated[str, typer.Argument(metavar="V2", help="v3, or an alias.")],
    author: AuthorOption = None,
    as_json: Json = False,
) -> None:
    """Compare two versions: what they were made of, and each figure."""
    from twin.jobs import diff as job

    session: Session = ctx.obj
    profile = session.author(author)
    found = job.diff(session.settings, profile.id, old, new)
    if as_json:
        names = [found.old.name, found.new.name]
        emit_json({"author": profile.id, "versions": names, "made": found.made, "figures": found.figures})
    else:
        _show(found)


def _show(found: "Difference") -> None:
    from rich.table import Table
    from rich.text import Text

    from twin.jobs.diff import figure_in_words

    out, one, other = table_console(), found.old, found.new
    table = Table("made of", one.name, other.name, box=None, padding=(0, 2, 0, 0), title_justify="left")
    for name, (before, after) in found.made.items():
        table.add_row(name, before, after)
    out.print(table if found.made else "Both were made of the same, in the same way.")
    if one.manifest.features.digest != other.manifest.features.digest:
        out.print("They were judged on the test texts of different features: only relative figures compare.")
    table = Table("figure", one.name, other.name, "difference", "", box=None, padding=(0, 2, 0, 0))
    judge = ""
    for row in found.figures:
        if row["judge"] != judge:
            judge = row["judge"]
            table.add_row(Text(judge, style="bold"))
        said = figure_in_words(row)
        shown = (said["shown_old"], said["shown_new"], said["shown_difference"], said["verdict"])
        table.add_row(f"  {said['label']}", *shown)
    out.print(table)
    out.print(f"better, worse: the figure of {one.name} lies outside the 95% interval of {other.name}'s.", style="dim")
