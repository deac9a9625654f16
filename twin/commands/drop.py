"""`twin drop`: a source is no longer collected, and its posts leave the next version."""

from typing import Annotated

import typer

from twin.commands.options import AskedAuthor, Json
from twin.session import Session


def drop(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="As twin status names it, or its place.")],
    author: AskedAuthor = None,
    as_json: Json = False,
) -> None:
    """Stop collecting a source, e.g. a folder that was moved. Nothing is erased: twin forget does that."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json
    from twin.errors import NothingToForgetError

    session: Session = ctx.obj
    store = wiring.feature_store(session.settings)
    profile = find_author(store, author)
    records = store.sources(profile.id)
    found = next((record for record in records if source in (record.name, record.location)), None)
    if found is None:
        known = ", ".join(record.name for record in records) or "none"
        raise NothingToForgetError(f"{profile.name} has no source {source!r}. There are: {known}.")
    with store.writing(profile.id):
        posts = [post.id for post in store.posts(profile.id) if post.source == found.name]
        store.write_posts(profile.id, upserts=[], deleted_ids=posts)
        store.remove_source(profile.id, found.name)
    if as_json:
        emit_json({"author": profile.id, "source": found.name, "posts": len(posts)})
    else:
        typer.echo(
            f"{profile.name}: {found.name} is not collected any more. Its {len(posts)} posts leave with the next "
            "twin features; older versions keep them."
        )
