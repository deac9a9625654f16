"""`twin promote`: make a version the champion, which is what servers serve."""

from typing import Annotated

import typer

from twin.commands.options import Author, Force, Json, SameAuthor
from twin.session import Session


def promote(
    ctx: typer.Context,
    author: Author = None,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="v3, or an alias. [default: candidate]")
    ] = None,
    named: SameAuthor = None,
    same_version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="The same as [VERSION].")
    ] = None,
    force: Force = False,
    reason: Annotated[str, typer.Option(help="Why a gate is overruled; recorded with --force.")] = "",
    as_json: Json = False,
) -> None:
    """Make a version the one that is served."""
    from model_registry.ports import CANDIDATE
    from twin import wiring
    from twin.commands.evaluate import author_and_version
    from twin.commands.models import as_data
    from twin.console import emit_json

    session: Session = ctx.obj
    wanted_version = version or same_version
    profile, wanted = author_and_version(session.settings, author, wanted_version, named, default=CANDIDATE)
    registry = wiring.model_registry(session.settings)
    champion = registry.promote(profile.id, wanted.number, force=force, reason=reason)
    if as_json:
        emit_json(as_data(champion))
    else:
        typer.echo(f"{profile.name}: {champion.name} is the champion. Servers take it up by themselves.")
