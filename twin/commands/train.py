"""`twin train`: fine-tune on the newest features, judge, and register a candidate."""

from typing import TYPE_CHECKING

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from model_registry.ports import AdapterVersion
    from twin.console import Watcher


def train(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """Fine-tune on the newest features, and judge the result."""
    from twin import wiring
    from twin.authors import find_author
    from twin.commands.models import as_data
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author or named)
    with watcher() as progress:
        version, new = run(session.settings, profile.id, progress=progress)
    if as_json:
        emit_json(as_data(version))
    else:
        typer.echo(f"{profile.name}: {in_words(version, new=new)}")


def run(settings: "Settings", author: str, *, progress: "Watcher") -> tuple["AdapterVersion", bool]:
    """The version trained on the author's newest features with these settings, and whether it is new."""
    from training_pipeline import pipeline
    from twin import wiring

    store, registry = wiring.feature_store(settings), wiring.model_registry(settings)
    features = store.version(author)  # an author without features is told so before the base model is unpacked
    progress.start("base model", None)
    base = wiring.base_model(settings)
    progress.finish(base.name)
    wanted = pipeline.run_name(features, base, settings.training)
    for version in reversed(registry.versions(author)):
        if version.manifest.training.get("run") == wanted and not version.tainted:
            return version, False
    with wiring.serving_probe(settings, base) as probe:
        version = pipeline.train(
            author,
            store=store,
            registry=registry,
            base=base,
            probe=probe,
            settings=settings.training,
            work_dir=wiring.work_dir(settings),
            progress=progress,
            say=progress.say,
        )
    return version, True


def in_words(version: "AdapterVersion", *, new: bool) -> str:
    figures = version.manifest.judges["likelihood"]
    adapter, base = figures["adapter"], figures["base"]
    made = "is registered" if new else f"was already trained on F{version.manifest.features.number} with these settings"
    return (
        f"{version.name} {made}. Held-out text costs {adapter:.3f} bits per byte, {base:.3f} with the base model "
        f"({adapter / base - 1:+.1%})."
    )
