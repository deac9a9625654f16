"""`twin status`: the state of every post, and which versions there are."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, first_words
from twin.console import emit
from twin.session import Session
from twin.wording import counted, one_line

if TYPE_CHECKING:
    from twin.jobs.status import AuthorStatus, PostStatus, SourceStatus

SHOWN_PER_REASON = 5


@first_words
def status(
    ctx: typer.Context,
    author: Author = None,
    posts: Annotated[bool, typer.Option("--posts", help="List every post, kept ones too.")] = False,
    as_json: Json = False,
) -> None:
    """Show the state of every post, and which versions there are."""
    from twin.jobs import authors
    from twin.jobs import status as job

    session: Session = ctx.obj
    found = job.status(session.settings, author, every_version=posts or as_json)
    text = "\n\n".join(_in_words(one, every_post=posts) for one in found)
    nothing = authors.nobody(session.settings.data_dir)
    emit(text, {"authors": [one.as_data() for one in found]}, as_json=as_json, nothing=nothing)


def _in_words(status: "AuthorStatus", *, every_post: bool) -> str:
    from twin.jobs.status import DUPLICATE, QUARANTINED, STATES

    counts = ", ".join(f"{status.count(state)} {state}" for state in STATES if status.count(state))
    lines = [f"{status.name} ({status.author})", f"  posts      {len(status.posts)} collected: {counts or 'none'}"]
    lines += [
        f"  source     {source.name}: {counted(source.posts, 'post')}{_place(source)}" for source in status.sources
    ]
    if status.unfinished:
        lines.append(
            f"  FORGET     the erasure of {counted(status.unfinished, 'post')} was interrupted: run twin forget again"
        )
    if status.features:
        newest = f"{status.features[-1]}, {status.chunks} chunks, {status.published or 'nothing'} published"
        lines.append(f"  features   {newest}")
    else:
        lines.append("  features   none yet: twin features")
    models = ", ".join(f"{name} {alias}" for alias, name in status.models.items())
    if status.model_versions and not models:
        models = f"{', '.join(status.model_versions)}, none of which may answer: twin models"
    lines.append(f"  models     {models or 'none yet: twin train'}")
    if every_post:
        lines += [_row(post) for post in status.posts]
    else:
        lines += _set_aside([post for post in status.posts if post.state in (QUARANTINED, DUPLICATE)])
    return "\n".join(map(one_line, lines))


def _set_aside(posts: Sequence["PostStatus"]) -> list[str]:
    """A line each; of many for the same reason, the first few."""
    from twin.jobs.status import QUARANTINED

    def kind_of(post: "PostStatus") -> tuple[str, str]:
        return post.state, post.reason.partition(":")[0] if post.state == QUARANTINED else ""

    of_kind = Counter(kind_of(post) for post in posts)
    shown = Counter[tuple[str, str]]()
    lines = []
    for post in posts:
        kind = kind_of(post)
        shown[kind] += 1
        if shown[kind] <= SHOWN_PER_REASON or of_kind[kind] <= SHOWN_PER_REASON + 1:
            lines.append(f"  {post.state:<14} {post.file}: {post.reason}")
        elif shown[kind] == SHOWN_PER_REASON + 1:
            more = f"{of_kind[kind] - SHOWN_PER_REASON} more{': ' if kind[1] else ''}{kind[1]}"
            lines.append(f"  {post.state:<14} … and {more} (twin status --posts)")
    return lines


def _place(source: "SourceStatus") -> str:
    """Where it lies, unless the name says so."""
    return "" if source.location in source.name else f", from {source.location}"


def _row(post: "PostStatus") -> str:
    date = post.created_at[:10] or "no date"
    used = f"{post.versions}, {counted(post.chunks, 'chunk')}" if post.versions else "in no version"
    reason = f": {post.reason}" if post.reason else ""
    return f"  {post.state:<14} {date:<10} {post.file}, {post.kind} ({used}){reason}"
