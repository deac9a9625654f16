"""`twin keys`: who may use the server."""

from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Json
from twin.session import Session

if TYPE_CHECKING:
    from inference_pipeline.keys import ApiKey

app = typer.Typer(no_args_is_help=True, help="Who may use the server.", rich_markup_mode=None)

NewName = Annotated[str, typer.Argument(metavar="NAME", help="Whose key this is.")]
Which = Annotated[str, typer.Argument(metavar="NAME", help="Name or id, as twin keys list shows it.")]


@app.callback()
def keys() -> None:
    """Who may use the server."""


@app.command()
def create(
    ctx: typer.Context,
    name: NewName,
    scope: Annotated[list[str] | None, typer.Option(help="chat or admin; may be repeated. Chat by itself.")] = None,
    author: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A twin that it may use; may be repeated. All by itself.")
    ] = None,
    days: Annotated[float | None, typer.Option(min=0, help="It expires after so many days.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key, and show it this once. A running server knows it at once."""
    import time

    from configs.errors import SettingsError
    from inference_pipeline.api.admin import key_as_data
    from inference_pipeline.keys import SCOPES
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, note

    session: Session = ctx.obj
    scopes = [known for known in SCOPES if known in (scope or ["chat"])]
    if unknown := set(scope or ()) - set(SCOPES):
        raise SettingsError(f"there is no scope {sorted(unknown)[0]!r}. Known: {', '.join(SCOPES)}.")
    store = wiring.feature_store(session.settings)
    authors = [find_author(store, one).id for one in author] if author else None
    expires_at = None if days is None else time.time() + 86400 * days
    shown, key = wiring.key_store(session.settings).create(name, scopes=scopes, authors=authors, expires_at=expires_at)
    if as_json:
        emit_json({**key_as_data(key), "key": shown})
    else:
        note("This key is not shown again, and cannot be read back. Clients send it as their api_key.")
        typer.echo(shown)


@app.command("list")
def list_keys(ctx: typer.Context, as_json: Json = False) -> None:
    """List the keys, revoked ones too; never the keys themselves."""
    from inference_pipeline.api.admin import key_as_data
    from twin import wiring
    from twin.console import emit_json, note

    session: Session = ctx.obj
    found = wiring.key_store(session.settings).all()
    if as_json:
        emit_json({"keys": [key_as_data(key) for key in found]})
    elif not found:
        note("There is no key: a server on loopback asks for none. Make one with: twin keys create NAME")
    for key in [] if as_json else found:
        typer.echo(_line(key))


@app.command()
def revoke(ctx: typer.Context, name: Which, as_json: Json = False) -> None:
    """Close the server to a key, at once and for good."""
    from inference_pipeline.api.admin import key_as_data
    from twin import wiring
    from twin.console import emit_json

    session: Session = ctx.obj
    key = wiring.key_store(session.settings).revoke(name)
    if as_json:
        emit_json(key_as_data(key))
    else:
        typer.echo(f"{key.name} ({key.id}) is revoked.")


def _line(key: "ApiKey") -> str:
    from datetime import UTC, datetime

    from inference_pipeline.api.admin import key_as_data

    authors = "all authors" if key.authors is None else ", ".join(sorted(key.authors))
    until = f" until {datetime.fromtimestamp(key.expires_at, UTC):%Y-%m-%d %H:%M} UTC" if key.expires_at else ""
    return f"{key.id}  {key_as_data(key)['state']}{until}  {', '.join(sorted(key.scopes))}  {authors}  {key.name}"
