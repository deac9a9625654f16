"""The command line: the global options, and one file a command.

Only typer is imported here and at the top of the commands, so that `twin --help` answers at once; a command imports
what it needs when it runs.
"""

import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from twin.commands import (
    ask,
    batch,
    collect,
    diff,
    doctor,
    drop,
    evaluate,
    export,
    features,
    forget,
    keys,
    models,
    privacy,
    promote,
    rollback,
    serve,
    sources,
    status,
    sync,
    train,
    up,
)
from twin.session import Session

GLOBAL_FLAGS = ("--verbose",)
GLOBAL_VALUES = ("--config", "--set")


class Group(TyperGroup):
    """Reads the global options wherever they stand: `twin train --set training.rank=8` is what people type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, globals_first(args))


def globals_first(arguments: list[str]) -> list[str]:
    """`arguments` with the global options before the command. Nothing behind a lone -- is touched."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    others: list[str] = []
    index = 0
    while index < end:
        width = 2 if arguments[index] in GLOBAL_VALUES else 1
        option = arguments[index].partition("=")[0]
        (first if option in GLOBAL_VALUES + GLOBAL_FLAGS else others).extend(arguments[index : min(index + width, end)])
        index += width
    return first + others + arguments[end:]


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with: twin up PLACE --author NAME",
)


@app.callback()
def twin(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings that differ: a file, or a name in configs/.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="A.B=VALUE", help="One setting; may be repeated.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the traceback of an error.")] = False,
) -> None:
    """A person's own writing goes in; a twin comes out that writes like them, answers from it, and cites it."""
    session: Session = ctx.ensure_object(Session)
    session.config, session.overrides, session.verbose = config, overrides or [], verbose
    if not verbose and not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell their developers


@app.command()
def version() -> None:
    """Print the version of this program."""
    from importlib.metadata import version as installed

    typer.echo(installed("llm-twin"))


app.command()(up.up)
app.command()(collect.collect)
app.command()(sources.sources)
app.command()(sync.sync)
app.command()(features.features)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(promote.promote)
app.command()(serve.serve)
app.command()(ask.ask)
app.command()(batch.batch)
app.command()(status.status)
models.app.command()(diff.diff)
app.add_typer(models.app, name="models")
app.command()(rollback.rollback)
app.command()(export.export)
app.command()(drop.drop)
app.command()(forget.forget)
app.add_typer(privacy.app, name="privacy")
app.add_typer(keys.app, name="keys")
app.command()(doctor.doctor)
