"""`twin evaluate`: judge a version again, and write its report."""

from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, Version, first_words
from twin.console import emit, table_console, watcher
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.ports import AdapterVersion


@first_words
def evaluate(
    ctx: typer.Context,
    author: Author = None,
    version: Version = None,
    prompts: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Held-out posts to write; evaluation.prompts.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge a version on held-out posts: a table, JSON, and a report to read."""
    from training_pipeline.evaluation.report import verdict
    from twin.jobs import evaluate as job
    from twin.jobs.versions import as_data, resolve

    session: Session = ctx.obj
    profile = session.author(author)
    wanted = resolve(session.settings, profile.id, version)
    with watcher() as progress:
        done = job.evaluate(session.settings, profile.id, wanted.name, prompts=prompts, progress=progress)
    judged, refusals = done.version, list(done.report.refusals)
    if not as_json:
        _show(judged)
    promotion = f"{judged.name} may be promoted: no judge refuses."
    if refusals:
        promotion = "\n  ".join([f"{judged.name} may not be promoted:", *refusals])
    text = "\n".join([*verdict(done.report), promotion, f"Report: {done.path}"])
    emit(text, as_data(judged) | {"refusals": refusals, "report": str(done.path)}, as_json=as_json)


def _show(version: "AdapterVersion") -> None:
    from rich.table import Table

    from model_registry.judges import description
    from twin import wiring
    from twin.jobs.diff import MISSING

    out = table_console()
    for name, measures in version.judges.items():
        judge = description(wiring.judges(), name)
        out.print(judge.title, style="bold")
        table = Table("figure", "value", "95% interval", box=None, padding=(0, 2, 0, 0))
        for figure, measure in ((judge.figure(name), measure) for name, measure in measures.items()):
            table.add_row(figure.label, figure.text(measure, interval=False), figure.interval(measure) or MISSING)
        out.print(table)
        out.print()
