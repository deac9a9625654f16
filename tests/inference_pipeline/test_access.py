"""Keys, scopes, limits and admin routes, on a live server."""

import json
import socket
import stat
from collections.abc import Callable, Iterator

import httpx2
import pytest

from configs.settings import load_settings
from fakes.engine import eventually
from fakes.service import Service
from fakes.world import World
from inference_pipeline.api.limits import KeyLimits
from inference_pipeline.errors import RateLimitedError

ASKED = [{"role": "user", "content": "When was the ferry Patient Annie built?"}]
Start = Callable[..., Service]


@pytest.fixture
def start(world: World) -> Iterator[Start]:
    running: list[Service] = []

    def begin(**access: object) -> Service:
        settings = load_settings(environ={}).access.model_copy(update=access)
        running.append(Service(world, settings))
        return running[-1]

    yield begin
    for service in running:
        service.stop()


def ask(service: Service, key: str = "", model: str = "maud", **headers: str) -> httpx2.Response:
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return service.http.post("/v1/chat/completions", json={"model": model, "messages": ASKED}, headers=headers)


def test_keys_are_asked_for_as_soon_as_there_is_one_and_after_the_last_is_revoked(start: Start) -> None:
    service = start()
    assert ask(service).status_code == 200
    key, _ = service.keys.create("ann")
    refused = ask(service)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
    assert ask(service, key).status_code == 200
    assert ask(service, key[:-1] + ("a" if key[-1] != "a" else "b")).status_code == 401
    service.keys.revoke("ann")
    assert ask(service, key).status_code == ask(service).status_code == 401


def test_the_file_of_keys_holds_none_and_only_its_owner_reads_it(start: Start) -> None:
    service = start()
    key, _ = service.keys.create("ann")
    file = service.world.folder / "keys.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = key.split("_", 2)[2]  # base64url: it may hold underscores itself
    assert secret.encode() not in file.read_bytes()


def test_an_expired_key_is_none(start: Start) -> None:
    service = start()
    key, _ = service.keys.create("ann", expires_at=1.0)
    assert ask(service, key).status_code == 401


@pytest.mark.parametrize("suffix", ["", "@v1", "@v9", "@base"])
def test_a_model_of_another_is_answered_as_one_that_does_not_exist(start: Start, suffix: str) -> None:
    service = start()
    key, _ = service.keys.create("ann", authors=["maud"])
    assert ask(service, key).status_code == 200
    others, nobodys = (ask(service, key, f"{author}{suffix}") for author in ("dex", "nell"))
    assert (others.status_code, others.content) == (nobodys.status_code, nobodys.content)
    assert others.status_code == 404
    bearer = {"Authorization": f"Bearer {key}"}
    listed = service.http.get("/v1/models", headers=bearer).json()["data"]
    assert {model["owned_by"] for model in listed} == {"maud"}
    single = [service.http.get(f"/v1/models/{author}", headers=bearer) for author in ("dex", "nell")]
    assert single[0].content == single[1].content
    assert eventually(lambda: service.http.get("/ready").status_code == 200)
    assert service.http.get("/ready").json()["champions"] == {}


def test_every_route_answers_of_another_author_as_of_nobody(start: Start) -> None:
    """Whichever routes there are: what they are asked with is their own example."""
    service = start()
    document = service.http.get("/openapi.json").json()
    key, _ = service.keys.create("ann", authors=["maud"], scopes=["chat", "admin"])
    bearer = {"Authorization": f"Bearer {key}"}
    asked = []
    for path, routes in document["paths"].items():
        for method, route in routes.items():
            schema = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            parts = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
            body = parts.get("examples", [{}])[0]
            if path == "/v1/embeddings" or not ("model" in body or "{author}" in path or "{model}" in path):
                continue
            of_dex, of_nobody = (
                service.http.request(
                    method,
                    path.replace("{author}", author).replace("{model}", author),
                    json=body | ({"model": author} if "model" in body else {}),
                    headers=bearer,
                )
                for author in ("dex", "nell")
            )
            assert (of_dex.status_code, of_dex.content) == (404, of_nobody.content), path
            asked.append(path)
    assert len(asked) >= 11


def test_scopes_part_asking_from_looking_after(start: Start) -> None:
    service = start()
    chat, _ = service.keys.create("ann")
    admin, _ = service.keys.create("root", scopes=["admin"])
    for path in ("/admin/status", "/admin/keys", "/metrics"):
        assert service.http.get(path, headers={"Authorization": f"Bearer {chat}"}).status_code == 403
        assert service.http.get(path, headers={"Authorization": f"Bearer {admin}"}).status_code == 200
    assert ask(service, admin).status_code == 403


