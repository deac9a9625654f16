"""`twin rollback`: swap champion and previous."""

import typer

from twin.commands.options import Author, Json, first_words
from twin.console import emit
from twin.session import Session


@first_words
def rollback(ctx: typer.Context, author: Author = None, as_json: Json = False) -> None:
    """Serve the previous champion again."""
    from twin.jobs import versions

    session: Session = ctx.obj
    profile = session.author(author)
    champion = versions.rollback(session.settings, profile.id)
    emit(f"{profile.name}: {champion.name} is the champion again.", versions.as_data(champion), as_json=as_json)
