"""`twin collect`: read an author's posts into the feature store."""

from dataclasses import asdict

import typer

from twin.commands.options import AllowDeletions, BaseUrl, Json, Kind, Location, Me, NewAuthor, place
from twin.console import emit, watcher
from twin.session import Session


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
    from twin.jobs import collect as job

    session: Session = ctx.obj
    wanted = place(location, kind, me, base_url)
    with watcher() as progress:
        done = job.collect(session.settings, author, wanted, allow_deletions=allow_deletions, progress=progress)
    data = {"author": done.profile.id, **asdict(done.report)}
    emit(f"{done.profile.name}: {job.summary(done.report)}", data, as_json=as_json)
