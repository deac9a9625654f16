"""`twin collect`: read an author's posts into the feature store."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from twin.commands.options import AllowDeletions, BaseUrl, Json, Kind, Location, NewAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_pipeline.pipeline import CollectReport
    from feature_store.versions import AuthorProfile
    from twin.console import Watcher


def collect(
    ctx: typer.Context,
    location: Location,
    author: NewAuthor,
    base_url: BaseUrl = "",
    kind: Kind = None,
    allow_deletions: AllowDeletions = False,
    as_json: Json = False,
) -> None:
    """Read posts: what is new, changed or gone."""
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    with watcher() as progress:
        profile, report = run(
            session.settings,
            location,
            author,
            base_url=base_url,
            kind=kind,
            allow_deletions=allow_deletions,
            progress=progress,
        )
    if as_json:
        emit_json({"author": profile.id, **asdict(report)})
    else:
        typer.echo(f"{profile.name}: {in_words(report)}")


def run(
    settings: "Settings",
    location: str,
    author: str,
    *,
    base_url: str = "",
    kind: str | None = None,
    allow_deletions: bool = False,
    progress: "Watcher",
) -> tuple["AuthorProfile", "CollectReport"]:
    """Collect `location` for the author called `author`, who is made, with consent recorded, when new."""
    from feature_pipeline import pipeline
    from twin import wiring
    from twin.authors import author_id, ensure_author

    source = wiring.source(location, author=author_id(author), base_url=base_url, kind=kind, settings=settings)
    store = wiring.feature_store(settings)
    profile, new = ensure_author(store, author)
    if new:
        progress.say(f"New author {profile.name} ({profile.id}). Recorded: {profile.consent}")
    report = pipeline.collect(
        source,
        author=profile.id,
        store=store,
        max_deleted_share=settings.feature_pipeline.max_deleted_share,
        allow_deletions=allow_deletions,
        progress=progress,
    )
    return profile, report


def in_words(report: "CollectReport") -> str:
    changes = [
        f"{number} {what}"
        for what, number in (("new", report.new), ("changed", report.changed), ("deleted", report.deleted))
        if number
    ]
    parts = [*(changes or ["nothing has changed"]), f"{report.unchanged} unchanged"]
    if report.quarantined:
        parts.append(f"{len(report.quarantined)} of them unreadable (twin status says why)")
    if report.ignored:
        parts.append("passed over: " + ", ".join(f"{number} {kind}" for kind, number in report.ignored.items()))
    return f"{'; '.join(parts)}."
