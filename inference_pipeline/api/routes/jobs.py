"""Long work beside serving, with a key that has the scope admin: collect, train, forget and so on, as the commands do.

POST /admin/jobs: begin one as soon as its turn comes: `kind` and `arguments`.
GET /admin/jobs, GET /admin/jobs/{id}: the newest first; one.
GET /admin/jobs/{id}/events: what it reports, as server-sent events, from Last-Event-ID on; the last is `end`.
DELETE /admin/jobs/{id}: cancel it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from inference_pipeline.api.access import caller_of
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.background import Job, Jobs
from inference_pipeline.api.examples import AUTHOR, MADE_AT
from inference_pipeline.api.openapi import Responses, errors, success
from inference_pipeline.api.services import Services
from inference_pipeline.errors import RestrictedError, UnknownJobError
from inference_pipeline.keys import Caller

POLL_SECONDS = 0.3
COMMENT_SECONDS = 15.0  # between two signs of life on a stream without events
JOB_REQUEST: dict[str, Any] = {"kind": "features", "arguments": {"author": AUTHOR}}
JOB: dict[str, Any] = {
    "id": "20261129-090723-0518301f0c3a",
    "kind": "features",
    "author": AUTHOR,
    "arguments": {"author": AUTHOR},
    "state": "waiting",
    "created_at": MADE_AT,
    "cancelling": False,
    "error": "",
    "error_type": "",
    "ahead": 0,
}
JOBS: dict[str, Any] = {"object": "list", "data": [JOB]}
STREAM: Responses = {
    200: {"description": "Success", "content": {"text/event-stream": {"schema": {"type": "string"}, "example": ""}}}
}


class JobRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [JOB_REQUEST]})

    kind: Annotated[str, Field(max_length=40)]
    arguments: dict[str, Any] = {}


def routes(services: Services) -> APIRouter:
    router = APIRouter(prefix="/admin", tags=["jobs"])
    if services.admin is None:
        return router
    jobs = services.admin.jobs
    admission = services.answering.admission

    @router.post("/jobs", responses=success(JOB) | errors(400, 404))
    def submit(body: JobRequest, request: Request) -> dict[str, Any]:
        return as_data(begin(jobs, body.kind, body.arguments, caller_of(request)))

    @router.get("/jobs", responses=success(JOBS))
    def list_jobs(request: Request) -> dict[str, Any]:
        caller = caller_of(request)
        return {"object": "list", "data": [as_data(job) for job in jobs.all() if _may_see(caller, job)]}

    @router.get("/jobs/{id}", responses=success(JOB) | errors(404))
    def one(id: str, request: Request) -> dict[str, Any]:  # noqa: A002  # its name in the address
        return as_data(_find(jobs, id, caller_of(request)))

    @router.get("/jobs/{id}/events", responses=STREAM | errors(404), response_class=StreamingResponse)
    async def events(
        id: str,  # noqa: A002
        request: Request,
        last_event_id: Annotated[str, Header()] = "",
        after: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> StreamingResponse:
        await asyncio.to_thread(_find, jobs, id, caller_of(request))
        seen = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 10 else after
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(jobs, id, seen, admission), media_type="text/event-stream", headers=headers)

    @router.delete("/jobs/{id}", responses=success(JOB) | errors(404))
    def cancel(id: str, request: Request) -> dict[str, Any]:  # noqa: A002
        return as_data(jobs.cancel(_find(jobs, id, caller_of(request)).id))

    return router


def begin(jobs: Jobs, kind: str, arguments: dict[str, Any], caller: Caller) -> Job:
    """Raises RestrictedError for an author that the caller may not use, or for all of them, and what `submit` does."""
    author = jobs.author_of(kind, arguments)
    if caller.authors is not None and author not in caller.authors:
        raise RestrictedError("this key is limited to some authors, and the job is not about one of them.")
    return jobs.submit(kind, arguments, unrestricted=caller.authors is None)


def as_data(job: Job) -> dict[str, Any]:
    return asdict(job)


def _find(jobs: Jobs, name: str, caller: Caller) -> Job:
    job = jobs.find(name)
    if not _may_see(caller, job):
        raise UnknownJobError(f"there is no job {name!r}. GET /admin/jobs lists those there are.")
    return job


def _may_see(caller: Caller, job: Job) -> bool:
    return caller.authors is None or job.author in caller.authors


async def _stream(jobs: Jobs, name: str, seen: int, admission: Admission) -> AsyncIterator[str]:
    """Ends with the job, or when the server shuts down: a browser comes back by itself."""
    yield "retry: 1000\n\n"
    quiet = 0.0
    while not admission.draining:
        try:
            job = await asyncio.to_thread(jobs.find, name)  # before the events: none comes after its end
            found = await asyncio.to_thread(jobs.events, name, seen)
        except UnknownJobError:  # its text was erased
            break
        for event in found:
            seen = event.number
            data = {"type": event.type, "number": seen, "at": event.at, **event.data}
            yield f"id: {seen}\nevent: {event.type}\ndata: {_json(data)}\n\n"
        if job.state.ended:
            yield f"event: end\ndata: {_json({'type': 'end', 'job': as_data(job)})}\n\n"
            break
        quiet = 0.0 if found else quiet + POLL_SECONDS
        if quiet >= COMMENT_SECONDS:
            quiet = 0.0
            yield ": still there\n\n"
        await asyncio.sleep(POLL_SECONDS)


def _json(data: dict[str, Any]) -> str:
    """On one line: json escapes line ends, and by ASCII alone those that only some readers take for one."""
    return json.dumps(data)
