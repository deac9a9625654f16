"""`twin batch`: a file of requests in OpenAI's batch form, answered in this process."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from twin.commands.options import Json
from twin.console import emit, watcher
from twin.session import Session


def batch(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="A request a line, as OpenAI's batches have it.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Answers are appended as they come.")],
    parallel: Annotated[int, typer.Option(metavar="N", min=1, max=256, help="Requests at once.")] = 8,
    as_json: Json = False,
) -> None:
    """Answer a file of requests to /v1/chat/completions. Run it again after a kill: it goes on where it was."""
    from twin.jobs.ask import answer_batch

    session: Session = ctx.obj
    with watcher() as progress:
        report = answer_batch(session.settings, source, target, parallel=parallel, progress=progress)
    text = f"{report.answered} answered, {report.refused} refused, {report.done_before} done before: {target}"
    emit(text, asdict(report), as_json=as_json)
