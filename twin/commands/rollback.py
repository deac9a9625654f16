"""`twin rollback`: swap champion and previous."""

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session


def rollback(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """Serve the previous champion again."""
    from twin import wiring
    from twin.authors import find_author
    from twin.commands.models import as_data
    from twin.console import emit_json

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author or named)
    version = wiring.model_registry(session.settings).rollback(profile.id)
    if as_json:
        emit_json(as_data(version))
    else:
        typer.echo(f"{profile.name}: {version.name} is the champion again.")
