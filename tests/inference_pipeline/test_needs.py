"""/ready while the servers that answers need go down and come back, over real HTTP; /health is 200 all the while."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from configs.settings import Settings
from fakes.engine import eventually
from fakes.openai_server import completion_server
from fakes.ports import reserved_port
from fakes.qdrant_server import empty_qdrant
from fakes.service import Service
from fakes.world import World
from feature_store.errors import IndexUnreachableError
from inference_pipeline.api import needs as api_needs
from inference_pipeline.api.needs import Need, Needs
from inference_pipeline.engines import remote
from inference_pipeline.errors import EngineUnavailableError
from twin.jobs.serve import needs

pytestmark = pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
KEY = "a-secret-of-the-other-server"


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    with reserved_port() as one, reserved_port() as other:
        yield one, other


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def elsewhere(settings: Settings, qdrant: int, engine: int) -> Settings:
    store = {"index": "qdrant", "qdrant_url": f"http://user:{KEY}@127.0.0.1:{qdrant}", "qdrant_api_key": KEY}
    server = {"base_url": f"http://127.0.0.1:{engine}/v1", "api_key": KEY}
    return settings.model_copy(
        update={
            "feature_store": settings.feature_store.model_copy(update=store),
            "serving": settings.serving.model_copy(update={"engine": "remote"}),
            "remote": settings.remote.model_copy(update=server),
        }
    )


def states(service: Service) -> tuple[int, list[str]]:
    assert service.http.get("/health").status_code == 200
    answer = service.http.get("/ready")
    return answer.status_code, answer.json().get("down", [])


def test_what_answers_need_goes_down_and_comes_back(
    settings: Settings, world: World, ports: tuple[int, int], opened: ExitStack, monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    assert api_needs.KEPT_SECONDS + api_needs.LIMIT_SECONDS < 5
    monkeypatch.setattr(api_needs, "KEPT_SECONDS", 0.05)
    qdrant, engine = ports
    needed = opened.enter_context(needs(elsewhere(settings, qdrant, engine)))
    service = Service(world, needs=needed)
    opened.callback(service.stop)
    both = ["the Qdrant server", "the server of the remote engine"]
    assert states(service) == (503, both)
    with empty_qdrant(qdrant):
        assert eventually(lambda: states(service) == (503, both[1:]))
        with completion_server(port=engine) as there:
            assert eventually(lambda: states(service) == (200, []))
            written = [path for path, _, _ in there.asked if path != "/v1/models"]
            assert written == []
        assert eventually(lambda: states(service) == (503, both[1:]))
    assert eventually(lambda: states(service) == (503, both))
    said = service.http.get("/ready").text
    assert f"127.0.0.1:{qdrant}" in said
    assert f"http://127.0.0.1:{engine}/v1" in said
    assert KEY not in said
    record_property("tries", 4)


def test_who_has_no_key_is_told_no_address(
    settings: Settings, world: World, ports: tuple[int, int], opened: ExitStack
) -> None:
    service = Service(world, needs=opened.enter_context(needs(elsewhere(settings, *ports))))
    opened.callback(service.stop)
    key, _ = service.keys.create("operator")
    stranger = service.http.get("/ready")
    assert (stranger.status_code, "127.0.0.1" in stranger.text) == (503, False)
    assert "the Qdrant server does not answer" in stranger.json()["message"]
    assert "127.0.0.1" in service.http.get("/ready", headers={"Authorization": f"Bearer {key}"}).text


def test_nothing_elsewhere_is_needed_by_the_default_settings(settings: Settings) -> None:
    with needs(settings) as found:
        assert found == []


def test_however_often_it_is_asked_a_server_is_asked_once_while_its_answer_is_kept() -> None:
    now, asked = [0.0], 0

    def require() -> None:
        nonlocal asked
        asked += 1

    async def ask_often() -> None:
        needed = Needs([Need("it", require)], clock=lambda: now[0])
        for _ in range(3):
            assert await asyncio.gather(*(needed.down() for _ in range(50))) == [()] * 50
            now[0] += api_needs.KEPT_SECONDS
        needed.close()

    asyncio.run(ask_often())
    assert asked == 3


def test_one_that_falls_silent_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_needs, "LIMIT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the connection, and says nothing

        def require() -> None:
            with socket.create_connection(silent.getsockname(), timeout=1) as connection:
                connection.recv(1)

        async def ask() -> list[str]:
            needed = Needs([Need("it", require)])
            found = await needed.down()
            needed.close()
            return [one.reason for one in found]

        assert asyncio.run(ask()) == ["it does not answer within 0.05 s."]


def test_a_server_that_refuses_is_down(settings: Settings, opened: ExitStack) -> None:
    asked: list[str] = []
    port = opened.enter_context(empty_qdrant(status=401, asked=asked))
    (index, engine) = opened.enter_context(needs(elsewhere(settings, port, port)))
    with pytest.raises(IndexUnreachableError, match=rf"127\.0\.0\.1:{port} refused: 401"):
        index.require()
    with pytest.raises(EngineUnavailableError, match=rf"127\.0\.0\.1:{port}/v1 answers 401"):
        engine.require()
    assert asked == ["/collections", "/v1/models"]


def test_a_remote_server_that_is_not_there_is_named(settings: Settings, ports: tuple[int, int]) -> None:
    changed = elsewhere(settings, *ports).remote
    with closing(remote.RemoteServer(changed, 1)) as server, pytest.raises(EngineUnavailableError, match="does not"):
        server.require_reachable()
