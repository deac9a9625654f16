"""`twin up`: from posts to an answering twin, the sum of the other commands."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands import ask, collect, features, serve, train
from twin.commands.options import AllowDeletions, BaseUrl, Force, Kind, Location, Me, NewAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from model_registry.ports import AdapterVersion
    from twin.console import Watcher

REASON = "twin up --force"


def up(
    ctx: typer.Context,
    location: Location,
    author: NewAuthor,
    question: Annotated[str, typer.Option(help="What to ask the twin once it stands.")] = serve.QUESTION,
    base_url: BaseUrl = "",
    kind: Kind = None,
    me: Me = None,
    allow_deletions: AllowDeletions = False,
    force: Force = False,
    with_server: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the API afterwards.")] = True,
) -> None:
    """From posts to an answering twin: all the steps in one."""
    from twin import collection
    from twin.console import watcher

    session: Session = ctx.obj
    settings = session.settings
    if with_server:
        _require_free_port(settings)
    with watcher() as progress:
        stages = _Stages(progress, total=6 if with_server else 5)
        with stages.next("Collect"):
            profile, collected = collect.run(
                settings,
                location,
                author,
                kind=kind,
                me=me,
                base_url=base_url,
                allow_deletions=allow_deletions,
                progress=progress,
            )
            progress.say(f"  {collection.in_words(collected)}")
        with stages.next("Features"):
            made = features.run(settings, profile.id, progress=progress)
            progress.say(f"  {features.in_words(made)}")
        with stages.next("Train"):
            version, new = train.run(settings, profile.id, progress=progress)
            progress.say(f"  {train.in_words(version, new=new)}")
        with stages.next("Promote"):
            progress.say(f"  {promote_or_keep(settings, version, force=force)}")
        with stages.next("Ask"):
            answer = ask.run(settings, profile.id, question, progress=progress)
        ask.show(answer, question, profile.name)
        if with_server:
            stages.announce("Serve")
            serve.run(settings, question=question, progress=progress)


def _require_free_port(settings: "Settings") -> None:
    from inference_pipeline.errors import AddressInUseError

    try:
        serve.require_free_port(settings)
    except AddressInUseError as error:
        raise AddressInUseError(
            f"{error}\nOr leave the server out with --no-serve: one that runs already takes up the new version itself."
        ) from error


def promote_or_keep(settings: "Settings", version: "AdapterVersion", *, force: bool) -> str:
    """Make `version` champion; when a gate refuses, the champion there is stays.

    Raises PromotionRefusedError when there is none.
    """
    from model_registry.errors import PromotionRefusedError
    from model_registry.ports import CHAMPION
    from twin import wiring

    registry = wiring.model_registry(settings)
    try:
        return f"{registry.promote(version.author, version.number, force=force, reason=REASON).name} is the champion."
    except PromotionRefusedError as error:
        for champion in registry.versions(version.author):
            if CHAMPION in champion.aliases:
                return f"{error}\n  {champion.name} stays the champion."
        raise PromotionRefusedError(f"{error}\nOr run this command again with --force.") from error


class _Stages:
    """Numbers the stages and says how long each took."""

    def __init__(self, progress: "Watcher", *, total: int) -> None:
        self._progress = progress
        self._total = total
        self._number = 0

    def announce(self, name: str) -> None:
        self._number += 1
        self._progress.say(f"[{self._number}/{self._total}] {name}")

    @contextmanager
    def next(self, name: str) -> Iterator[None]:
        from twin.console import in_words

        self.announce(name)
        began = time.monotonic()
        yield
        self._progress.say(f"  {in_words(time.monotonic() - began)}")
