"""`twin sync`: collect every source of an author again, and publish what changed."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import AllowDeletions, Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from twin.syncing import Outcome

EVERY_SECONDS = 60.0


def sync(
    ctx: typer.Context,
    author: Author = None,
    named: SameAuthor = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep at it, and publish as posts come and go.")] = False,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Between two looks; a server is asked every 15 minutes.")
    ] = EVERY_SECONDS,
    publish: Annotated[
        bool, typer.Option("--publish/--collect-only", help="Make a feature version of what changed.")
    ] = True,
    allow_deletions: AllowDeletions = False,
    as_json: Json = False,
) -> None:
    """Collect again from every source, and publish what changed. Safe to run from cron."""
    from feature_store.errors import StoreBusyError
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, note, watcher
    from twin.errors import SyncFailedError
    from twin.syncing import Syncing

    session: Session = ctx.obj
    store = wiring.feature_store(session.settings)
    wanted = author or named
    if wanted:
        find_author(store, wanted)
    with watcher() as progress:
        syncing = Syncing(session.settings, progress=progress, publish=publish, allow_deletions=allow_deletions)

        def once() -> "list[Outcome]":
            profiles = [find_author(store, wanted)] if wanted else store.authors()
            return [syncing.author(profile) for profile in profiles]

        if watch:
            note(f"Watching, every {every:g} s. Ctrl-C ends it.")
        outcomes = once()
        while watch:
            for outcome in outcomes:
                if outcome.news:
                    emit_json(outcome.as_data()) if as_json else typer.echo(outcome.in_words())
            time.sleep(every)
            try:
                outcomes = once()
            except StoreBusyError as error:  # a collection beside the watch, which is over by the next look
                note(str(error))
                outcomes = []
    if as_json:
        emit_json({"authors": [outcome.as_data() for outcome in outcomes]})
    elif outcomes:
        typer.echo("\n".join(outcome.in_words() for outcome in outcomes))
    else:
        note("There is no author yet. Begin with: twin up PLACE --author NAME")
    if failed := sorted({name for outcome in outcomes for name in outcome.failures}):
        raise SyncFailedError(f"{len(failed)} could not be synced: {', '.join(failed)}. The others are up to date.")
