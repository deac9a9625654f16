"""`twin collect`: read an author's posts into the feature store."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from twin.commands.options import AllowDeletions, BaseUrl, Json, Kind, Location, Me, NewAuthor
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
    kind: Kind = None,
    me: Me = None,
    base_url: BaseUrl = "",
    allow_deletions: AllowDeletions = False,
    as_json: Json = False,
) -> None:
    """Read posts from a place: what is new, changed, moved or gone."""
    from twin.collection import in_words
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    with watcher() as progress:
        profile, report = run(
            session.settings,
            location,
            author,
            kind=kind,
            me=me,
            base_url=base_url,
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
    kind: str | None,
    me: list[str] | None,
    base_url: str,
    allow_deletions: bool,
    progress: "Watcher",
) -> tuple["AuthorProfile", "CollectReport"]:
    """Collect `location` for the author called `author`, who is made, with consent recorded, when new."""
    from feature_store.versions import SourceRecord
    from twin import wiring
    from twin.authors import ensure_author, profile_of
    from twin.collection import collect_opened

    wanted = SourceRecord(name="", kind=kind or "", location=location, base_url=base_url, me=tuple(me or ()))
    store = wiring.feature_store(settings)
    with wiring.source(settings, profile_of(author), wanted) as opened:  # first: a mistyped place makes no author
        profile, new = ensure_author(store, author)
        if new:
            progress.say(f"New author {profile.name} ({profile.id}). Recorded: {profile.consent}")
        report = collect_opened(settings, store, profile.id, opened, allow_deletions=allow_deletions, progress=progress)
    return profile, report
