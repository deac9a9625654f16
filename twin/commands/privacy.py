"""`twin privacy`: what is masked in an author's posts, and why."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import FeaturePipelineSettings
    from feature_store.records import Post
    from feature_store.versions import AuthorProfile
    from twin.console import Watcher

SHOWN = 50

app = typer.Typer(no_args_is_help=True, help="What is masked in an author's posts.", rich_markup_mode=None)


@app.callback()
def privacy() -> None:
    """What is masked in an author's posts."""


@dataclass(frozen=True, slots=True)
class Row:
    post: str
    field: str
    kind: str
    pseudonym: str
    reason: str
    excerpt: str


@app.command()
def report(
    ctx: typer.Context,
    author: Author = None,
    named: SameAuthor = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only findings of this kind, e.g. email.")] = None,
    everything: Annotated[bool, typer.Option("--all", help=f"List all, not the first {SHOWN}.")] = False,
    as_json: Json = False,
) -> None:
    """List what is masked, with the reason and its surroundings, and how to leave a value as it is.

    Values are found again in the collected posts and shown in part; they are kept nowhere else.
    """
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    settings = session.settings.feature_pipeline
    store = wiring.feature_store(session.settings)
    profile = find_author(store, author or named)
    with watcher() as progress:
        rows = _rows(store.posts(profile.id), profile, settings, progress)
    rows = [row for row in rows if kind in (None, row.kind)]
    counts = Counter(row.kind for row in rows)
    if as_json:
        emit_json({"author": profile.id, "mask": settings.mask, "counts": counts, "masked": [asdict(r) for r in rows]})
        return
    if not settings.mask:
        typer.echo("Masking is off (feature_pipeline.mask). With it on:")
    listed = ", ".join(f"{number} {name}" for name, number in counts.most_common()) or "nothing"
    typer.echo(f"{profile.name}: {listed} masked in {len({row.post for row in rows})} posts.")
    for row in rows if everything else rows[:SHOWN]:
        typer.echo(f"  {row.post} ({row.field}): {row.pseudonym}, {row.reason}\n      {row.excerpt}")
    if len(rows) > SHOWN and not everything:
        typer.echo(f"  and {len(rows) - SHOWN} more: --all")
    if rows:
        typer.echo("To leave values as they are: feature_pipeline.allow: [the value, '*@your.site'] in the settings.")


def _rows(
    posts: "list[Post]", profile: "AuthorProfile", settings: "FeaturePipelineSettings", progress: "Watcher"
) -> list[Row]:
    from configs.progress import track
    from feature_pipeline.cleaning import clean
    from feature_pipeline.privacy import explain

    rows: list[Row] = []
    for post in track(posts, progress, "look for what is masked", len(posts)):
        document = clean(post, min_words=settings.min_words, min_words_short=settings.min_words_short)
        if document.quarantine:
            continue
        for found in explain(
            document,
            people=post.private_people,
            allow=(*settings.allow, profile.name),
            phone_region=settings.phone_region,
        ):
            rows.append(Row(post=post.source_id, **asdict(found)))
    return rows
