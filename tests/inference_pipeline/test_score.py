"""POST /v1/score with a real scorer, fitted on the sample authors."""

import httpx2
import pytest

from fakes.scorer import DEX, FLAT, MAUD, give_scorer
from fakes.service import Service
from fakes.world import World
from inference_pipeline.likeness import least_like
from model_registry.style.scorer import StyleScorer
from text.sentences import sentences


@pytest.fixture(autouse=True)
def _scored(world: World, scorer: StyleScorer) -> None:
    give_scorer(world, scorer)


def score(service: Service, text: str, model: str = "maud") -> httpx2.Response:
    return service.http.post("/v1/score", json={"model": model, "text": text})


def test_later_posts_of_the_author_lie_above_everybody_elses(service: Service) -> None:
    own, other, flat = (
        [score(service, text).json()["overall"] for text in texts]
        for texts in (MAUD[-6:], DEX[-6:], [FLAT.format("roof")])
    )
    assert min(own) > max(*other, *flat)
    assert score(service, MAUD[-1]).json()["verdict"] == "like the author"
    found = score(service, FLAT.format("roof")).json()
    assert found["verdict"] == "unlike the author"
    assert found["overall"] == pytest.approx(sum(found["scores"].values()) / 3, abs=0.002)
    assert sorted(found["scores"]) == sorted(found["raw"]) == ["classifier", "delta", "rhythm"]
    assert found["llm_twin"] == {"author": "maud", "adapter": "v1", "ai_generated": False}


def test_what_stands_out_is_said_for_and_against(service: Service) -> None:
    shouted = MAUD[-1] + "!!! " * 30
    marks = [trait for trait in score(service, shouted).json()["stands_out"] if "exclamation" in trait["habit"]]
    assert [(trait["habit"], trait["speaks"], trait["found"]) for trait in marks] == [
        ("more exclamation marks", "against", shouted.count("!")),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Kettle on.", "🎉", " ", "word " * 39])
def test_a_text_that_is_too_short_gets_no_figure(service: Service, text: str) -> None:
    found = score(service, text).json()
    assert (found["verdict"], found["overall"], found["scores"], found["stands_out"]) == (
        "too short to tell", None, {}, [],
    )  # fmt: skip
    assert "40 words" in found["message"]
    assert score(service, "word " * 40).json()["overall"] is not None


def test_only_a_trained_version_has_a_style(service: Service) -> None:
    for model in ("maud@base", "maud@v9", "nell"):
        assert score(service, "word " * 50, model).json()["error"]["code"] == "model_not_found"
    assert score(service, "word " * 50, "dex").status_code == 503  # its version has no scorer
    assert score(service, "").status_code == 400


def test_a_sentence_of_somebody_else_is_found_among_the_authors(scorer: StyleScorer) -> None:
    """Of 48 such texts with sentences of two others, 42 had it first (2026-11-29)."""
    foreign = FLAT.format("roof").split(". ")[0] + "."
    found = 0
    for post in MAUD[-6:]:
        own = [post[place.start : place.end] for place in sentences(post)][:12]
        text = " ".join([*own[:5], foreign, *own[5:]])
        worst = least_like(scorer, text)[0]
        found += text[worst.start : worst.end] == foreign
    assert found >= 5


def test_the_sentences_that_sound_least_like_the_author_are_shown_where_they_stand(service: Service) -> None:
    text = f"{MAUD[-1]}\n\n{FLAT.format('roof')} 😀"
    found = score(service, text).json()["least_like"]
    assert 1 <= len(found) <= 5
    assert all(text[one["start"] : one["end"]] == one["text"] for one in found)
    assert [one["log_odds"] for one in found] == sorted((one["log_odds"] for one in found), reverse=True)
    assert score(service, "Kettle on.").json()["least_like"] == []
