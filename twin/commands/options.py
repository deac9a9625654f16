"""The options that several commands share."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from feature_store.versions import SourceRecord

AUTHOR_HELP = "Name or id; may be left out when there is one author."
Author = Annotated[str | None, typer.Argument(metavar="AUTHOR", help=AUTHOR_HELP)]  # with `first_words`
AuthorOption = Annotated[str | None, typer.Option("--author", metavar="NAME", help=AUTHOR_HELP)]
NewAuthor = Annotated[
    str, typer.Option("--author", metavar="NAME", help="Whose posts these are; a new name makes a new author.")
]
Version = Annotated[
    str | None, typer.Argument(metavar="VERSION", help="v3, or an alias. [default: candidate, else champion]")
]
Location = Annotated[
    str,
    typer.Argument(metavar="PLACE", help="Where the posts are: a folder, an export, a web address. See twin sources."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
BaseUrl = Annotated[str, typer.Option("--base-url", metavar="URL", help="Put before relative addresses of posts.")]
Kind = Annotated[
    str | None, typer.Option("--as", "--kind", metavar="KIND", help="The kind of source, when the place does not tell.")
]
Me = Annotated[
    list[str] | None,
    typer.Option("--me", metavar="NAME", help="Who the author is in a conversation: an address, a handle, a name."),
]
AllowDeletions = Annotated[bool, typer.Option("--allow-deletions", help="Accept that most of the posts are gone.")]
Force = Annotated[bool, typer.Option("--force", help="Promote although a gate refuses; this is recorded.")]

FIRST_WORDS = ("author", "version")
VERSION_NAME = re.compile(r"v\d+|candidate|champion|previous")


def first_words(command: Callable[..., None]) -> Callable[..., None]:
    """Let the arguments AUTHOR and VERSION of `command` also be given as --author and --version.

    A lone word that is a version's name or an alias is the version; an author of such a name is meant with --author.
    """
    signature = inspect.signature(command)
    names = [name for name in FIRST_WORDS if name in signature.parameters]

    @functools.wraps(command)
    def either_way(ctx: typer.Context, **given: Any) -> None:
        options = {name: given.pop(f"{name}_option") for name in names}
        words = [word for name in names if (word := given.pop(name)) is not None]
        if "version" in names and not any(options.values()) and len(words) == 1 and VERSION_NAME.fullmatch(words[0]):
            options["version"] = words.pop()
        for name in names:
            given[name] = options[name] or (words.pop(0) if words else None)
        if words:
            typed = " and ".join(f"--{name} {value}" for name, value in options.items() if value)
            raise typer.BadParameter(f"{words[0]!r} beside {typed}: which of them is meant?")
        command(ctx, **given)

    parameters = [*signature.parameters.values()]
    for name in names:
        option = typer.Option(f"--{name}", metavar="NAME", help=f"The same as {name.upper()}.")
        annotation = Annotated[str | None, option]
        parameters.append(
            inspect.Parameter(f"{name}_option", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        )
    either_way.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return either_way


def place(location: str, kind: str | None, me: list[str] | None, base_url: str) -> "SourceRecord":
    """What PLACE and its options mean."""
    from feature_store.versions import SourceRecord

    return SourceRecord(name="", kind=kind or "", location=location, base_url=base_url, me=tuple(me or ()))
