from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qdrant_client import QdrantClient

from fakes.feature_records import DIMENSIONS, ENCODER, axis, make_chunk, make_version
from fakes.ports import reserved_port
from fakes.qdrant_server import empty_qdrant
from feature_store.backends.qdrant import QdrantIndex
from feature_store.errors import IndexUnreachableError

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


class CutError(Exception):
    """Stands for the moment at which a process is killed."""


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = QdrantClient(":memory:")
    yield made
    made.close()


def publish(index: QdrantIndex, number: int, *names: str) -> tuple[int, int]:
    return index.publish(make_version(number), [make_chunk(name, name) for name in names], dimensions=DIMENSIONS)


def found(index: QdrantIndex, version: int) -> set[str]:
    results = index.search(author="maud", encoder=ENCODER, version=version, text="fog", vector=axis(0), limit=9)
    return {result.chunk.text for result in results}


@pytest.mark.parametrize("calls_before", [0, 1, 2, 3])
def test_a_publication_that_was_cut_off_hides_nothing_and_is_repeated(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch, calls_before: int
) -> None:
    index = QdrantIndex(client)
    publish(index, 1, "fog", "tide")
    left = calls_before

    def cut_before(write: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            if left == 0:
                raise CutError
            left -= 1
            return write(*args, **kwargs)

        return counted

    with monkeypatch.context() as patch:
        patch.setattr("feature_store.backends.qdrant_points.BATCH", 1)
        for name in ("upsert", "set_payload"):
            patch.setattr(client, name, cut_before(getattr(client, name)))
        with pytest.raises(CutError):  # of the four writes: two points, an ending, the marker
            publish(index, 2, "fog", "rope", "bell")

    assert index.published("maud", ENCODER) == 1
    assert found(index, 1) == {"fog", "tide"}
    publish(index, 2, "fog", "rope", "bell")
    assert found(index, 2) == {"fog", "rope", "bell"}
    assert found(index, 1) == {"fog", "tide"}


def test_a_version_after_one_that_was_cut_off_holds_its_own_chunks(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = QdrantIndex(client)
    publish(index, 1, "fog", "tide")

    def cut(*_: Any, **__: Any) -> None:
        raise CutError

    with monkeypatch.context() as patch:
        patch.setattr(QdrantIndex, "_mark", cut)
        with pytest.raises(CutError):
            publish(index, 2, "fog", "rope")
    publish(index, 3, "tide", "bell")
    assert found(index, 3) == {"tide", "bell"}
    assert found(index, 1) == {"fog", "tide"}


def test_more_points_than_a_page_are_compared(client: QdrantClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feature_store.backends.qdrant.PAGE", 3)
    monkeypatch.setattr("feature_store.backends.qdrant_points.BATCH", 2)
    index = QdrantIndex(client)
    names = [f"post {number}" for number in range(10)]
    assert publish(index, 1, *names) == (10, 0)
    assert publish(index, 2, *names[5:], "new") == (1, 5)
    for number in range(3, 8):
        publish(index, number, *names)
    assert index.published("maud", ENCODER) == 7


def test_no_one_at_the_address_is_an_error_that_names_it() -> None:
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}"
        index = QdrantIndex.connect(url)
        for call in (
            lambda: index.published("maud", ENCODER), lambda: publish(index, 1, "fog"), lambda: found(index, 1),
        ):  # fmt: skip
            with pytest.raises(IndexUnreachableError, match=url):
                call()
        index.close()


def test_a_server_that_comes_back_is_asked_again(record_property: Callable[[str, object], None]) -> None:
    """By the same client."""
    times = 3
    with reserved_port() as port:
        with empty_qdrant(port):
            index = QdrantIndex.connect(f"http://127.0.0.1:{port}")
        for _ in range(times):
            with pytest.raises(IndexUnreachableError, match=f":{port}"):
                index.published("maud", ENCODER)
            with empty_qdrant(port):
                assert index.published("maud", ENCODER) == 0
        index.close()
    record_property("tries", times)
