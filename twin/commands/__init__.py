"""The command line: the global options, and one file a command.

Only typer is imported here and at the top of the commands, so that `twin --help` answers at once; a command imports
its job when it runs.
"""

import re
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from twin.session import Session

GLOBAL_FLAGS = ("--verbose",)
GLOBAL_VALUES = ("--config", "--set")
COMMANDS = {  # in the order of the help; a command's name is that of its module, and of its function or `app` there
    "Make a twin": ("up", "sources", "collect", "sync", "features", "train", "evaluate", "promote", "rollback"),
    "Ask it": ("ask", "chat", "batch", "serve", "mcp", "keys"),
    "Look after it": ("status", "models", "privacy", "export", "doctor", "version"),
    "Remove": ("drop", "forget"),
}


class Group(TyperGroup):
    """Reads the global options wherever they stand: `twin train --set training.rank=8` is what people type."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, globals_first(args))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """In groups, each command with its first sentence in full; typer's own groups would load rich."""
        for group, names in COMMANDS.items():
            with formatter.section(group):
                formatter.write_dl([(name, first_sentence(self.commands[name].help or "")) for name in names])


def first_sentence(text: str) -> str:
    """Of a command's help. Abbreviations do not end it."""
    return re.split(r"(?<=\.)\s+(?=[A-Z])|\n\n", text.strip(), maxsplit=1)[0].replace("\n", " ")


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


def _version(wanted: bool) -> None:
    """What most programs print for --version; in the help, `twin version` stands for both."""
    if wanted:
        import_module("twin.commands.version").version()
        raise typer.Exit


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
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, hidden=True)] = False,
) -> None:
    """A person's own writing goes in; a twin comes out that writes like them, answers from it, and cites it."""
    session: Session = ctx.ensure_object(Session)
    session.config, session.overrides, session.verbose = config, overrides or [], verbose
    if not verbose and not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell their developers


for command in (command for group in COMMANDS.values() for command in group):
    module = import_module(f"twin.commands.{command}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=command)
    else:
        app.command(command)(getattr(module, command))
