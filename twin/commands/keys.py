"""`twin keys`: who may use the server."""

from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Json
from twin.console import emit, note
from twin.session import Session

if TYPE_CHECKING:
    from inference_pipeline.keys import ApiKey

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Make, list and revoke the keys of those who may use the server.",
)

NewName = Annotated[str, typer.Argument(metavar="NAME", help="Whose key this is.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="Name or id, as twin keys list shows it.")]


@app.command()
def create(
    ctx: typer.Context,
    name: NewName,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="chat or admin; may be repeated. Chat by itself.")
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A twin that it may use; may be repeated. All by itself.")
    ] = None,
    days: Annotated[float | None, typer.Option(metavar="N", help="It expires after so many days, more than 0.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key, and show it this once. A running server knows it at once."""
    from twin.jobs.keys import create_key

    session: Session = ctx.obj
    shown, key = create_key(session.settings, name, scopes=scope or ["chat"], authors=author, days=days)
    if not as_json:
        note("This key is not shown again, and cannot be read back. Clients send it as their api_key.")
    emit(shown, {**key.as_data(), "key": shown}, as_json=as_json)


@app.command("list")
def list_all(ctx: typer.Context, as_json: Json = False) -> None:
    """List the keys, revoked ones too; never the keys themselves."""
    from twin import wiring

    session: Session = ctx.obj
    found = wiring.key_store(session.settings).all()
    nothing = "There is no key: a server on loopback asks for none. Make one with: twin keys create NAME"
    data = {"keys": [key.as_data() for key in found]}
    emit("\n".join(map(_line, found)), data, as_json=as_json, nothing=nothing)


@app.command()
def revoke(ctx: typer.Context, name: Which, as_json: Json = False) -> None:
    """Close the server to a key, at once and for good."""
    from twin import wiring

    session: Session = ctx.obj
    key = wiring.key_store(session.settings).revoke(name)
    emit(f"{key.name} ({key.id}) is revoked.", key.as_data(), as_json=as_json)


def _line(key: "ApiKey") -> str:
    from datetime import UTC, datetime

    authors = "all authors" if key.authors is None else ", ".join(sorted(key.authors))
    until = f" until {datetime.fromtimestamp(key.expires_at, UTC):%Y-%m-%d %H:%M} UTC" if key.expires_at else ""
    return f"{key.id}  {key.as_data()['state']}{until}  {', '.join(sorted(key.scopes))}  {authors}  {key.name}"
