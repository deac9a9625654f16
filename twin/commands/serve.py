"""`twin serve`: every author's champion over HTTP, until Ctrl-C."""

import json
from typing import TYPE_CHECKING

import typer

from configs.progress import Progress
from twin.console import watcher
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from twin.jobs.serve import Listening

QUESTION = "What do you write about?"


def serve(ctx: typer.Context) -> None:
    """Serve every author's twin over HTTP, until Ctrl-C."""
    from twin.jobs.serve import require_free_port

    session: Session = ctx.obj
    require_free_port(session.settings)
    with watcher() as progress:
        run(session.settings, progress=progress)


def run(settings: "Settings", *, question: str = QUESTION, progress: Progress) -> None:
    """Serve until a signal comes, and show how to ask `question`."""
    import logging

    from twin import interruption
    from twin.jobs.serve import serve

    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # to stderr
    logging.getLogger("inference_pipeline").setLevel(logging.INFO)

    def ready(server: "Listening") -> None:
        interruption.leave_to_server()
        models = ", ".join(server.authors)
        typer.echo(f"Serving on {server.address}, with OpenAI's API. Models: {models}. Ctrl-C stops it.")
        typer.echo(
            f"Page: {server.link}\n      The link works once; the browser stays signed in until the server stops."
        )
        typer.echo(f"Try:  {_curl(server, question)}")

    serve(settings, ready=ready, progress=progress)
    progress.say("The server has stopped.")


def _curl(server: "Listening", question: str) -> str:
    message = {"model": server.authors[0], "messages": [{"role": "user", "content": question}]}
    quoted = json.dumps(message, ensure_ascii=False).replace("'", "'\\''")
    key = "-H 'Authorization: Bearer KEY' " if server.keyed else ""
    return f"curl {server.address}/v1/chat/completions {key}-H 'Content-Type: application/json' -d '{quoted}'"
