"""`twin ask`: one question, one cited answer, in this process."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.commands.options import AskedAuthor, Json
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from inference_pipeline.answers import Finished
    from inference_pipeline.citations import Citation
    from twin.console import Watcher

DISCLOSURE = "This answer was written by a machine in the style of {name}."


def ask(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    author: AskedAuthor = None,
    version: Annotated[str, typer.Option(metavar="VERSION", help="v3, an alias, or base.")] = "champion",
    as_json: Json = False,
) -> None:
    """Ask an author's twin one question."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    profile = find_author(wiring.feature_store(session.settings), author)
    with watcher() as progress:
        answer = run(session.settings, profile.id, question, version=version, stream=not as_json, progress=progress)
    if as_json:
        emit_json(as_data(answer))
    else:
        typer.echo(f"\n{_sources(answer)}")
        typer.echo(DISCLOSURE.format(name=profile.name), err=True)


def run(
    settings: "Settings",
    author: str,
    question: str,
    *,
    version: str = "champion",
    stream: bool = False,
    progress: "Watcher",
) -> "Finished":
    """The whole answer; with `stream` its text goes to stdout as it comes."""
    import asyncio

    from twin import wiring

    progress.start("load the model", None)
    base = wiring.base_model(settings)

    async def answer() -> "Finished":
        from inference_pipeline.answers import Delta, Finished, Question, Started
        from model_registry.prompting import ChatMessage

        asked = Question(author, (ChatMessage("user", question),), reference=version)
        with wiring.answering(settings, base) as (pipeline, pool):
            try:
                async for event in pipeline.answer(asked):
                    if isinstance(event, Started):
                        progress.finish(base.name)
                    elif isinstance(event, Delta) and stream:
                        typer.echo(event.text, nl=False)
                    elif isinstance(event, Finished):
                        return event
            finally:
                await pool.close()
        raise RuntimeError("an answer ended without saying so")

    finished = asyncio.run(answer())
    if stream:
        typer.echo()
    return finished


def as_data(answer: "Finished") -> dict[str, Any]:
    return {
        "answer": answer.text,
        "finish_reason": answer.finish_reason,
        "grounded": answer.grounded,
        "citations": [asdict(citation) for citation in answer.citations],
        **asdict(answer.origin),
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "retrieval_ms": round(answer.retrieval_ms, 1),
        "generation_ms": round(answer.generation_ms, 1),
        "ai_generated": True,
    }


def show(answer: "Finished", question: str, name: str) -> None:
    """Question, answer and sources in a panel, on stdout."""
    from rich.console import Console, Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.text import Text

    cut = " …" if answer.finish_reason == "length" else ""
    body = Group(Text(answer.text.strip() + cut), Padding(Text(_sources(answer), style="dim"), (1, 0, 0, 0)))
    console = Console(highlight=False)
    console.print(Panel(body, title=Text(question), title_align="left", padding=(1, 2)))
    console.print(DISCLOSURE.format(name=name), style="dim")


def _sources(answer: "Finished") -> str:
    origin = answer.origin
    made_by = f"{origin.author} {origin.adapter} on {origin.base}, posts as of {origin.features}"
    if not answer.citations:
        return f"No post bears on the question.\n{made_by}"
    head = "Sources" if answer.grounded else "No sentence rests on a post. The nearest one"
    return "\n".join([f"{head}:", *map(_citation, answer.citations), made_by])


def _citation(citation: "Citation") -> str:
    quote = " ".join(citation.quote.split())
    return f"  {citation.title} ({citation.date or 'undated'})\n    {citation.url}\n    “{quote}”"
