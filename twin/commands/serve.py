"""`twin serve`: every author's champion over HTTP, until Ctrl-C."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from model_registry.ports import ModelResolver
    from twin.console import Watcher

QUESTION = "What do you write about?"


def serve(ctx: typer.Context) -> None:
    """Serve every author's twin over HTTP, until Ctrl-C."""
    from twin.console import watcher

    session: Session = ctx.obj
    require_free_port(session.settings)
    with watcher() as progress:
        run(session.settings, progress=progress)


def require_free_port(settings: "Settings") -> None:
    """Raises AddressInUseError and its kin now, and not after minutes of training."""
    from inference_pipeline.api.server import bind
    from twin import wiring

    bind(settings.serving.host, settings.serving.port, keyed=wiring.key_store(settings).usable).close()


def run(settings: "Settings", *, question: str = QUESTION, progress: "Watcher") -> None:
    """Serve until a signal comes. Raises NothingToServeError when no author has a champion."""
    from inference_pipeline.api import create_app, serve
    from twin import interruption, wiring

    registry, keys = wiring.model_registry(settings), wiring.key_store(settings)
    champions = _champions(registry)
    progress.start("load base model and encoder", None)
    base = wiring.base_model(settings)
    encoder = wiring.question_encoder(settings)
    progress.finish(f"{base.name}, {settings.feature_store.encoder}")
    _log_to_stderr()

    def ready(address: str) -> None:
        interruption.leave_to_server()
        typer.echo(f"Serving on {address}, with OpenAI's API. Models: {', '.join(champions)}. Ctrl-C stops it.")
        typer.echo(f"Try:  {_curl(address, champions[0], question, keyed=keys.required)}")

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
        serve(
            app,
            settings.serving.host,
            settings.serving.port,
            ready,
            stalled_seconds=settings.access.stalled_seconds,
            keyed=keys.usable,
        )
    progress.say("The server has stopped.")


def _champions(registry: "ModelResolver") -> list[str]:
    from model_registry.ports import has_champion
    from twin.errors import NothingToServeError

    found = [author for author in registry.authors() if has_champion(registry, author)]
    if not found:
        raise NothingToServeError(
            "no author has a champion, so there is nothing to serve. Make one with: twin up PLACE --author NAME, or: "
            "twin promote --author NAME"
        )
    return found


def _curl(address: str, model: str, question: str, *, keyed: bool) -> str:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": question}]}, ensure_ascii=False)
    quoted = body.replace("'", "'\\''")
    key = "-H 'Authorization: Bearer KEY' " if keyed else ""
    return f"curl {address}/v1/chat/completions {key}-H 'Content-Type: application/json' -d '{quoted}'"


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("inference_pipeline").setLevel(logging.INFO)
