"""Serve every author's champion over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from configs.progress import Progress
from configs.settings import Settings
from model_registry.ports import ModelResolver, has_champion
from twin import wiring
from twin.errors import NothingToServeError
from twin.jobs.train import require_servable


@dataclass(frozen=True, slots=True)
class Listening:
    address: str  # "http://127.0.0.1:8000"
    authors: list[str]  # ids of those who have a champion
    keyed: bool  # whether clients must send a key


def require_free_port(settings: Settings) -> None:
    """Raises AddressInUseError and its kin now, and not after minutes of training."""
    from inference_pipeline.api.server import bind

    bind(settings.serving.host, settings.serving.port, keyed=wiring.key_store(settings).usable).close()


def serve(settings: Settings, *, ready: Callable[[Listening], None], progress: Progress) -> None:
    """Serve until a signal comes; `ready` is called once requests are accepted.

    Raises NothingToServeError when no author has a champion, AddressInUseError, and what `require_servable` raises.
    """
    from inference_pipeline.api import create_app
    from inference_pipeline.api import serve as run

    registry, keys = wiring.model_registry(settings), wiring.key_store(settings)
    champions = _champions(registry)
    progress.start("load base model and encoder", None)
    base = wiring.base_model(settings)
    require_servable(settings, base)
    encoder = wiring.question_encoder(settings)
    progress.finish(f"{base.name}, {settings.feature_store.encoder}")
    with wiring.answering(settings, base, encoder) as (pipeline, pool):
        app = create_app(
            pipeline,
            pool=pool,
            resolver=registry,
            encoder=encoder,
            encoder_name=Path(settings.feature_store.encoder).name,
            store=wiring.feature_store(settings),
            feedback=wiring.feedback_log(settings),
            settings=settings.serving,
            access=settings.access,
            keys=keys,
        )
        run(
            app,
            settings.serving.host,
            settings.serving.port,
            lambda address: ready(Listening(address, champions, keys.required)),
            stalled_seconds=settings.access.stalled_seconds,
            keyed=keys.usable,
        )


def _champions(registry: ModelResolver) -> list[str]:
    found = [author for author in registry.authors() if has_champion(registry, author)]
    if not found:
        raise NothingToServeError(
            "no author has a champion, so there is nothing to serve. Make one with: twin up PLACE --author NAME, or: "
            "twin promote --author NAME"
        )
    return found
