"""`twin sources`: what can be collected."""

from typing import Annotated

import typer

from twin.commands.options import Json
from twin.console import emit


def sources(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Say more about one kind.")] = None,
    as_json: Json = False,
) -> None:
    """List the kinds of sources, with what each reads and an example."""
    from feature_pipeline.sources import kinds, source_module

    data, lines = [], []
    for name in [kind] if kind else kinds():
        one = source_module(name)
        data.append({"kind": name, "reads": one.SUMMARY, "example": one.EXAMPLE, "obtain": one.OBTAIN})
        lines += [name, f"  reads    {one.SUMMARY}", f"  example  twin collect {one.EXAMPLE} --author NAME"]
        if kind and one.OBTAIN:
            lines.append(f"  obtain   {one.OBTAIN}")
    if not kind:
        lines.append("How to get one: twin sources KIND. Not recognised? Say the kind: twin collect PLACE --as KIND")
    emit("\n".join(lines), {"kinds": data}, as_json=as_json)
