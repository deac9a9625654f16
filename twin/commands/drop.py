"""`twin drop`: a source is no longer collected, and its posts leave the next version."""

from typing import Annotated

import typer

from twin.commands.options import AuthorOption, Json
from twin.console import emit
from twin.session import Session
from twin.wording import counted


def drop(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="As twin status names it, or its place.")],
    author: AuthorOption = None,
    as_json: Json = False,
) -> None:
    """Stop collecting a source, such as a folder that was moved. Nothing is erased: twin forget does that."""
    from twin.jobs import collect as job

    session: Session = ctx.obj
    profile = session.author(author)
    name, posts = job.drop(session.settings, profile, source)
    text = (
        f"{profile.name}: {name} is not collected any more. What it gave ({counted(posts, 'post')}) leaves with the "
        "next twin features; older versions keep it."
    )
    emit(text, {"author": profile.id, "source": name, "posts": posts}, as_json=as_json)
