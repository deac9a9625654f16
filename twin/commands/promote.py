"""`twin promote`: make a version the champion, which is what servers serve."""

from typing import Annotated

import typer

from twin.commands.options import Author, Force, Json, SameAuthor
from twin.session import Session


def promote(
    ctx: typer.Context,
    author: Author = None,
    named: SameAuthor = None,
    version: Annotated[str, typer.Option(metavar="VERSION", help="v3, or an alias.")] = "candidate",
    force: Force = False,
    reason: Annotated[str, typer.Option(help="Why a gate is overruled; recorded with --force.")] = "",
    as_json: Json = False,
) -> None:
    """Make a version the one that is served."""
    from twin import wiring
    from twin.authors import find_author
    from twin.commands.models import as_data
    from twin.console import emit_json

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author or named)
    registry = wiring.model_registry(session.settings)
    wanted = registry.resolve(profile.id, version)
    champion = registry.promote(profile.id, wanted.number, force=force, reason=reason)
    if as_json:
        emit_json(as_data(champion))
    else:
        typer.echo(f"{profile.name}: {champion.name} is the champion. Servers take it up by themselves.")
