"""Several answers as one stream of events."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from inference_pipeline.answers import AnswerDelta, AnswerEvent
from inference_pipeline.api.answering import interleaved


async def counted(number: int, closed: list[int], *, fails: bool = False) -> AsyncGenerator[AnswerEvent, None]:
    try:
        for count in range(3):
            if fails and count == 1:
                raise ZeroDivisionError
            yield AnswerDelta(f"{number}.{count}")
    finally:
        closed.append(number)


def test_events_keep_their_order_and_the_place_of_their_answer() -> None:
    async def go() -> list[tuple[int, AnswerEvent]]:
        return [event async for event in interleaved([counted(number, []) for number in range(3)])]

    events = asyncio.run(go())
    assert len(events) == 9
    for number in range(3):
        assert [event for index, event in events if index == number] == [AnswerDelta(f"{number}.{n}") for n in range(3)]


@pytest.mark.parametrize("fails", [True, False])
def test_all_answers_are_closed_when_one_fails_or_the_stream_is_closed(fails: bool) -> None:
    closed: list[int] = []

    async def go() -> list[int]:
        answers = [counted(number, closed, fails=fails and number == 1) for number in range(3)]
        events = interleaved(answers)
        if fails:
            with pytest.raises(ZeroDivisionError):
                [event async for event in events]
        else:
            await anext(events)
            await events.aclose()
        return sorted(closed)  # while `answers` still holds them: no collector closed them

    assert asyncio.run(go()) == [0, 1, 2]
