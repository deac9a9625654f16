"""POST /v1/search over an index and a store that hold the same posts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from configs.settings import ServingSettings
from fakes.feature_records import between, make_document
from fakes.service import Service
from fakes.world import World, make_chunk
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.records import Chunk, Document, PostKind
from model_registry.base_models import BaseModelFiles


@pytest.fixture
def service(empty_world: World) -> Iterator[Service]:
    publish(empty_world, "maud", [document(n) for n in range(40)])
    publish(empty_world, "dex", [replace(document(3), author="dex", id="of-dex")])
    running = Service(empty_world)
    yield running
    running.stop()


def document(n: int) -> Document:
    """Two in forty are replies from elsewhere; the fortieth has no date."""
    text = f"The harbour clock struck {n}. " + ("I oiled the escape wheel." if n % 2 else "Sardines for the cat.")
    return replace(
        make_document(f"day {n}", text),
        created_at="" if n == 39 else f"2024-{n % 12 + 1:02}-05T00:00:00Z",
        source="x:maud" if n in (8, 31) else "folder:/posts",
        kind=PostKind.REPLY if n in (8, 31) else PostKind.ARTICLE,
    )


def publish(world: World, author: str, documents: list[Document]) -> None:
    chunks: list[Chunk] = []
    for one in documents:
        for start, end in ((0, one.text.index(".") + 1), (one.text.index(".") + 2, len(one.text))):
            made = make_chunk(author, one.title, one.text[start:end], start=start, document_id=one.id)
            chunks.append(replace(made, vector=world.encoder.encode([made.search_text])[0]))
    version, _ = world.store.commit(
        author, documents=documents, chunks=chunks, examples=[], encoder=world.encoder.fingerprint, configuration={}
    )
    world.index.publish(version, chunks, dimensions=world.encoder.dimensions)


def search(service: Service, query: str = "the harbour clock", **body: object) -> httpx2.Response:
    return service.http.post("/v1/search", json={"model": "maud", "query": query, **body})


def test_posts_are_found_once_each_with_their_words_to_the_letter(service: Service) -> None:
    answer = search(service, "Which clock struck 7?", limit=5).json()
    first = answer["data"][0]
    text = document(7).text
    assert (first["post_id"], first["title"], first["date"]) == (document(7).id, "Day 7", "2024-08-05")
    assert first["quote"] == text[first["start"] : first["end"]] == "The harbour clock struck 7."
    assert (first["url"], first["source"], first["kind"]) == (
        "https://example.org/maud/Day-7", "folder:/posts", "article",
    )  # fmt: skip
    assert len({found["post_id"] for found in answer["data"]}) == 5
    scores = [found["score"] for found in answer["data"]]
    assert scores == sorted(scores, reverse=True)
    assert (answer["llm_twin"]["features"], answer["llm_twin"]["ai_generated"]) == ("F1", False)


def test_the_limit_is_kept_however_few_pass_the_filters(service: Service) -> None:
    replies = search(service, "sardines", limit=2, kinds=["reply"]).json()["data"]
    assert {found["title"] for found in replies} == {"Day 8", "Day 31"}
    assert {found["source"] for found in replies} == {"x:maud"}
    assert len(search(service, sources=["x:maud"], limit=1).json()["data"]) == 1
    assert search(service, sources=["x:maud"], kinds=["article"]).json()["data"] == []
    assert len(search(service, limit=40).json()["data"]) == 40


def test_days_are_inclusive_and_what_has_no_date_lies_in_no_range(service: Service) -> None:
    def dates(**body: object) -> set[str]:
        return {found["date"] for found in search(service, limit=100, **body).json()["data"]}

    assert "" in dates()
    assert dates(since="2024-03-05", until="2024-04-05") == {"2024-03-05", "2024-04-05"}
    assert dates(since="2024-12-05") == {"2024-12-05"}
    assert dates(until="2024-01-04") == set()
    assert search(service, since="2024-02-01", until="2024-01-01").json()["error"]["message"].endswith("(2024-01-01)")


def test_a_version_searches_what_it_was_made_of(service: Service) -> None:
    service.world.register("maud", trained_on=1)
    publish(service.world, "maud", [document(2)])
    made_of = [search(service, model=model).json()["llm_twin"]["features"] for model in ("maud", "maud@v1")]
    assert made_of == ["F2", "F1"]
    assert len(search(service, limit=100).json()["data"]) == 1
    assert len(search(service, model="maud@v1", limit=100).json()["data"]) == 40


def test_authors_are_apart_and_unknown_ones_are_not_found(service: Service) -> None:
    assert [found["post_id"] for found in search(service, model="dex", limit=100).json()["data"]] == ["of-dex"]
    assert search(service, model="nell").status_code == 404
    assert search(service, model="maud@v9").json()["error"]["code"] == "model_not_found"
    assert search(service, "  ").status_code == 400
    assert search(service, kinds=["poem"]).status_code == 400


def test_posts_of_the_same_score_come_in_the_same_order_every_time(
    serving: ServingSettings, base_model: BaseModelFiles, tmp_path: Path, start: Callable[[World], Service]
) -> None:
    """The n-th that only its vector finds and the n-th that only its words find have the same score."""
    world = World(serving, base_model, tmp_path, index=QdrantEdgeIndex(tmp_path / "index", 1))
    asked, nothing = world.encoder.encode(["bell", "rope"])
    near = [make_chunk("maud", f"near {n}", "rope", document_id=f"near {n}") for n in range(60)]
    named = [make_chunk("maud", f"named {n}", f"bell {'rope ' * n}", document_id=f"named {n}") for n in range(60)]
    chunks = [replace(chunk, vector=between(asked, nothing, n / 90)) for n, chunk in enumerate(near)]
    chunks += [replace(chunk, vector=nothing) for chunk in named]
    documents = [replace(document(1), id=chunk.document_id) for chunk in chunks]
    version, _ = world.store.commit(
        "maud", documents=documents, chunks=chunks, examples=[], encoder=world.encoder.fingerprint, configuration={}
    )
    world.index.publish(version, chunks, dimensions=world.encoder.dimensions)
    service = start(world)
    answers = [search(service, "bell", limit=20).json()["data"] for _ in range(20)]
    assert len({found["score"] for found in answers[0]}) < len(answers[0]) == 20
    assert all(answer == answers[0] for answer in answers)
    world.index.close()
