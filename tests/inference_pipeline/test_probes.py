import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from configs.settings import Settings
from fakes.engine import FakeEngine
from fakes.world import World
from inference_pipeline.engines import GenerationRequest, TextDelta
from inference_pipeline.errors import EngineUnavailableError
from inference_pipeline.probes import CONCURRENT, IndexProbe, _in_order
from inference_pipeline.retrieval import Retriever
from model_registry.base_models import BaseModelFiles


def requests(count: int) -> list[GenerationRequest]:
    return [
        GenerationRequest((place,), max_new_tokens=8, temperature=0.5, top_p=0.9, seed=place) for place in range(count)
    ]


class Uneven(FakeEngine):
    """The first request is the slowest."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(50 - request.prompt[0]):
            await asyncio.sleep(0)
        yield TextDelta(f"text {request.prompt[0]}", 2, "stop" if request.prompt[0] % 2 else "length")
        self.running -= 1


def test_texts_come_in_the_order_of_the_prompts_and_say_whether_they_ended() -> None:
    engine = Uneven()
    texts = list(_in_order(engine, requests(20)))
    assert [text.text for text in texts] == [f"text {place}" for place in range(20)]
    assert [text.ended for text in texts] == [place % 2 == 1 for place in range(20)]
    assert engine.most == CONCURRENT


def test_an_engine_that_dies_is_an_error_and_not_a_shorter_list() -> None:
    engine = FakeEngine()
    engine.fail_after = 2
    with pytest.raises(EngineUnavailableError, match="SIGKILL"):
        list(_in_order(engine, requests(3)))


@pytest.fixture
def search(settings: Settings, base_model: BaseModelFiles, tmp_path: Path) -> Callable[[], IndexProbe]:
    posts = {
        "The harbour clock": "The harbour clock lost four minutes a day because of a bent tooth.",
        "A loaf of rye": "The rye loaf takes more water than the book says.",
        "The harbour bell": "The harbour bell rings when the clock strikes.",
    }
    world = World(settings.serving, base_model, tmp_path)
    features = world.publish("maud", 1, posts)
    return lambda: IndexProbe(
        features, Retriever(world.index, world.encoder, settings.serving), lambda text: len(text.split())
    )


def test_the_document_that_is_asked_for_again_is_not_shown(search: Callable[[], IndexProbe]) -> None:
    probe = search()
    question = "Write a post about the harbour clock."
    shown = probe.retrieve(question)
    best = shown.chunks[0].chunk.document_id
    assert shown.passages[0].title == "The harbour clock"
    without = probe.retrieve(question, without=best)
    assert best not in {scored.chunk.document_id for scored in without.chunks}
    assert "bent tooth" not in " ".join(passage.text for passage in without.passages)
    assert probe.documents(question, 2)[0] == best
    assert len(probe.documents(question, 2)) == 2


def test_citations_stand_on_a_sentence_of_the_answer(search: Callable[[], IndexProbe]) -> None:
    probe = search()
    question = "Why did the harbour clock lose minutes?"
    shown = probe.retrieve(question)
    answer = "Right then. The harbour clock lost four minutes a day. Kettle is on."
    (cited,) = probe.cite(answer, question, shown.chunks)
    assert cited.sentence == "The harbour clock lost four minutes a day."
    assert "bent tooth" in cited.quote
    assert probe.cite("Kettle is on.", question, shown.chunks) == []
