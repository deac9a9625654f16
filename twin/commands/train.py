"""`twin train`: fine-tune on the newest features, judge, and register a candidate."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from configs.errors import SettingsError
from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from model_registry.ports import AdapterVersion
    from twin.console import Watcher


LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?) ?h)? ?(?:(\d+(?:\.\d+)?) ?m(?:in)?)? ?(?:(\d+(?:\.\d+)?) ?s)?")
JUDGING_SHARE = 0.35  # of a budget; the rest is training


def train(
    ctx: typer.Context,
    author: Author = None,
    named: SameAuthor = None,
    budget: Annotated[
        str, typer.Option(metavar="TIME", help='All the time it may take, judging too: "10m", "1h30m", "90s".')
    ] = "",
    as_json: Json = False,
) -> None:
    """Fine-tune on the newest features, and judge the result."""
    from twin import wiring
    from twin.authors import find_author
    from twin.commands.models import as_data
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author or named)
    settings = within(session.settings, minutes(budget)) if budget else session.settings
    with watcher() as progress:
        version, new = run(settings, profile.id, progress=progress)
    if as_json:
        emit_json(as_data(version))
    else:
        typer.echo(f"{profile.name}: {in_words(version, new=new)}")


def run(settings: "Settings", author: str, *, progress: "Watcher") -> tuple["AdapterVersion", bool]:
    """The version trained on the author's newest features with these settings, and whether it is new."""
    from model_registry.manifest import verify_folder
    from training_pipeline import pipeline
    from twin import wiring

    store, registry = wiring.feature_store(settings), wiring.model_registry(settings)
    features = store.version(author)  # an author without features is told so before the base model is unpacked
    progress.start("base model", None)
    base = wiring.base_model(settings)
    progress.finish(base.name)
    wanted = pipeline.run_name(features, base, settings.training)
    heard = pipeline.feedback_name(settings.training, wiring.feedback_log(settings).path(author))
    for version in reversed(registry.versions(author)):
        made = version.manifest.training
        if (made.get("run"), made.get("feedback", "")) == (wanted, heard) and not version.tainted:
            verify_folder(version.folder)
            return version, False
    with wiring.workshop(settings, base, features, progress=progress) as workshop:
        return pipeline.train(workshop, registry, say=progress.say), True


def minutes(budget: str) -> float:
    """Raises SettingsError when `budget` is no length of time."""
    parts = LENGTH.fullmatch(budget.strip().casefold())
    found = [float(part or 0) for part in parts.groups()] if parts else []
    if not any(found):
        raise SettingsError(f'--budget {budget!r} is no length of time. Write it like "10m", "1h30m" or "90s".')
    hours, whole, seconds = found
    return 60 * hours + whole + seconds / 60


def within(settings: "Settings", budget: float) -> "Settings":
    """`settings` that train and judge within `budget` minutes."""
    judging = min(budget * JUDGING_SHARE, settings.evaluation.max_minutes)
    return settings.model_copy(
        update={
            "training": settings.training.model_copy(update={"max_minutes": budget - judging}),
            "evaluation": settings.evaluation.model_copy(update={"max_minutes": judging}),
        }
    )


def in_words(version: "AdapterVersion", *, new: bool) -> str:
    figures = version.judges["likelihood"]
    adapter, base = figures["adapter"].value, figures["base"].value
    made = "is registered" if new else f"was already trained on F{version.manifest.features.number} with these settings"
    return (
        f"{version.name} {made}. Held-out text costs {adapter:.3f} bits per byte, {base:.3f} with the base model "
        f"({adapter / base - 1:+.1%})."
    )
