"""What `twin ask` prints below an answer."""

from dataclasses import replace
from typing import Literal

import pytest

from configs.settings import Settings
from inference_pipeline.answers import Finished, Origin, Way
from inference_pipeline.citations import Citation
from twin.commands.ask import disclosure, sources
from twin.jobs.ask import answer_settings

ORIGIN = Origin("maud", "v3", "F7", "small")


def citation(
    post: str, quote: str, *, date: str = "2024-01-02", kind: Literal["supports", "context"] = "supports"
) -> Citation:
    return Citation(kind, post, f"On {post}", date, f"https://maud.test/{post}", quote, 0, 9, 0.8, 0, 9)


def answer(*citations: Citation) -> Finished:
    return Finished("It is so.", "stop", 9, 9, citations, ORIGIN, 1.0, 2.0)


def test_a_post_is_named_once_with_all_its_quotes() -> None:
    said = sources(answer(citation("fog", "One."), citation("rye", "Two\nand a half."), citation("fog", "Three.")))
    assert said.splitlines() == [
        "Sources:",
        "  On fog (2024-01-02)",
        "    https://maud.test/fog",
        "    “One.”",
        "    “Three.”",
        "  On rye (2024-01-02)",
        "    https://maud.test/rye",
        "    “Two and a half.”",
        "maud v3 on small, posts as of F7",
    ]


def test_what_supports_nothing_is_said_to_be_near() -> None:
    assert sources(answer(citation("fog", "One.", date="", kind="context"))).splitlines()[:2] == [
        "No sentence rests on a post. The nearest one:",
        "  On fog (undated)",
    ]
    for way, said in ((Way.NOTHING, "No post answers"), (Way.ITSELF, "About the twin"), (Way.FREE, "Written freely")):
        assert sources(replace(answer(), way=way)).startswith(said)


@pytest.mark.parametrize("adapter", ["base", "v3"])
def test_the_style_is_claimed_of_what_a_trained_model_wrote_alone(adapter: str) -> None:
    made = replace(answer(), origin=replace(ORIGIN, adapter=adapter))
    said = {way: disclosure(replace(made, way=way), "Maud") for way in Way}
    assert all("machine" in one for one in said.values())
    styled = {way for way, one in said.items() if "in the style of Maud" in one}
    assert styled == ({Way.WRITTEN, Way.FREE} if adapter == "v3" else set())
    assert {way for way, one in said.items() if "Maud's own sentences" in one} == {Way.QUOTED, Way.JOINED, Way.NEAREST}


def test_settings_that_decide_no_answer_do_not_keep_a_command_from_its_server(settings: Settings) -> None:
    def digest(**changes: object) -> str:
        return answer_settings(settings.model_copy(update={"serving": settings.serving.model_copy(update=changes)}))

    assert digest() == digest(port=1, host="::1", parallel=2, root_path="/twin", max_wait_seconds=1.0)
    assert len({digest(), digest(compose="write"), digest(temperature=0.1), digest(engine="transformers")}) == 4
