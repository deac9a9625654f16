"""`twin batch`: a file of requests in OpenAI's batch form, answered in this process."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Json
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from inference_pipeline.api.batch import BatchReport
    from twin.console import Watcher


def batch(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="A request a line, as OpenAI's batches have it.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Answers are appended as they come.")],
    parallel: Annotated[int, typer.Option(min=1, max=256, help="Requests at once.")] = 8,
    as_json: Json = False,
) -> None:
    """Answer a file of requests to /v1/chat/completions. Run it again after a kill: it goes on where it was."""
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    with watcher() as progress:
        report = run(session.settings, source, target, parallel=parallel, progress=progress)
    if as_json:
        emit_json(asdict(report))
    else:
        typer.echo(f"{report.answered} answered, {report.refused} refused, {report.done_before} done before: {target}")


def run(settings: "Settings", source: Path, target: Path, *, parallel: int, progress: "Watcher") -> "BatchReport":
    import asyncio

    from inference_pipeline.api.batch import run_batch
    from twin import wiring

    async def answer() -> "BatchReport":
        with wiring.answering(settings, wiring.base_model(settings)) as (pipeline, pool):
            try:
                return await run_batch(pipeline, source, target, parallel=parallel, progress=progress)
            finally:
                await pool.close()

    return asyncio.run(answer())
