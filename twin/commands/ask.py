"""`twin ask`: one question, one cited answer, in this process."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import AuthorOption, Json
from twin.console import emit, watcher
from twin.errors import NothingSaidError
from twin.session import Session

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished
    from twin.jobs.ask import AskedOfServer

WITHOUT_SOURCES = {
    "nothing": "No post answers the question.",
    "itself": "About the twin itself: no post is behind it.",
    "free": "Written freely: no post is behind it.",
}
OF_SENTENCES = "quoted", "joined", "nearest"
BY_MODEL = "written", "free"


def ask(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    author: AuthorOption = None,
    version: Annotated[str, typer.Option(metavar="VERSION", help="v3, an alias, or base.")] = "champion",
    as_json: Json = False,
) -> None:
    """Ask an author's twin one question."""
    from twin.jobs import ask as job

    def stream(text: str) -> None:
        typer.echo(text, nl=False)

    if not question.strip():
        raise NothingSaidError('the question is empty. Write what is asked: twin ask "What do you think of winter?"')
    session: Session = ctx.obj
    profile = session.author(author)
    with watcher() as progress:
        on_text = None if as_json else stream
        answer = job.ask(session.settings, profile.id, question, version=version, on_text=on_text, progress=progress)
    emit(f"\n\n{sources(answer)}", job.as_data(answer), as_json=as_json)
    if not as_json:
        typer.echo(disclosure(answer, profile.name), err=True)


def show(answer: "Finished", question: str, name: str) -> None:
    """Question, answer and sources in a panel, on stdout."""
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.text import Text

    cut = " …" if answer.finish_reason == "length" else ""
    body = Group(Text(answer.text.strip() + cut), Padding(Text(sources(answer), style="dim"), (1, 0, 0, 0)))
    console = Console(highlight=False)
    console.print(Panel(body, title=Text(question), title_align="left", padding=(1, 2)))
    console.print(disclosure(answer, name), style="dim")


def disclosure(answer: "Finished | AskedOfServer", name: str) -> str:
    """What a machine had to do with it. The style is that of a version that was trained, where a model wrote at all."""
    if answer.way in OF_SENTENCES:
        return f"This answer was put together by a machine, of {name}'s own sentences."
    if answer.way not in BY_MODEL:
        return f"This answer is a machine's, and not {name}'s."
    style = f"without the style of {name}" if answer.origin.adapter == "base" else f"in the style of {name}"
    return f"This answer was written by a machine {style}."


def sources(answer: "Finished | AskedOfServer") -> str:
    """Each cited post once, with its quotes below it; and what made the answer."""
    origin = answer.origin
    made_by = f"{origin.author} {origin.adapter} on {origin.base}, posts as of {origin.features}"
    if not answer.citations:
        return f"{WITHOUT_SOURCES.get(answer.way, WITHOUT_SOURCES['free'])}\n{made_by}"
    lines = ["Sources:" if answer.grounded else "No sentence rests on a post. The nearest one:"]
    order = list(dict.fromkeys(citation.document_id for citation in answer.citations))
    by_post = sorted(answer.citations, key=lambda citation: order.index(citation.document_id))
    for _, citations in groupby(by_post, key=lambda citation: citation.document_id):
        first, *others = citations
        lines += [f"  {first.title} ({first.date or 'undated'})", f"    {first.url}"]
        lines += [f"    “{' '.join(citation.quote.split())}”" for citation in (first, *others)]
    return "\n".join([*lines, made_by])
