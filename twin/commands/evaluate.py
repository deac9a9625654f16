"""`twin evaluate`: judge a version again, and write its report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_store.versions import AuthorProfile
    from model_registry.ports import AdapterVersion, ModelResolver
    from training_pipeline.evaluation.report import Report
    from twin.console import Watcher

Version = Annotated[
    str | None, typer.Argument(metavar="[VERSION]", help="v3, or an alias. [default: candidate, else champion]")
]


def evaluate(
    ctx: typer.Context,
    author: Author = None,
    version: Version = None,
    named: SameAuthor = None,
    prompts: Annotated[int | None, typer.Option(min=1, help="Held-out posts to write; evaluation.prompts.")] = None,
    as_json: Json = False,
) -> None:
    """Judge a version on held-out posts: a table, JSON, and a report to read."""
    from training_pipeline.evaluation.report import verdict, write_report
    from twin.commands.models import as_data
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    settings = session.settings
    if prompts is not None:
        changed = settings.evaluation.model_copy(update={"prompts": prompts})
        settings = settings.model_copy(update={"evaluation": changed})
    profile, wanted = author_and_version(settings, author, version, named)
    with watcher() as progress:
        judged, report = run(settings, profile.id, wanted.name, progress=progress)
    path = report_path(settings, judged)
    write_report(report, path)
    if as_json:
        emit_json(as_data(judged) | {"refusals": list(report.refusals), "report": str(path)})
        return
    _show(judged)
    for line in (*verdict(report), _promotion(judged, report), f"Report: {path}"):
        typer.echo(line)


def run(settings: "Settings", author: str, reference: str, *, progress: "Watcher") -> tuple["AdapterVersion", "Report"]:
    """The version as it is judged now, and the report of it.

    Raises UnknownModelError, TaintedModelError, CorruptModelError, IncompatibleModelError when another base is set.
    """
    from model_registry.export import require_same_base
    from model_registry.manifest import verify_folder
    from model_registry.ports import CHAMPION
    from model_registry.promotion import refusals
    from training_pipeline import pipeline
    from training_pipeline.evaluation.report import report_of
    from twin import wiring

    registry = wiring.model_registry(settings)
    version = registry.resolve(author, reference)
    verify_folder(version.folder)
    features = wiring.feature_store(settings).version(author, version.manifest.features.number)
    progress.start("base model", None)
    base = wiring.base_model(settings)
    require_same_base(version, base)
    progress.finish(base.name)
    with wiring.workshop(settings, base, features, progress=progress) as workshop:
        evaluation, judgement = pipeline.evaluate(version, workshop)
    judged = registry.record_evaluation(author, version.number, evaluation)
    champion = next((v for v in registry.versions(author) if CHAMPION in v.aliases), None)
    against = None if champion is None or champion.number == judged.number else champion
    return judged, report_of(judged, judgement.writings, refusals(judged, against))


def author_and_version(
    settings: "Settings", author: str | None, version: str | None, named: str | None, *, default: str | None = None
) -> tuple["AuthorProfile", "AdapterVersion"]:
    """What `[AUTHOR] [VERSION]` mean. A single word that is a version's name or an alias is one; an author of such a
    name is meant with --author. Without a version `default` is meant, or the newest."""
    import re

    from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS
    from twin import wiring
    from twin.authors import find_author

    if author and version is None and re.fullmatch(rf"v\d+|{CANDIDATE}|{CHAMPION}|{PREVIOUS}", author):
        author, version = None, author
    profile = find_author(wiring.feature_store(settings), author or named)
    registry = wiring.model_registry(settings)
    return profile, registry.resolve(profile.id, version or default or _newest(registry, profile.id))


def report_path(settings: "Settings", version: "AdapterVersion") -> Path:
    from twin import wiring

    return wiring.reports_dir(settings, version.author) / f"{version.name}.html"


def _newest(registry: "ModelResolver", author: str) -> str:
    from model_registry.ports import CANDIDATE, CHAMPION

    named = {alias for version in registry.versions(author) for alias in version.aliases}
    return CANDIDATE if CANDIDATE in named else CHAMPION


def _show(version: "AdapterVersion") -> None:
    from rich.table import Table

    from model_registry.figures import JUDGES, label, number, unit_of
    from twin.commands.models import NOTHING, console

    out = console()
    for judge, measures in version.judges.items():
        out.print(JUDGES.get(judge, judge), style="bold")
        table = Table("figure", "value", "95% interval", box=None, padding=(0, 2, 0, 0))
        for name, measure in measures.items():
            ends = [number(unit_of(judge, name), end) for end in (measure.low, measure.high) if end is not None]
            table.add_row(label(judge, name), number(unit_of(judge, name), measure.value), " to ".join(ends) or NOTHING)
        out.print(table)
        out.print()


def _promotion(version: "AdapterVersion", report: "Report") -> str:
    if not report.refusals:
        return f"{version.name} may be promoted: no judge refuses."
    return "\n".join([f"{version.name} may not be promoted:", *(f"  {reason}" for reason in report.refusals)])
