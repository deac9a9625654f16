"""The OpenAPI document says what the server does. More calls: SCHEMATHESIS_CALLS=2000 makes that many in all."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as with_settings

from configs.settings import Settings
from fakes.admin_ports import admin_ports
from fakes.feature_records import make_document
from fakes.scorer import give_scorer
from fakes.service import ANSWER, Service
from fakes.world import POSTS, World, make_chunk
from model_registry.style.scorer import StyleScorer
from twin import wiring
from twin.jobs.authors import ensure_author
from twin.jobs.work import KINDS

if TYPE_CHECKING:
    from schemathesis import Case

MAKES_KEYS = "/admin/keys"  # the first of them would lock the other calls out: tests/inference_pipeline/test_access.py
NEEDS_KEY = "/session"  # its example has none that is known: tests/inference_pipeline/test_page_session.py
CALLS = int(os.environ.get("SCHEMATHESIS_CALLS", "60"))


@pytest.fixture(autouse=True)
def _searched_and_scored(world: World, scorer: StyleScorer) -> None:
    world.register("maud")  # v2; the example of a promotion names v1
    give_scorer(world, scorer)
    documents = [
        replace(make_document(title, text), id=make_chunk("maud", title, text).document_id)
        for title, text in POSTS["maud"].items()
    ]
    encoder = world.encoder.fingerprint
    world.store.commit("maud", documents=documents, chunks=[], examples=[], encoder=encoder, configuration={})


@pytest.fixture
def service(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """With the routes of the page; no job begins."""
    ensure_author(wiring.feature_store(settings), "maud")
    ports = admin_ports(settings, wiring.job_runner(settings, KINDS))
    monkeypatch.setattr(ports.jobs, "tick", lambda: None)
    world.text = ANSWER
    running = Service(world, admin=ports)
    yield running
    running.stop()


def routes(service: Service) -> list[tuple[str, str, dict[str, Any]]]:
    """The operator's last: they change which version answers."""
    paths = service.http.get("/openapi.json").json()["paths"]
    ordered = sorted(paths, key=lambda path: path.startswith("/admin"))
    return [(method, path, route) for path in ordered for method, route in paths[path].items()]


def test_every_route_declares_its_errors_and_has_an_example(service: Service) -> None:
    for method, path, route in routes(service):
        assert "422" not in route["responses"], path
        assert route["responses"]["4XX"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody"), path
        contents = route["responses"]["200"]["content"]
        assert all("example" in kind for name, kind in contents.items() if "event-stream" not in name), path
        assert contents, path
        assert ("requestBody" in route) == (method == "post" and not path.endswith("/rollback")), path


def test_examples_are_requests_that_work_and_answers_of_their_form(service: Service) -> None:
    document = service.http.get("/openapi.json").json()
    operator = service.sign_in()
    served = {"maud-ferrier": "maud", "all-mpnet-base-v2": "hash-encoder"}
    tried = 0
    for method, path, route in routes(service):
        content = route.get("requestBody", {}).get("content", {})
        if "application/json" not in content or path in (MAKES_KEYS, NEEDS_KEY):
            continue
        schema = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        (example,) = document["components"]["schemas"][schema]["examples"]
        body = example | {"model": served[example["model"]]} if "model" in example else example
        answer = service.http.request(method, path.replace("{author}", "maud"), json=body, headers=operator)
        assert answer.status_code == 200, answer.text
        assert form(answer.json()) == form(route["responses"]["200"]["content"]["application/json"]["example"]), path
        tried += 1
    assert tried >= 3


def form(value: object) -> object:
    """What fields there are; of a list, those of its first item. The document leaves out what is null."""
    if isinstance(value, dict):
        return {key: form(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return None


@pytest.mark.slow
def test_generated_calls_meet_no_undeclared_status(service: Service) -> None:
    import schemathesis  # two seconds, which only this test is to take
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

    schema = schemathesis.openapi.from_url(f"{service.address}/openapi.json")
    operations = [
        result.ok() for result in schema.get_all_operations() if result.ok().path not in (MAKES_KEYS, NEEDS_KEY)
    ]
    varied = sum(bool(operation.body or operation.path_parameters) for operation in operations)
    assert varied >= 4
    made: Counter[int] = Counter()
    operator = service.sign_in()
    for operation in operations:

        @given(case=operation.as_strategy())
        @with_settings(
            max_examples=CALLS // varied + 5,  # some operations have fewer distinct calls than that
            phases=[Phase.generate],
            database=None,
            derandomize=CALLS < 1000,
            suppress_health_check=list(HealthCheck),
        )
        def call(case: "Case") -> None:
            if isinstance(case.body, dict) and case.body.get("model") and made.total() % 2:
                case.body["model"] = "hash-encoder" if "embeddings" in case.path else "maud"
            response = case.call_and_validate(
                base_url=service.address,
                headers=operator,
                checks=[not_a_server_error, status_code_conformance, content_type_conformance],
            )
            made[response.status_code] += 1

        call()
    assert made.total() >= CALLS
    assert {200, 400, 404} <= made.keys()
    assert service.under_way == 0


@pytest.mark.parametrize("path", ["/health", "/version", "/v1/models", "/openapi.json"])
def test_what_needs_no_body_answers(service: Service, path: str) -> None:
    assert service.http.get(path).status_code == 200
