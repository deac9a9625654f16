"""POST /v1/write and /v1/rewrite: asked as in training, ended as the platform wants it."""

from collections.abc import Iterator

import httpx2
import pytest
from tokenizers import Tokenizer

from fakes.service import Service
from fakes.world import World

BUILT = "Right then. The Patient Annie was built in Carrick in 1974."

PLAIN = "Right then. The clock is slow again, and a man will come."  # nothing in it is invented


@pytest.fixture
def service(world: World) -> Iterator[Service]:
    world.text = BUILT
    running = Service(world)
    yield running
    running.stop()


def post(service: Service, path: str, **body: object) -> httpx2.Response:
    return service.http.post(path, json={"model": "maud", **body})


def prompt_of(service: Service, place: int = -1) -> str:
    world = service.world
    prompt = world.engines["maud v1"].requests[place].prompt
    text: str = Tokenizer.from_str(world.base.tokenizer_json).decode(prompt, skip_special_tokens=False)
    return text


def test_a_post_from_a_topic_is_grounded_and_says_what_made_it(service: Service) -> None:
    made = post(service, "/v1/write", topic="the  Patient Annie", platform="mastodon").json()
    assert (made["text"], made["object"], made["platform"]) == (BUILT, "twin.post", "mastodon")
    assert (made["characters"], made["characters_allowed"], made["shortened"]) == (len(BUILT), 500, False)
    assert made["citations"][0]["quote"] == "She was built in Carrick in 1974."
    assert (made["llm_twin"]["adapter"], made["llm_twin"]["features"]) == ("v1", "F1")
    assert made["llm_twin"]["ai_generated"] is True
    assert made["usage"]["completion_tokens"] == len(BUILT.split())
    assert "Write a post about the Patient Annie." in prompt_of(service)
    assert "She was built in Carrick" in prompt_of(service)


def test_notes_become_the_list_that_training_had(service: Service) -> None:
    post(service, "/v1/write", notes=["the clock {is} slow", "oil\nhelps"], language="de")
    assert "Mach aus diesen Notizen einen Beitrag:\n\n- the clock {is} slow\n- oil helps" in prompt_of(service)


def test_a_long_answer_ends_with_a_sentence_and_cites_nothing_beyond_it(service: Service) -> None:
    post(service, "/v1/write", topic="to have it loaded")
    tides = [f"The tide {did} at night." for did in ("turned", "fell", "rose", "sang", "slept", "ran", "hid", "sank")]
    tides += ["The quay was as wet as a dog.", "The gulls said so."]
    service.world.engines["maud v1"].text = " ".join([*tides, "The Patient Annie was built in Carrick in 1974."])
    asked = {"topic": "the Patient Annie", "length": 500}
    made = post(service, "/v1/write", platform="x", **asked).json()
    assert made["text"] == " ".join(tides)
    assert made["shortened"] is True
    assert made["citations"] == []
    whole = post(service, "/v1/write", platform="blog", **asked).json()
    assert whole["citations"][0]["quote"] == "She was built in Carrick in 1974."
    assert post(service, "/v1/write", topic="tides", length=6).json()["text"] == "The tide turned at night."


def test_length_is_how_much_may_be_written(service: Service) -> None:
    for length in ("short", "long", None):
        post(service, "/v1/write", topic="tides", length=length)
    assert [request.max_new_tokens for request in service.world.engines["maud v1"].requests] == [120, 1000, 800]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "either topic or notes"),
        ({"topic": "a", "notes": ["b"]}, "either topic or notes"),
        ({"topic": "  "}, "topic"),
        ({"topic": "a", "platform": "myspace"}, "platform"),
        ({"topic": "a", "length": 0}, "length"),
    ],
)
def test_a_request_to_write_that_makes_no_sense_is_told_why(
    service: Service, body: dict[str, object], said: str
) -> None:
    response = post(service, "/v1/write", **body)
    assert response.status_code == 400
    assert said in response.json()["error"]["message"]


def test_rewriting_shows_the_text_and_no_posts(service: Service) -> None:
    service.world.text = PLAIN
    made = post(service, "/v1/rewrite", text="The Patient Annie is a {good} ferry.").json()
    assert (made["text"], made["pieces"], made["citations"]) == (PLAIN, 1, [])
    assert made["llm_twin"]["ai_generated"] is True
    assert "Rewrite this in your own words:\n\nThe Patient Annie is a {good} ferry." in prompt_of(service)
    assert "Carrick" not in prompt_of(service)


def test_a_long_text_is_rewritten_in_pieces_in_order(service: Service) -> None:
    service.world.text = PLAIN
    parts = [" ".join(f"word{part}x{n}" for n in range(150)) + "." for part in range(3)]
    made = post(service, "/v1/rewrite", text=" ".join(parts)).json()
    assert made["pieces"] == 3
    assert made["text"] == "\n\n".join([PLAIN] * 3)
    assert made["usage"]["completion_tokens"] == 3 * len(PLAIN.split())
    assert [part[:9] in prompt_of(service, place) for place, part in enumerate(parts)] == [True] * 3
