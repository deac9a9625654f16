"""Serve every author's champion over HTTP."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from model_registry.ports import has_champion
from twin import wiring
from twin.jobs.ask import answer_settings
from twin.jobs.train import require_servable

if TYPE_CHECKING:
    from inference_pipeline.api.needs import Need

WARMING = "?"
STEP_SECONDS = 1  # of each step of asking whether another server is there


@dataclass(frozen=True, slots=True)
class Listening:
    address: str  # "http://127.0.0.1:8610"
    models: list[str]  # who has a champion, then "AUTHOR@base" for who has features alone; none before the first
    keyed: bool  # whether clients must send a key
    link: str  # opens the page, once


def require_free_port(settings: Settings) -> None:
    """Raises AddressInUseError and its kin now, and not after minutes of training."""
    from inference_pipeline.api.server import bind

    bind(settings.serving.host, settings.serving.port, keyed=wiring.key_store(settings).usable).close()


def serve(settings: Settings, *, ready: Callable[[Listening], None], progress: Progress) -> None:
    """Serve until a signal comes; `ready` is called once requests are accepted. The first champion is taken up when it
    is there, as later ones are.

    Raises AddressInUseError, and what `require_servable` raises.
    """
    from inference_pipeline.api import create_app
    from inference_pipeline.api import serve as run
    from inference_pipeline.api.services import AdminPorts
    from inference_pipeline.engine_pool import BASE
    from twin.jobs.library import StoredLibrary
    from twin.jobs.work import KINDS

    registry, keys = wiring.model_registry(settings), wiring.key_store(settings)
    champions = [author for author in registry.authors() if has_champion(registry, author)]
    store = wiring.feature_store(settings)
    untrained = [one.id for one in store.authors() if one.id not in champions and store.versions(one.id)]
    wiring.uploads(settings).remove_unused({one.location for a in store.authors() for one in store.sources(a.id)})
    progress.start("load base model and encoder", None)
    base = wiring.base_model(settings)
    require_servable(settings, base)
    names = {wiring.encoder_name(settings, author) for author in champions} or {wiring.usual_encoder(settings)}
    encoders = {name: wiring.question_encoder_called(settings, name) for name in sorted(names)}
    for encoder in encoders.values():
        encoder.encode([WARMING])  # it is loaded now, and not while somebody waits for an answer
    secret = secrets.token_hex(32)
    progress.finish(f"{base.name}, {', '.join(encoders)}")
    with (
        wiring.answering(settings, base) as (pipeline, pool),
        needs(settings) as needed,
        _announcing(settings, secret) as announce,
    ):
        app = create_app(
            pipeline,
            pool=pool,
            resolver=registry,
            encoders={Path(name).name: encoder for name, encoder in encoders.items()},
            store=store,
            feedback=wiring.feedback_log(settings),
            settings=settings.serving,
            access=settings.access,
            keys=keys,
            secret=secret,
            needs=needed,
            admin=AdminPorts(
                jobs=wiring.job_runner(settings, KINDS),
                library=StoredLibrary(settings),
                uploads=wiring.uploads(settings),
                stalled_seconds=settings.access.stalled_seconds,
            ),
        )

        def listening(address: str) -> None:
            announce(address)
            models = [*champions, *(f"{author}@{BASE}" for author in untrained)]
            ready(Listening(address, models, keys.required, f"{address}/?token={app.state.sessions.link()}"))

        run(
            app,
            settings.serving.host,
            settings.serving.port,
            listening,
            stalled_seconds=settings.access.stalled_seconds,
            keyed=keys.usable,
            root_path=settings.serving.root_path,
        )


@contextmanager
def needs(settings: Settings) -> Iterator[list["Need"]]:
    """The servers elsewhere without which no question is answered."""
    from inference_pipeline.api.needs import Need
    from inference_pipeline.engines import REMOTE, remote

    with ExitStack() as opened:
        found = []
        if settings.feature_store.index == "qdrant":
            index = opened.enter_context(wiring.online_index(settings))
            found.append(Need("the Qdrant server", lambda: index.require_reachable(STEP_SECONDS)))
        if settings.serving.engine == REMOTE:
            server = opened.enter_context(closing(remote.RemoteServer(settings.remote, STEP_SECONDS)))
            found.append(Need("the server of the remote engine", server.require_reachable))
        yield found


@contextmanager
def _announcing(settings: Settings, secret: str) -> Iterator[Callable[[str], None]]:
    """Tell other commands over this data folder where the server is, for as long as it is there."""
    from inference_pipeline import running_server

    announced: list[running_server.RunningServer] = []

    def announce(address: str) -> None:
        reached = address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        announced.append(running_server.RunningServer(os.getpid(), reached, secret, answer_settings(settings)))
        running_server.announce(settings.data_dir, announced[0])

    try:
        yield announce
    finally:
        for server in announced:
            running_server.withdraw(settings.data_dir, server)
