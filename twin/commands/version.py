"""`twin version`."""

import typer


def version() -> None:
    """Print the version of this program."""
    from importlib.metadata import version as installed

    typer.echo(installed("llm-twin"))
