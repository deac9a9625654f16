"""Jobs over real HTTP: begun, watched from where one left off, cancelled; and who may see which."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from configs.settings import Settings
from fakes.admin_ports import admin_ports
from fakes.engine import PATIENCE, eventually
from fakes.service import Service
from fakes.world import World
from feature_store.records import PostKind
from inference_pipeline.api.library import State


@pytest.fixture
def service(world: World, settings: Settings) -> Iterator[Service]:
    running = Service(world, admin=admin_ports(settings))
    running.http.headers.update(running.sign_in())
    yield running
    running.stop()


def begin(service: Service, kind: str = "count", key: str = "", **arguments: object) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return service.http.post("/admin/jobs", json={"kind": kind, "arguments": arguments}, headers=headers)


def state(service: Service, job: str) -> str:
    return str(service.http.get(f"/admin/jobs/{job}").json()["state"])


def stream(service: Service, job: str, **headers: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Number, type and data of each event up to the end of the stream."""
    found = []
    with service.http.stream("GET", f"/admin/jobs/{job}/events", headers=headers, timeout=PATIENCE) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                found.append((int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])))
                fields = {}
    return found


@pytest.mark.slow
def test_a_job_is_watched_to_its_end_and_taken_up_where_one_left_off(service: Service, tmp_path: Path) -> None:
    until = tmp_path / "until"
    until.write_text("3")
    job = begin(service, number=3, until=str(until)).json()["id"]
    events = stream(service, job)
    numbers = [number for number, kind, _ in events if kind != "end"]
    assert numbers == sorted(set(numbers))
    assert events[-1][1] == "end"
    assert events[-1][2]["job"]["state"] == "done"
    assert events[-1][2]["job"]["result"] == {"text": "counted to 3"}
    assert [data["value"] for _, kind, data in events if kind == "point"] == [1, 1 / 2, 1 / 3]
    half = len(events) // 2
    again = stream(service, job, **{"Last-Event-ID": str(events[half][0])})
    assert again == events[half + 1 :]


@pytest.mark.slow
def test_the_second_waits_in_sight_and_both_can_be_cancelled(service: Service, tmp_path: Path) -> None:
    until = tmp_path / "until"
    until.write_text("0")
    first, second = (begin(service, until=str(until)).json() for _ in range(2))
    listed = service.http.get("/admin/jobs").json()["data"]
    assert [(job["id"], job["state"], job["ahead"]) for job in listed] == [
        (second["id"], "waiting", 1),
        (first["id"], "running", 0),
    ]
    for job in (second, first):
        assert service.http.delete(f"/admin/jobs/{job['id']}").status_code == 200
    assert eventually(lambda: state(service, first["id"]) == state(service, second["id"]) == "cancelled")


@pytest.mark.slow
def test_a_server_that_shuts_down_ends_the_streams_and_not_the_jobs(
    service: Service, world: World, settings: Settings, tmp_path: Path
) -> None:
    until = tmp_path / "until"
    until.write_text("0")
    job = begin(service, until=str(until)).json()["id"]
    with service.http.stream("GET", f"/admin/jobs/{job}/events", timeout=PATIENCE) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        service.app.state.admission.drain()
        assert all("event: end" not in line for line in lines)
    until.write_text("3")
    assert eventually(lambda: state(service, job) == "done")


@pytest.mark.parametrize(
    ("kind", "arguments", "param"), [("dance", {}, "kind"), ("count", {"number": "x"}, "arguments.number")]
)
def test_what_makes_no_sense_is_refused(service: Service, kind: str, arguments: dict[str, Any], param: str) -> None:
    refused = begin(service, kind, **arguments)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize("path", ["/admin/jobs/nothing", "/admin/jobs/nothing/events", "/admin/jobs/..%2f..%2fkeys"])
def test_an_unknown_job_is_said_to_be(service: Service, path: str) -> None:
    assert service.http.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "known"), [("state", get_args(State)), ("kind", tuple(PostKind)), ("masked", ("yes", "no"))]
)
def test_posts_of_no_known_state_or_kind_are_not_looked_for(
    service: Service, name: str, known: tuple[str, ...]
) -> None:
    refused = service.http.get("/admin/authors/maud/posts", params={name: "bogus"})
    assert refused.status_code == 400
    assert all(repr(str(word)) in refused.json()["error"]["message"] for word in ("bogus", *known))
    described = service.http.get("/openapi.json").json()
    listing = described["paths"]["/admin/authors/{author}/posts"]["get"]["parameters"]
    schema = next(one["schema"] for one in listing if one["name"] == name)
    schema = schema.get("items", schema)
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(known) <= set(schema["enum"])


def test_a_key_without_admin_sees_no_job(service: Service) -> None:
    key, _ = service.keys.create("ann")
    for path in ("jobs", "authors", "authors/maud/posts"):
        assert service.http.get(f"/admin/{path}", headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert begin(service, key=key).status_code == 403


def test_a_key_of_one_author_sees_and_begins_that_authors_jobs_alone(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = admin_ports(settings)
    monkeypatch.setattr(ports.jobs, "tick", lambda: None)  # they wait
    service = Service(world, admin=ports)
    try:
        everything, _ = service.keys.create("root", scopes=["admin"])
        maud, _ = service.keys.create("maud", scopes=["admin"], authors=["maud"])
        other = begin(service, author="Dex", key=everything).json()
        assert begin(service, author="Dex", key=maud).status_code == 403
        own = begin(service, author="Maud", key=maud).json()
        headers = {"Authorization": f"Bearer {maud}"}
        assert [job["id"] for job in service.http.get("/admin/jobs", headers=headers).json()["data"]] == [own["id"]]
        for path in (other["id"], f"{other['id']}/events"):
            assert service.http.get(f"/admin/jobs/{path}", headers=headers).status_code == 404
        assert service.http.delete(f"/admin/jobs/{other['id']}", headers=headers).status_code == 404
    finally:
        service.stop()
