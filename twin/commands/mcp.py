"""`twin mcp`: tools and posts for a program that speaks the Model Context Protocol and starts this."""

import typer

from twin.console import watcher
from twin.session import Session


def mcp(ctx: typer.Context) -> None:
    """Offer twins as tools over MCP, on standard input and output, to the program that starts this."""
    import logging

    from twin.jobs.mcp import serve_stdio

    session: Session = ctx.obj
    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # to stderr: stdout is the protocol's
    with watcher() as progress:
        serve_stdio(session.settings, progress=progress)
