"""`twin privacy`: what was masked in an author's posts, and why."""

import typer

from twin.commands.options import Author, Json, SameAuthor

app = typer.Typer(no_args_is_help=True, help="What was masked in an author's posts.", rich_markup_mode=None)


@app.callback()
def privacy() -> None:
    """What was masked in an author's posts."""


@app.command()
def report(ctx: typer.Context, author: Author = None, named: SameAuthor = None, as_json: Json = False) -> None:
    """List what is masked, with the reason and its surroundings, and how to leave a value as it is."""
