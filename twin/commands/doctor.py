"""`twin doctor`: whether this machine can run a twin, and what to do where it cannot."""

from dataclasses import asdict
from typing import Annotated

import typer

from configs.errors import ExitCode
from twin.commands.options import Json
from twin.console import emit_json
from twin.session import Session


def doctor(
    ctx: typer.Context,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="First make again what is damaged and can be made again, and say what was done."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check whether this machine has what a twin needs."""
    from twin.jobs.doctor import check_all
    from twin.jobs.repair import repair as make_again

    session: Session = ctx.obj
    repaired = []
    for done in make_again(session.settings) if repair else ():
        repaired.append(done)
        if not as_json:
            typer.echo(done)
    if repair and not repaired and not as_json:
        typer.echo("Nothing was damaged.")
    checks = []
    for check in check_all(session.settings):
        checks.append(check)
        if not as_json:
            typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<15} {check.found}")
            if check.way_out:
                typer.echo(f"      {'':<15} {check.way_out}")
    ok = all(check.ok for check in checks)
    if as_json:
        emit_json({"ok": ok, "checks": [asdict(check) for check in checks], "repaired": repaired})
    if not ok:
        raise typer.Exit(ExitCode.ENVIRONMENT)
