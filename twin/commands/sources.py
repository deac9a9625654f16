"""`twin sources`: what can be collected."""

from typing import Annotated

import typer

from twin.commands.options import Json


def sources(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="Say more about one kind.")] = None,
    as_json: Json = False,
) -> None:
    """List the kinds of sources, with what each reads and an example."""
    from feature_pipeline.sources import kinds, source_module
    from twin.console import emit_json

    modules = {name: source_module(name) for name in ([kind] if kind else kinds())}
    if as_json:
        emit_json(
            {
                "kinds": [
                    {"kind": name, "reads": one.SUMMARY, "example": one.EXAMPLE, "obtain": one.OBTAIN}
                    for name, one in modules.items()
                ]
            }
        )
        return
    for name, one in modules.items():
        typer.echo(f"{name}\n  reads    {one.SUMMARY}\n  example  twin collect {one.EXAMPLE} --author NAME")
        if kind and one.OBTAIN:
            typer.echo(f"  obtain   {one.OBTAIN}")
    if not kind:
        typer.echo("How to get one: twin sources KIND. Not recognised? Say the kind: twin collect PLACE --as KIND")
