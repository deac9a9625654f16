"""`twin forget`: erase posts, a source or an author, for good."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import AskedAuthor, Json
from twin.session import Session

if TYPE_CHECKING:
    from twin.forgetting import Erased, Plan

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def forget(
    ctx: typer.Context,
    posts: Annotated[
        list[str] | None, typer.Option("--post", metavar="ID", help="A post, by id, name or address; repeatable.")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", metavar="SOURCE", help="Everything of a source, as status names it.")
    ] = None,
    author: AskedAuthor = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Train a version without it at once.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Erase posts or a source from every store, version and cache; with --author alone, the author.

    A later collection does not bring it back. Model versions that learnt from it are taken out of use.
    """
    from twin import forgetting, wiring
    from twin.authors import find_author
    from twin.console import emit_json, watcher
    from twin.errors import NothingToForgetError

    session: Session = ctx.obj
    store = wiring.feature_store(session.settings)
    if not (posts or sources or author):
        raise NothingToForgetError("say what to forget: --post ID, --source SOURCE, or --author NAME for all of it.")
    profile = find_author(store, author)
    if not (posts or sources):
        count = len(store.posts(profile.id))
        _confirm(f"Erase {profile.name} ({profile.id}): {count} posts, features, index and models?", yes=yes)
        forgetting.forget_author(session.settings, profile.id)
        result = {"author": profile.id, "erased": True}
        emit_json(result) if as_json else typer.echo(f"{profile.name} is erased.")
        return
    wanted = forgetting.plan(store, profile.id, posts=posts or [], sources=sources or [])
    _confirm(_question(wanted), yes=yes)
    with watcher() as progress:
        erased = forgetting.forget(session.settings, profile, wanted, retrain=retrain, progress=progress)
    if as_json:
        emit_json({"author": profile.id, **asdict(erased)})
    else:
        typer.echo(f"{profile.name}: {_in_words(erased)}")


def _question(wanted: "Plan") -> str:
    shown = ", ".join(post.source_id for post in wanted.posts[:5])
    more = f" and {len(wanted.posts) - 5} more" if len(wanted.posts) > 5 else ""
    copies = f", {wanted.copies} of them copies or near-duplicates of what was named" if wanted.copies else ""
    return f"Erase {len(wanted.posts)} posts for good ({shown}{more}){copies}?"


def _confirm(question: str, *, yes: bool) -> None:
    import sys

    from twin.errors import NotConfirmedError

    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError(f"{question} It cannot be undone: say --yes.")
    if not typer.confirm(question, err=True):
        raise NotConfirmedError("nothing was erased.")


def _in_words(erased: "Erased") -> str:
    lines = [f"{erased.posts} posts are forgotten; they were in {', '.join(erased.versions) or 'no version'}."]
    if erased.tainted:
        lines.append(f"  {', '.join(erased.tainted)} learnt from them and may not be used any more.")
    if erased.feedback:
        lines.append(f"  {erased.feedback} judgements of answers showed them and are gone.")
    lines.append(f"  {erased.features}")
    if erased.retrained:
        lines.append(f"  {erased.retrained}")
    if erased.champion:
        lines.append(f"  {erased.champion} is the champion.")
    elif erased.tainted:
        lines.append("  No version is the champion: run twin train and twin promote, or forget with --retrain.")
    return "\n".join(lines)
