"""`twin sync`: collect every source of an author again, and publish what changed."""

from typing import Annotated

import typer

from twin.commands.options import AllowDeletions, Author, Json, first_words
from twin.console import emit, note, watcher
from twin.errors import SyncFailedError
from twin.session import Session


@first_words
def sync(
    ctx: typer.Context,
    author: Author = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep at it, and publish as posts come and go.")] = False,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Between two looks; a server is asked every 15 minutes.")
    ] = 60.0,
    publish: Annotated[
        bool, typer.Option("--publish/--collect-only", help="Make a feature version of what changed.")
    ] = True,
    allow_deletions: AllowDeletions = False,
    as_json: Json = False,
) -> None:
    """Collect again from every source, and publish what changed. Safe to run from cron."""
    from twin.jobs.authors import nobody
    from twin.jobs.sync import Sync

    session: Session = ctx.obj
    with watcher() as progress:
        job = Sync(session.settings, progress, author, publish=publish, allow_deletions=allow_deletions)
        if watch:
            note(f"Watching, every {every:g} s. Ctrl-C ends it.")
            job.watch(every, lambda one: emit(one.summary(), one.as_data(), as_json=as_json))
        found = job.once()
    text = "\n".join(one.summary() for one in found)
    nothing = nobody(session.settings.data_dir)
    emit(text, {"authors": [one.as_data() for one in found]}, as_json=as_json, nothing=nothing)
    if failed := sorted({name for one in found for name in one.failures}):
        raise SyncFailedError(f"{len(failed)} could not be synced: {', '.join(failed)}. The others are up to date.")
