"""OpenAI's batch form, without HTTP: a request a line in, an answer a line out, in the order in which they are ready.

Every line of the output names its line of the input by `id`, a hash of the input line and its place. So a run that was
killed goes on where it was, lines that were added or changed are answered, and nothing is answered twice.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, Field, ValidationError

from configs.errors import TwinError
from configs.files import users_umask
from configs.progress import Progress
from feature_store.records import digest_of
from inference_pipeline.api.answering import finished, interleaved
from inference_pipeline.api.completions import Completion
from inference_pipeline.api.errors import WireError, invalid_request, wire_error
from inference_pipeline.api.schemas import ChatCompletionRequest
from inference_pipeline.errors import BatchFileError, OverloadedError
from inference_pipeline.pipeline import AnswerPipeline

URL = "/v1/chat/completions"
RETRY_SECONDS = 0.2  # when other versions of the batch take all the room in memory


class BatchLine(BaseModel):
    custom_id: str = Field(min_length=1)
    method: str = "POST"
    url: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int  # in the file, from 1 on
    id: str
    text: bytes


@dataclass(frozen=True, slots=True)
class BatchReport:
    answered: int
    refused: int  # lines that were answered with an error
    done_before: int


async def run_batch(
    pipeline: AnswerPipeline, source: Path, target: Path, *, parallel: int, progress: Progress
) -> BatchReport:
    """Answer the lines of `source`, at most `parallel` at once, and append each to `target` as soon as it is ready.

    A line that the client can mend gets an error object, and the rest goes on. What only the operator can mend ends the
    run, and that line is answered by the next one. Raises BatchFileError, and what makes a model impossible to serve.
    """
    total = sum(1 for _ in _lines(source))  # before the target is made: a name that was mistyped leaves nothing behind
    with _writing(target) as output:
        done = _answered(output)
        lines = (line for line in _lines(source) if line.id not in done)
        seen = set(done.values())
        counts = {True: 0, False: 0}
        progress.start("answer requests", total)
        before = sum(1 for line in _lines(source) if line.id in done)
        progress.advance(before)

        async def work() -> None:
            for line in lines:  # shared: each worker takes the next
                row = await _row(line, pipeline, seen)
                output.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                output.flush()
                os.fsync(output.fileno())
                counts[row["error"] is None and row["response"]["status_code"] == 200] += 1
                progress.advance()

        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(parallel):
                    workers.create_task(work())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        progress.finish(f"{counts[True]} answered, {counts[False]} refused, {before} done before")
        return BatchReport(answered=counts[True], refused=counts[False], done_before=before)


async def _row(line: Numbered, pipeline: AnswerPipeline, seen: set[str]) -> dict[str, Any]:
    try:
        asked = BatchLine.model_validate_json(line.text)
    except ValidationError as error:
        wrong = _invalid(error)
        return _unanswered(line, _custom_id(line.text), "invalid_line", f"line {line.number}: {wrong.message}")
    if asked.custom_id in seen:
        return _unanswered(line, asked.custom_id, "duplicate_custom_id", "another line has the same custom_id.")
    seen.add(asked.custom_id)
    if (asked.method, asked.url) != ("POST", URL):
        message = f"{asked.method} {asked.url} cannot be asked in a batch; POST {URL} can."
        return _unanswered(line, asked.custom_id, "invalid_url", message)
    status, body = await _response(asked.body, pipeline)
    response = {"status_code": status, "request_id": line.id.replace("batch_req", "req"), "body": body}
    return {"id": line.id, "custom_id": asked.custom_id, "response": response, "error": None}


async def _response(body: dict[str, Any], pipeline: AnswerPipeline) -> tuple[int, dict[str, Any]]:
    try:
        request = ChatCompletionRequest.model_validate(body)
    except ValidationError as error:
        wrong = _invalid(error)
        return wrong.status, wrong.body
    while True:
        try:
            answers = await finished(interleaved([pipeline.answer(question) for question in request.questions()]))
            return 200, Completion(request.model).whole(answers)
        except OverloadedError:
            await asyncio.sleep(RETRY_SECONDS)
        except TwinError as error:
            refused: WireError = wire_error(error)
            if refused.status >= 500:
                raise
            return refused.status, refused.body


def _invalid(error: ValidationError) -> WireError:
    first = error.errors(include_url=False)[0]
    return invalid_request({**first, "loc": ("line", *first["loc"])})


def _unanswered(line: Numbered, custom_id: str | None, code: str, message: str) -> dict[str, Any]:
    return {"id": line.id, "custom_id": custom_id, "response": None, "error": {"code": code, "message": message}}


def _custom_id(text: bytes) -> str | None:
    """Of a line in which something else is wrong."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    said = found.get("custom_id") if isinstance(found, dict) else None
    return said if isinstance(said, str) else None


def _lines(source: Path) -> Iterator[Numbered]:
    """Those that are not blank. Raises BatchFileError."""
    try:
        with source.open("rb") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    name = digest_of("batch", number, text.strip().decode("utf-8", "surrogateescape"))
                    yield Numbered(number, f"batch_req_{name[:24]}", text.strip())
    except OSError as error:
        raise BatchFileError(f"{source} cannot be read: {error.strerror}.") from error


@contextmanager
def _writing(target: Path) -> Iterator[BinaryIO]:
    """Raises BatchFileError when another run writes there."""
    try:
        with users_umask():
            file = target.open("a+b")
    except OSError as error:
        raise BatchFileError(f"{target} cannot be written: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BatchFileError(f"another batch writes to {target}. Wait for it, or name another file.") from None
        yield file


def _answered(output: BinaryIO) -> dict[str, str]:
    """Id → custom_id of what stands there; a last line that a kill cut off is removed. Raises BatchFileError."""
    output.seek(0)
    ids: dict[str, str] = {}
    whole = 0
    for number, line in enumerate(output, start=1):
        if not line.endswith(b"\n"):
            break
        try:
            row = json.loads(line)
            ids[row["id"]] = row["custom_id"] or ""
        except (ValueError, KeyError, TypeError) as error:
            raise BatchFileError(
                f"line {number} of {output.name} is no answer of a batch. Name a new file, or an earlier run's."
            ) from error
        whole += len(line)
    output.truncate(whole)
    output.seek(0, os.SEEK_END)
    return ids
