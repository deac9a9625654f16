"""`twin serve`: every author's champion over HTTP, until Ctrl-C."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from configs.progress import Progress
from twin.console import watcher
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from twin.jobs.serve import Listening

QUESTION = "What do you write about?"


def serve(
    ctx: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where to listen; the setting serving.host otherwise.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65535, help="0: any free one; serving.port otherwise.")
    ] = None,
    root_path: Annotated[
        str | None, typer.Option(metavar="PREFIX", help="What a proxy takes away from the path, e.g. /twin.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve every author's twin over HTTP, until Ctrl-C."""
    from twin.jobs.serve import require_free_port

    session: Session = ctx.obj
    given = {"host": host, "port": port, "root_path": root_path}
    session.overrides += [f"serving.{name}={value}" for name, value in given.items() if value is not None]
    require_free_port(session.settings)
    with watcher() as progress:
        run(session.settings, open_page=open_page, progress=progress)


def run(settings: "Settings", *, question: str = QUESTION, open_page: bool = False, progress: Progress) -> None:
    """Serve until a signal comes, show how to ask `question`, and open the page where that is wanted."""
    import logging
    import webbrowser

    from twin import interruption
    from twin.jobs.serve import serve

    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # to stderr
    logging.getLogger("inference_pipeline").setLevel(logging.INFO)

    def ready(server: "Listening") -> None:
        interruption.leave_to_server()
        models = f"Models: {', '.join(server.models)}" if server.models else "There is no twin yet"
        typer.echo(f"Serving on {server.address}, with OpenAI's API. {models}. Ctrl-C stops it.")
        typer.echo(
            f"Page: {server.link}\n      The link works once; the browser stays signed in until the server stops."
        )
        if server.models:
            typer.echo(f"Try:  {_curl(server, question)}")
        else:
            typer.echo("Make a twin there, or with: twin up PLACE --author NAME")
        if open_page and not webbrowser.open(server.link):
            typer.echo("No browser was found to open the page in: open the link yourself.", err=True)

    serve(settings, ready=ready, progress=progress)
    progress.say("The server has stopped.")


def _curl(server: "Listening", question: str) -> str:
    message = {"model": server.models[0], "messages": [{"role": "user", "content": question}]}
    quoted = json.dumps(message, ensure_ascii=False).replace("'", "'\\''")
    key = "-H 'Authorization: Bearer KEY' " if server.keyed else ""
    return f"curl {server.address}/v1/chat/completions {key}-H 'Content-Type: application/json' -d '{quoted}'"
