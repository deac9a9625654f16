"""The options that several commands share."""

from typing import Annotated

import typer

AUTHOR_HELP = "Name or id; may be left out when there is one author."
Author = Annotated[str | None, typer.Argument(metavar="[AUTHOR]", help=AUTHOR_HELP)]
SameAuthor = Annotated[str | None, typer.Option("--author", metavar="NAME", help="The same, as twin up takes it.")]
AskedAuthor = Annotated[str | None, typer.Option("--author", metavar="NAME", help=AUTHOR_HELP)]
NewAuthor = Annotated[
    str, typer.Option("--author", metavar="NAME", help="Whose posts these are; a new name makes a new author.")
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
