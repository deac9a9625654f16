"""`twin privacy`: what is masked in an author's posts, and why."""

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from twin.commands.options import Author, Json, first_words
from twin.console import emit, watcher
from twin.session import Session
from twin.wording import counted, one_line

SHOWN = 50

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Say what is masked in an author's posts.")


@app.callback()
def privacy() -> None:
    """Keeps `report` a command of its own."""


@app.command()
@first_words
def report(
    ctx: typer.Context,
    author: Author = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="Only findings of this kind, e.g. email.")] = None,
    everything: Annotated[bool, typer.Option("--all", help=f"List all, not the first {SHOWN}.")] = False,
    as_json: Json = False,
) -> None:
    """List what is masked, with the reason and its surroundings, and how to leave a value as it is.

    Values are found again in the collected posts and shown in part; they are kept nowhere else.
    """
    from twin.jobs.privacy import masked

    session: Session = ctx.obj
    profile, is_on = session.author(author), session.settings.feature_pipeline.mask
    with watcher() as progress:
        rows = [row for row in masked(session.settings, profile, progress=progress) if kind in (None, row.kind)]
    counts = Counter(row.kind for row in rows)
    listed = ", ".join(f"{number} {name}" for name, number in counts.most_common()) or "nothing"
    lines = [] if is_on else ["Masking is off (feature_pipeline.mask). With it on:"]
    lines.append(f"{profile.name}: {listed} masked in {counted(len({row.post for row in rows}), 'post')}.")
    shown = rows if everything else rows[:SHOWN]
    lines += [
        f"  {one_line(row.post)} ({row.field}): {row.pseudonym}, {row.reason}\n      {row.excerpt}" for row in shown
    ]
    if len(rows) > len(shown):
        lines.append(f"  and {len(rows) - SHOWN} more: --all")
    if rows:
        lines.append("To leave values as they are: feature_pipeline.allow: [the value, '*@your.site'] in the settings.")
    data = {"author": profile.id, "mask": is_on, "counts": counts, "masked": [asdict(row) for row in rows]}
    emit("\n".join(lines), data, as_json=as_json)
