"""Jobs in real processes: one after the other, killed, cancelled, found again by another server."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from configs.settings import Settings
from fakes.engine import eventually
from fakes.job_kinds import runner
from inference_pipeline.api.background import Job, JobState
from inference_pipeline.errors import InvalidRequestError, UnknownJobError
from twin.background import runner as module
from twin.background.folder import JobFolder, erase_ended
from twin.background.runner import JobRunner

TOKEN = "3f2a-token"
SERVER = """
import json, sys, time
sys.path[:0] = {path!r}
from configs.settings import Settings
from fakes.job_kinds import runner
jobs = runner(Settings.model_validate(json.load(sys.stdin)))
jobs.submit("count", {{"number": 3, "until": {until!r}}}, unrestricted=True)
print("begun", flush=True)
while True:
    jobs.tick()
    time.sleep(0.1)
"""


@pytest.fixture
def jobs(settings: Settings) -> JobRunner:
    return runner(settings)


@pytest.fixture
def until(tmp_path: Path) -> Path:
    """How far a job may count."""
    file = tmp_path / "until"
    file.write_text("0")
    return file


def begin(jobs: JobRunner, kind: str = "count", **arguments: object) -> str:
    return jobs.submit(kind, arguments, unrestricted=True).id


def becomes(jobs: JobRunner, job: str, state: JobState) -> bool:
    def there() -> bool:
        jobs.tick()
        return jobs.find(job).state is state

    return eventually(there)


def said(jobs: JobRunner, job: str, kind: str) -> list[dict[str, object]]:
    return [dict(event.data) for event in jobs.events(job, 0) if event.type == kind]


def counts(jobs: JobRunner, job: str) -> bool:
    """Whether it has come to the count itself."""

    def began() -> bool:
        return any(row["stage"] == "numbers" for row in said(jobs, job, "progress"))

    return eventually(lambda: began() or jobs.find(job).state.ended) and began()


def state(job: Job) -> tuple[JobState, int]:
    return job.state, job.ahead


@pytest.mark.slow
def test_two_run_one_after_the_other_and_say_what_they_do(jobs: JobRunner, until: Path) -> None:
    first = begin(jobs, number=5, until=str(until))
    second = begin(jobs)
    assert counts(jobs, first)
    assert [state(job) for job in jobs.all()] == [(JobState.WAITING, 1), (JobState.RUNNING, 0)]
    until.write_text("5")
    assert becomes(jobs, first, JobState.DONE)
    assert becomes(jobs, second, JobState.DONE)
    done = jobs.find(first)
    assert done.result == {"text": "counted to 5"}
    assert done.created_at <= (done.started_at or 0) <= (done.ended_at or 0)
    assert said(jobs, first, "point") == [{"series": "train_loss", "step": n, "value": 1 / (n + 1)} for n in range(5)]
    finished = [row for row in said(jobs, first, "progress") if row["finished"]]
    expected = {"stage": "numbers", "done": 5, "total": 5, "note": "counted", "step": 1, "steps": 2}
    assert expected.items() <= finished[0].items()
    assert said(jobs, first, "note") == [{"text": "All are counted."}]
    numbers = [event.number for event in jobs.events(first, 0)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [event.number for event in jobs.events(first, 3)] == numbers[3:]


@pytest.mark.slow
def test_what_fails_says_the_way_out_and_a_bug_keeps_its_traceback(jobs: JobRunner, settings: Settings) -> None:
    failed, bug = begin(jobs, "fail"), begin(jobs, "fail", bug=True)
    assert becomes(jobs, bug, JobState.FAILED)
    assert jobs.find(failed).error == "the tide is out. Wait for it."
    assert jobs.find(failed).error_type == "SyncFailedError"
    assert "ValueError: nobody thought of this" in jobs.find(bug).error
    (trace,) = (settings.data_dir / "logs").iterdir()
    assert str(trace) in jobs.find(bug).error


@pytest.mark.slow
def test_a_job_outlives_the_server_that_is_killed_and_the_next_one_finds_it(settings: Settings, until: Path) -> None:
    program = SERVER.format(path=[path for path in sys.path if path], until=str(until))
    server = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin
    assert server.stdout
    server.stdin.write(settings.model_dump_json())
    server.stdin.close()
    assert server.stdout.readline() == "begun\n"
    jobs = runner(settings)
    (job,) = jobs.all()
    assert counts(jobs, job.id)
    server.kill()
    server.wait()
    server.stdout.close()
    assert jobs.find(job.id).state is JobState.RUNNING
    until.write_text("3")
    assert becomes(jobs, job.id, JobState.DONE)


@pytest.mark.slow
def test_one_that_is_killed_is_never_done_holds_up_nothing_and_can_be_begun_again(
    jobs: JobRunner, until: Path, settings: Settings
) -> None:
    killed, next_one = begin(jobs, until=str(until)), begin(jobs)
    assert counts(jobs, killed)
    process = JobFolder(settings.data_dir / "jobs" / killed).process
    assert process
    os.kill(process, signal.SIGKILL)
    assert becomes(jobs, killed, JobState.DIED)
    assert "start it again" in jobs.find(killed).error
    assert becomes(jobs, next_one, JobState.DONE)
    until.write_text("3")
    again = begin(jobs, **jobs.find(killed).arguments)
    assert becomes(jobs, again, JobState.DONE)
    assert jobs.find(killed).state is JobState.DIED


@pytest.mark.slow
def test_what_is_cancelled_ends_and_what_waits_never_begins(jobs: JobRunner, until: Path) -> None:
    running, waiting = begin(jobs, until=str(until)), begin(jobs)
    assert counts(jobs, running)
    assert jobs.cancel(waiting).state is JobState.CANCELLED
    jobs.cancel(running)
    assert becomes(jobs, running, JobState.CANCELLED)
    assert jobs.find(running).result is None
    jobs.tick()
    assert jobs.find(waiting).started_at is None
    after = begin(jobs)
    assert becomes(jobs, after, JobState.DONE)
    assert jobs.cancel(after).state is JobState.DONE


@pytest.mark.slow
def test_what_does_not_listen_is_killed(jobs: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KILLED_AFTER", 0.5)
    deaf = begin(jobs, "deaf")
    assert eventually(lambda: bool(said(jobs, deaf, "note")))
    assert jobs.cancel(deaf).cancelling
    assert becomes(jobs, deaf, JobState.CANCELLED)


@pytest.mark.slow
def test_it_gives_way_to_everything_else_and_what_it_wrote_is_its_owners_alone(until: Path, settings: Settings) -> None:
    services = settings.services.model_copy(update={"github_token": TOKEN})
    jobs = runner(settings.model_copy(update={"services": services}))
    job = begin(jobs, until=str(until))
    assert counts(jobs, job)
    folder = JobFolder(settings.data_dir / "jobs" / job)
    assert folder.process
    assert os.getpriority(os.PRIO_PROCESS, folder.process) == 19
    kept = "".join(path.read_text(errors="replace") for path in folder.path.iterdir())
    assert TOKEN not in kept + Path(f"/proc/{folder.process}/cmdline").read_text()
    assert TOKEN not in Path(f"/proc/{folder.process}/environ").read_text()
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.path.iterdir())
    jobs.cancel(job)
    assert becomes(jobs, job, JobState.CANCELLED)


@pytest.mark.parametrize(
    ("kind", "arguments", "param"),
    [
        ("dance", {}, "kind"),
        ("count", {"number": "many"}, "arguments.number"),
        ("count", {"nothing": 1}, "arguments.nothing"),
        ("count", {"author": "☃"}, "arguments.author"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    jobs: JobRunner, kind: str, arguments: dict[str, object], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        jobs.submit(kind, arguments, unrestricted=True)
    assert refused.value.param == param
    assert jobs.all() == []


@pytest.mark.parametrize("name", ["..", "20261129-090723-0518301f0c3a", "../features", "/etc"])
def test_a_name_that_is_no_jobs_is_unknown(jobs: JobRunner, name: str) -> None:
    with pytest.raises(UnknownJobError):
        jobs.events(name, 0)
    with pytest.raises(UnknownJobError):
        jobs.cancel(name)


def test_a_truncated_line_is_none_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    folder.events_file.write_bytes(
        b'{"type": "started", "at": 1}\n{"type": "no\n{"type": "note", "at": 2, "text": "x"}\n{"ty'
    )
    assert [(event.number, event.type) for event in folder.events()] == [(1, "started"), (3, "note")]


def test_forgetting_takes_what_ended_jobs_of_the_author_said(jobs: JobRunner, settings: Settings) -> None:
    settings = settings.model_copy(update={"jobs": settings.jobs.model_copy(update={"at_once": 1})})
    idle = JobRunner(settings.data_dir / "jobs", kinds=jobs._kinds, settings=settings, command=["true"])
    maud, dex = begin(idle), begin(idle, author="Dex")
    idle.cancel(maud)
    idle.cancel(dex)
    assert eventually(lambda: all(job.state.ended for job in idle.all()))
    erase_ended(settings.data_dir / "jobs", "maud")
    assert [job.id for job in idle.all()] == [dex]
