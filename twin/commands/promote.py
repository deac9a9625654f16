"""`twin promote`: make a version the champion, which is what servers serve."""

from typing import Annotated

import typer

from twin.commands.options import Author, Force, Json, first_words
from twin.console import emit
from twin.session import Session


@first_words
def promote(
    ctx: typer.Context,
    author: Author = None,
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="v3, or an alias. [default: candidate]")
    ] = None,
    force: Force = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why a gate is overruled; recorded with --force.")] = "",
    as_json: Json = False,
) -> None:
    """Make a version the one that is served."""
    from twin.jobs import versions

    session: Session = ctx.obj
    profile = session.author(author)
    champion = versions.promote(session.settings, profile.id, version or "candidate", force=force, reason=reason)
    text = f"{profile.name}: {champion.name} is the champion. Servers take it up by themselves."
    emit(text, versions.as_data(champion), as_json=as_json)
