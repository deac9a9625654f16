"""`twin features`: posts → documents, chunks, examples, vectors; a new feature version when anything changed."""

import typer

from twin.commands.options import Author, Json, first_words
from twin.console import emit, watcher
from twin.session import Session


@first_words
def features(ctx: typer.Context, author: Author = None, as_json: Json = False) -> None:
    """Clean, label, chunk, embed and index the posts."""
    from twin.jobs.features import build_features, summary

    session: Session = ctx.obj
    profile = session.author(author)
    with watcher() as progress:
        report = build_features(session.settings, profile.id, progress=progress)
    data = {
        "author": profile.id,
        "version": report.version.name,
        "written": report.written,
        "digest": report.version.digest,
        "counts": report.counts,
        "changed": report.version.changed,
        "quarantined": [{"post": post, "reason": reason} for post, reason in report.quarantined],
        "near_duplicates": [{"post": post, "kept": kept} for post, kept in report.duplicates],
    }
    emit(f"{profile.name}: {summary(report)}", data, as_json=as_json)
