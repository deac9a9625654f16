"""`twin forget`: erase posts, a source or an author, for good."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import AuthorOption, Json
from twin.console import emit, watcher
from twin.errors import NothingSaidError
from twin.session import Session
from twin.wording import counted, one_line

if TYPE_CHECKING:
    from twin.jobs.forget import Selection

SHOWN = 5


def forget(
    ctx: typer.Context,
    posts: Annotated[
        list[str] | None, typer.Option("--post", metavar="ID", help="A post, by id, name or address; repeatable.")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", metavar="SOURCE", help="Everything of a source, as status names it.")
    ] = None,
    author: AuthorOption = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Train a version without it at once.")] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Remove versions that learnt from what was erased, with their weights.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Erase posts or a source from every store, version and cache; with --author alone, the author.

    A later collection does not bring it back. Model versions that learnt from it are taken out of use; with --purge, by
    itself or beside a post or source, they are removed.
    """
    from twin.jobs import forget as job

    if not (posts or sources or author or purge):
        raise NothingSaidError("say what to forget: --post ID, --source SOURCE, or --author NAME for all of it.")
    session: Session = ctx.obj
    profile = session.author(author)
    if purge and not (posts or sources):
        doomed = job.tainted(session.settings, profile.id)
        if doomed:
            _confirm(f"Remove {', '.join(doomed)} of {profile.name} for good, with the weights?", yes=yes)
        purged = job.purge_tainted(session.settings, profile.id)
        text = (
            f"{', '.join(purged)} removed, with the weights." if purged else "no version learnt from what was erased."
        )
        emit(f"{profile.name}: {text}", {"author": profile.id, "purged": purged}, as_json=as_json)
        return
    if not (posts or sources):
        count = job.post_count(session.settings, profile.id)
        _confirm(f"Erase {profile.name} ({profile.id}): {counted(count, 'post')}, features, index and models?", yes=yes)
        job.forget_author(session.settings, profile.id)
        emit(f"{profile.name} is erased.", {"author": profile.id, "erased": True}, as_json=as_json)
        return
    selection = job.select(session.settings, profile.id, posts=posts or [], sources=sources or [])
    if not selection.is_done:
        _confirm(_question(selection), yes=yes)
    with watcher() as progress:
        erased = job.forget(session.settings, profile.id, selection, retrain=retrain, purge=purge, progress=progress)
    emit(f"{profile.name}: {erased.summary()}", {"author": profile.id, **asdict(erased)}, as_json=as_json)


def _question(selection: "Selection") -> str:
    shown = ", ".join(one_line(post.source_id) for post in selection.posts[:SHOWN])
    more = f" and {len(selection.posts) - SHOWN} more" if len(selection.posts) > SHOWN else ""
    copies = f", {selection.copies} of them copies or near-duplicates of what was named" if selection.copies else ""
    return f"Erase {counted(len(selection.posts), 'post')} for good ({shown}{more}){copies}?"


def _confirm(question: str, *, yes: bool) -> None:
    import sys

    from twin.errors import NotConfirmedError

    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmedError(f"{question} It cannot be undone: say --yes.")
    if not typer.confirm(question, err=True):
        raise NotConfirmedError("nothing was erased.")
