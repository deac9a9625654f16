"""GET /v1/authors/{name}/posts/{post}: what a citation stands in."""

from dataclasses import replace

import pytest

from fakes.feature_records import make_document
from fakes.service import ASKED, Service
from fakes.world import POSTS, World, make_chunk


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    documents = [
        replace(make_document(title, text), id=make_chunk("maud", title, text).document_id.replace("/", "-"))
        for title, text in POSTS["maud"].items()
    ]
    documents.append(replace(documents[0], id="hidden", quarantine="it is a list of links"))
    encoder = world.encoder.fingerprint
    world.store.commit("maud", documents=documents, chunks=[], examples=[], encoder=encoder, configuration={})


def test_a_post_is_shown_whole(service: Service) -> None:
    found = service.http.get("/v1/authors/maud/posts/maud-Mainspring", params={"features": "F1"}).json()
    assert found["text"] == POSTS["maud"]["Mainspring"]
    assert found["llm_twin"]["features"] == "F1"
    assert service.http.get("/v1/authors/maud/posts/maud-Mainspring").json() == found


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("maud/posts/maud-nothing", "post_not_found"),
        ("maud/posts/hidden", "post_not_found"),
        ("maud/posts/maud-Mainspring?features=F9", "features_not_found"),
        ("dex/posts/maud-Mainspring", "features_not_found"),
        ("nell/posts/maud-Mainspring", "features_not_found"),
    ],
)
def test_what_is_not_there_is_said(service: Service, path: str, code: str) -> None:
    answer = service.http.get(f"/v1/authors/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


def test_an_answer_tells_what_was_looked_at_and_why(service: Service) -> None:
    answer = service.http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED}).json()
    retrieved = answer["llm_twin"]["retrieved"]
    assert retrieved[0]["used"]
    assert retrieved[0]["title"] == "The Patient Annie"
    assert retrieved[0]["quote"] in POSTS["maud"]["The Patient Annie"]
    assert [one["used"] for one in retrieved] == sorted((one["used"] for one in retrieved), reverse=True)
    assert all(-1 <= one["similarity"] <= 1 and 0 <= one["words"] <= 1 for one in retrieved)


def test_an_answer_that_rests_on_nothing_tells_what_was_too_far(service: Service) -> None:
    asked = [{"role": "user", "content": "What do you think of volcanoes?"}]
    answer = service.http.post("/v1/chat/completions", json={"model": "maud", "messages": asked}).json()
    assert answer["llm_twin"]["way"] == "nothing"
    assert answer["llm_twin"]["retrieved"]
    assert not any(one["used"] for one in answer["llm_twin"]["retrieved"])