def test_an_admin_of_some_authors_makes_no_keys_and_moves_no_other_author(start: Start) -> None:
    service = start()
    key, _ = service.keys.create("part", scopes=["admin"], authors=["maud"])
    bearer = {"Authorization": f"Bearer {key}"}
    assert service.http.post("/admin/keys", json={"name": "more"}, headers=bearer).status_code == 403
    assert service.http.post("/admin/authors/dex/rollback", headers=bearer).status_code == 404
    assert service.http.get("/admin/authors/maud/versions", headers=bearer).json()["data"][0]["version"] == "v1"


def test_promotion_and_rollback_over_http(start: Start) -> None:
    service = start()
    service.world.register("maud", promote=False)
    body, operator = {"version": "v2", "force": True, "reason": "a test"}, service.sign_in()
    assert service.http.post("/admin/authors/maud/promote", json=body, headers=operator).json()["version"] == "v2"
    assert eventually(lambda: ask(service).json()["llm_twin"]["adapter"] == "v2")
    assert service.http.post("/admin/authors/maud/rollback", headers=operator).json()["version"] == "v1"
    assert eventually(lambda: ask(service).json()["llm_twin"]["adapter"] == "v1")


def test_one_key_may_ask_so_often_and_the_others_go_on(start: Start) -> None:
    service = start(requests_per_minute=2)
    one, other = service.keys.create("one")[0], service.keys.create("other")[0]
    assert [ask(service, one).status_code for _ in range(3)] == [200, 200, 429]
    assert int(ask(service, one).headers["Retry-After"]) in range(1, 31)
    assert ask(service, other).status_code == 200


def test_a_bucket_refills_evenly_and_places_come_back() -> None:
    now = [0.0]
    limits = KeyLimits(a_minute=60, at_once=1, clock=lambda: now[0])
    with limits.request("k"), pytest.raises(RateLimitedError, match="under way"), limits.request("k"):
        pass
    for _ in range(59):
        with limits.request("k"):
            pass
    with pytest.raises(RateLimitedError, match="1 s"), limits.request("k"):
        pass
    now[0] = 1.0
    with limits.request("k"):
        pass


@pytest.mark.parametrize("streamed", [True, False])
def test_a_body_that_is_too_large_is_refused_however_it_comes(start: Start, streamed: bool) -> None:
    service = start(max_body_mb=0.01)
    content = (b"x" * 1000 for _ in range(11)) if streamed else b"x" * 11000
    response = service.http.post("/v1/chat/completions", content=content)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_a_body_that_does_not_come_is_given_up(start: Start) -> None:
    service = start(body_seconds=0.2)
    with socket.create_connection(("127.0.0.1", service.socket.getsockname()[1]), timeout=20) as client:
        client.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 90\r\n\r\n{"
        )
        answer = b"".join(iter(lambda: client.recv(4096), b""))  # to its end: the server closes the connection
    assert answer.startswith(b"HTTP/1.1 408")
    assert service.under_way == 0


def test_a_reader_that_takes_nothing_is_dropped(start: Start) -> None:
    """What it leaves untaken waits in the engine's thread of its own request, and its place is freed."""
    service = start(stalled_seconds=0.3)
    ask(service)
    engine = service.world.engines["maud v1"]
    engine.text = " ".join(["kettle"] * 20000)
    body = json.dumps({"model": "maud", "messages": ASKED, "stream": True}).encode()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", service.socket.getsockname()[1]))
        client.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        assert eventually(lambda: len(engine.requests) == 2)
        assert eventually(lambda: (service.under_way, engine.running) == (0, 0))
    assert engine.finished == 1  # the first one: this one never came to its end


def test_other_hosts_and_pages_are_refused(start: Start) -> None:
    service = start(cors_origins=["https://chat.example.org"], hosts=["twin.example.org"])
    assert ask(service, Host="evil.example.org").json()["error"]["code"] == "host_not_allowed"
    assert ask(service, Host="twin.example.org").status_code == 200
    assert ask(service, Origin="https://evil.example.org").json()["error"]["code"] == "origin_not_allowed"
    allowed = ask(service, Origin="https://chat.example.org")
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://chat.example.org")


@pytest.mark.slow
def test_two_hundred_streams_that_are_left_cost_nothing(start: Start) -> None:
    service = start()
    ask(service)
    engine = service.world.engines["maud v1"]
    engine.gate.clear()
    body = {"model": "maud", "messages": ASKED, "stream": True}
    for _ in range(200):
        with service.http.stream("POST", "/v1/chat/completions", json=body) as response:
            assert response.status_code in (200, 503)
            assert response.status_code == 503 or next(response.iter_bytes())
        assert eventually(lambda: service.under_way < service.world.settings.parallel)
    assert eventually(lambda: (service.under_way, engine.running) == (0, 0))
    engine.gate.set()
    assert ask(service).status_code == 200
    text = service.http.get("/metrics").text
    assert "llm_twin:num_requests_running 0.0" in text
    assert "llm_twin:num_requests_waiting 0.0" in text
