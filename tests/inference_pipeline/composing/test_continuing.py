"""Answers that go on from what an assistant has said of them, and that end where the request says."""

import asyncio
from contextlib import aclosing

import pytest

from fakes.engine import FakeEngine
from inference_pipeline.answers import SEEDS, Way
from inference_pipeline.citations import Citation
from inference_pipeline.composing.composer import Composed, Composition, ToWrite
from inference_pipeline.composing.telling import Telling, Told
from inference_pipeline.composing.write_request import Length
from inference_pipeline.composing.writing import Brief
from inference_pipeline.engines import GenerationRequest

FIRST, SECOND = "The clock loses four minutes a day.", "I oiled the wheel twice."
WHOLE = f"{FIRST} {SECOND}"


def citation(quote: str) -> Citation:
    place = WHOLE.index(quote)
    return Citation(
        "supports", "clock", "Clock", "2024-01-02", "", quote, 100 + place, 100 + place + len(quote), 1.0, place,
        place + len(quote),
    )  # fmt: skip


def told(
    composition: Composition, begun: str, *, candidates: int = 1, engine_text: str = "", length: Length | None = None
) -> tuple[list[str], Told]:
    telling = Telling(
        engine=FakeEngine(engine_text),
        request=GenerationRequest(prompt=(1,), max_new_tokens=50, temperature=0.5, top_p=1.0),
        limited=False,
        brief=Brief(request=begun, sources=(), topic="clock", language="en", begun=begun, length=length),
        candidates=candidates,
        seeds=SEEDS,
        only_supported=False,
        score=lambda _: 0.0,
        count_tokens=lambda text: len(text.split()),
    )

    async def go() -> list[str | Told]:
        async with aclosing(telling.tell(composition)) as pieces:
            return [piece async for piece in pieces]

    *pieces, last = asyncio.run(go())
    assert isinstance(last, Told)
    return [str(piece) for piece in pieces], last


@pytest.mark.parametrize("candidates", [1, 3])
@pytest.mark.parametrize(
    ("begun", "written", "expected"),
    [
        ("The clock is", " slow again. It rains.", " slow again. It rains."),
        ("The clock is ", " slow again. It rains.", "slow again. It rains."),
        ("The clock is slow.", " It rains. It ", " It rains."),
        ("", " Slow again. It rains.", "Slow again. It rains."),
    ],
)
def test_a_text_that_is_written_goes_on(candidates: int, begun: str, written: str, expected: str) -> None:
    pieces, whole = told(ToWrite(Way.FREE), begun, candidates=candidates, engine_text=written)
    assert whole.text == expected
    assert "".join(pieces) == expected


@pytest.mark.parametrize(
    ("begun", "text", "quotes"),
    [
        ("", WHOLE, [FIRST, SECOND]),
        (FIRST, f" {SECOND}", [SECOND]),
        ("The clock loses", " four minutes a day. I oiled the wheel twice.", [" four minutes a day.", SECOND]),
        ("Half past six.", WHOLE, [FIRST, SECOND]),
        (WHOLE, WHOLE, [FIRST, SECOND]),
    ],
)
def test_quotations_are_not_said_twice(begun: str, text: str, quotes: list[str]) -> None:
    composed = Composed(Way.QUOTED, WHOLE, (citation(FIRST), citation(SECOND)))
    pieces, whole = told(composed, begun)
    assert (whole.text, "".join(pieces)) == (text, text)
    assert [cited.quote for cited in whole.citations] == quotes
    for cited in whole.citations:
        assert whole.text[cited.answer_start : cited.answer_end] == cited.quote
        assert WHOLE[cited.start - 100 : cited.end - 100] == cited.quote


@pytest.mark.parametrize("length", [Length(words=7), Length(words=100, sentences=1)])
@pytest.mark.parametrize("candidates", [1, 3])
def test_a_text_is_as_long_as_is_wished(length: Length, candidates: int) -> None:
    for composition in (ToWrite(Way.FREE), Composed(Way.JOINED, WHOLE, (citation(FIRST), citation(SECOND)))):
        pieces, whole = told(composition, "", candidates=candidates, engine_text=WHOLE, length=length)
        assert (whole.text, "".join(pieces).strip()) == (FIRST, FIRST)
        assert [cited.quote for cited in whole.citations] in ([], [FIRST])
