"""POST /v1/feedback, and what the next training reads of it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from fakes.feature_records import make_post
from fakes.service import Service
from fakes.world import World
from model_registry.prompting import PromptRenderer
from training_pipeline.preference.pairs import read_feedback

BUILT = "Right then. The Patient Annie was built in Carrick in 1974."
MINE = "She came off the slip at Carrick in seventy-four, and I was there."
ASKED = [{"role": "user", "content": "When was the ferry Patient Annie built?"}]


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    world.text = BUILT
    running = Service(world)
    yield running
    running.stop()


def give(service: Service, **body: object) -> httpx2.Response:
    return service.http.post("/v1/feedback", json={"model": "maud", **body})


def answer_id(service: Service, **body: object) -> str:
    answered = service.http.post("/v1/chat/completions", json={"model": "maud", "messages": ASKED, **body})
    found: str = json.loads(answered.text.partition("\n")[0].removeprefix("data: "))["id"]
    return found


def rows(service: Service, author: str = "maud") -> list[dict[str, Any]]:
    path = service.world.folder / "feedback" / f"{author}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@pytest.mark.parametrize("stream", [False, True])
def test_a_correction_of_an_answer_becomes_a_pair_of_the_next_training(service: Service, *, stream: bool) -> None:
    response = give(service, answer_id=answer_id(service, stream=stream), correction=MINE)
    assert (response.status_code, response.json()["preference_pair"]) == (200, True)
    (row,) = rows(service)
    assert (row["request"], row["chosen"], row["rejected"]) == (ASKED[0]["content"], MINE, BUILT)
    assert (row["adapter"], row["features"], row["documents"][0]) == ("v1", "F1", "maud/The Patient Annie")
    base = service.world.base
    renderer = PromptRenderer("Maud", base.chat_template, base.tokenizer_json, base.special_tokens)
    path = service.world.folder / "feedback" / "maud.jsonl"
    ((pair,), problems) = read_feedback(path, renderer, max_tokens=512)
    assert problems == []
    assert renderer.tokenize(MINE)[: len(pair.chosen_ids)] == list(pair.chosen_ids)
    prompt = service.world.engines["maud v1"].requests[0].prompt
    assert abs(len(pair.prompt_ids) - len(prompt)) <= 16  # the same, but for the nonce


def test_a_thumb_is_kept_and_is_no_pair(service: Service) -> None:
    made = answer_id(service)
    assert give(service, answer_id=made, rating="up").json()["preference_pair"] is False
    assert give(service, answer_id=made, rating="down").json()["preference_pair"] is False
    assert [(row["chosen"], row["rejected"], row["rating"]) for row in rows(service)] == [
        (BUILT, "", "up"), ("", BUILT, "down"),
    ]  # fmt: skip


def test_a_conversation_can_be_given_in_place_of_an_id(service: Service) -> None:
    messages = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hm."}, *ASKED]
    assert give(service, messages=messages, answer=BUILT, correction=MINE).status_code == 200
    (row,) = rows(service)
    assert [turn["content"] for turn in row["earlier"]] == ["Hello?", "Hm."]
    assert row["request"] == ASKED[0]["content"]


def test_an_answer_of_another_author_or_of_nobody_is_not_found(service: Service) -> None:
    made = answer_id(service)
    for body in ({"model": "dex", "answer_id": made}, {"answer_id": "chatcmpl-0"}):
        response = give(service, rating="up", **body)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "answer_not_found")
    assert give(service, model="nell", messages=ASKED, answer="x", rating="up").status_code == 404
    assert rows(service) == rows(service, "dex") == rows(service, "nell") == []


@pytest.mark.parametrize(
    "body",
    [
        {"rating": "up"},
        {"answer_id": "a", "messages": ASKED, "answer": "x", "rating": "up"},
        {"messages": ASKED, "rating": "up"},
        {"messages": ASKED, "answer": "x"},
        {"messages": ASKED, "answer": "x", "rating": "up", "correction": "y"},
        {"messages": ASKED, "answer": "x" * 20_001, "rating": "up"},
        {"messages": [{"role": "assistant", "content": "Hm."}], "answer": "x", "rating": "up"},
    ],
)
def test_feedback_that_makes_no_sense_is_refused(service: Service, body: dict[str, object]) -> None:
    assert give(service, **body).status_code == 400
    assert rows(service) == []


def test_an_answer_that_showed_a_forgotten_post_is_not_kept(service: Service) -> None:
    made = answer_id(service)
    text = "The ferry is the Patient Annie. She was built in Carrick in 1974. A return is £6.40."
    service.world.store.forget("maud", [make_post("ferry", text)])
    assert give(service, answer_id=made, rating="up").json()["error"]["code"] == "feedback_refused"
    assert rows(service) == []
