"""`twin features`: posts → documents, chunks, examples, vectors; a new feature version when anything changed."""

from typing import TYPE_CHECKING

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_pipeline.pipeline import FeaturesReport
    from twin.console import Watcher


def features(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """Clean, label, chunk, embed and index the posts."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author or named)
    with watcher() as progress:
        report = run(session.settings, profile.id, progress=progress)
    if as_json:
        emit_json(
            {
                "author": profile.id,
                "version": report.version.name,
                "written": report.written,
                "digest": report.version.digest,
                "counts": report.counts,
                "changed": report.version.changed,
                "quarantined": [{"post": post, "reason": reason} for post, reason in report.quarantined],
                "near_duplicates": [{"post": post, "kept": kept} for post, kept in report.duplicates],
            }
        )
    else:
        typer.echo(f"{profile.name}: {in_words(report)}")


def run(settings: "Settings", author: str, *, progress: "Watcher") -> "FeaturesReport":
    from feature_pipeline import pipeline
    from twin import wiring

    store = wiring.feature_store(settings)
    with wiring.online_index(settings) as index, wiring.backward_prompts(settings, author) as backward:
        return pipeline.build_features(
            author,
            store=store,
            index=index,
            encoder=wiring.encoder(settings),
            settings=settings.feature_pipeline,
            progress=progress,
            backward=backward,
        )


def in_words(report: "FeaturesReport") -> str:
    name = report.version.name
    if not report.written:
        return f"nothing has changed since {name}; nothing was written."
    counts = ", ".join(f"{number} {what}" for what, number in report.counts.items() if number)
    return f"{name} is complete: {counts}."
