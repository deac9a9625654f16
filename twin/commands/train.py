"""`twin train`: fine-tune on the newest features, judge, and register a candidate."""

import re
from typing import Annotated

import typer

from configs.errors import SettingsError
from twin.commands.options import Author, Json, first_words
from twin.console import emit, watcher
from twin.session import Session

LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?) ?h)? ?(?:(\d+(?:\.\d+)?) ?m(?:in)?)? ?(?:(\d+(?:\.\d+)?) ?s)?")


@first_words
def train(
    ctx: typer.Context,
    author: Author = None,
    budget: Annotated[
        str, typer.Option(metavar="TIME", help='All the time it may take, judging too: "10m", "1h30m", "90s".')
    ] = "",
    as_json: Json = False,
) -> None:
    """Fine-tune on the newest features, and judge the result."""
    from twin.jobs import train as job
    from twin.jobs.versions import as_data

    session: Session = ctx.obj
    profile = session.author(author)
    settings = job.within(session.settings, minutes(budget)) if budget else session.settings
    with watcher() as progress:
        trained = job.train(settings, profile.id, progress=progress)
    emit(f"{profile.name}: {trained.summary()}", as_data(trained.version), as_json=as_json)


def minutes(budget: str) -> float:
    """Raises SettingsError when `budget` is no length of time."""
    parts = LENGTH.fullmatch(budget.strip().casefold())
    found = [float(part or 0) for part in parts.groups()] if parts else []
    if not any(found):
        raise SettingsError(f'--budget {budget!r} is no length of time. Write it like "10m", "1h30m" or "90s".')
    hours, whole, seconds = found
    return 60 * hours + whole + seconds / 60
