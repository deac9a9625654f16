"""`twin up`: from posts to an answering twin, the sum of the other commands."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from configs.progress import Progress
from twin.commands import ask, serve
from twin.commands.options import AllowDeletions, BaseUrl, Force, Kind, Location, Me, NewAuthor, place
from twin.console import duration, watcher
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_store.versions import AuthorProfile
    from inference_pipeline.answers import Finished

QUESTIONS = (serve.QUESTION,)


def up(
    ctx: typer.Context,
    location: Location,
    author: NewAuthor,
    question: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="What to ask the twin once it stands; may be given several times."),
    ] = None,
    base_url: BaseUrl = "",
    kind: Kind = None,
    me: Me = None,
    allow_deletions: AllowDeletions = False,
    force: Force = False,
    with_server: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API afterwards.")] = True,
) -> None:
    """From posts to an answering twin: all the steps in one."""
    from twin.jobs import up as job

    session: Session = ctx.obj
    questions = question or QUESTIONS
    if with_server:
        _require_free_port(session.settings)
    with watcher() as progress:
        stages = _Stages(progress, total=len(job.STAGES) + with_server)
        built = job.up(
            session.settings,
            author,
            place(location, kind, me, base_url),
            questions,
            allow_deletions=allow_deletions,
            force=force,
            stage=stages.next,
            early=_show_early,
            progress=progress,
        )
        for asked, answer in zip(questions, built.answers, strict=True):
            ask.show(answer, asked, built.profile.name)
        if with_server:
            stages.announce("Serve")
            serve.run(session.settings, question=questions[0], progress=progress)


def _show_early(profile: "AuthorProfile", question: str, answer: "Finished") -> None:
    typer.echo("\nFrom the posts alone, before any training:")
    ask.show(answer, question, profile.name)


def _require_free_port(settings: "Settings") -> None:
    from inference_pipeline.errors import AddressInUseError
    from twin.jobs.serve import require_free_port

    try:
        require_free_port(settings)
    except AddressInUseError as error:
        raise AddressInUseError(
            f"{error}\nOr leave the server out with --no-serve: one that runs already takes up the new version itself."
        ) from error


class _Stages:
    """Numbers the stages and says how long each took."""

    def __init__(self, progress: Progress, *, total: int) -> None:
        self._progress, self._total, self._number = progress, total, 0

    def announce(self, name: str) -> None:
        self._number += 1
        self._progress.say(f"[{self._number}/{self._total}] {name}")

    @contextmanager
    def next(self, name: str) -> Iterator[None]:
        self.announce(name)
        began = time.monotonic()
        yield
        self._progress.say(f"  {duration(time.monotonic() - began)}")
