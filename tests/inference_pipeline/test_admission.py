"""In which order requests are answered, whom the queue refuses, and what it expects, by a clock that the tests move."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import hypothesis.strategies as st
import pytest
from hypothesis import given

from inference_pipeline.api.admission import (
    MOST_STOOD_BACK,
    MOST_WAITING,
    REMEMBERED,
    STEP,
    UNKNOWN_SECONDS,
    Admission,
    Ticket,
    Work,
)
from inference_pipeline.errors import OverloadedError

SHORT, LONG = Work("question", 40), Work("question", 3 * STEP)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def waits(ticket: Ticket) -> bool:
    return ticket.began is None


@asynccontextmanager
async def answered(admission: Admission, work: Work, order: list[int], number: int) -> AsyncIterator[None]:
    with admission.enter(work) as ticket:
        await ticket.comes()
        order.append(number)
        yield


def test_so_many_are_answered_at_once_and_the_others_in_the_order_in_which_they_came() -> None:
    async def go() -> None:
        admission, order = Admission(2, max_wait_seconds=60), list[int]()

        async def ask(number: int) -> None:
            async with answered(admission, SHORT, order, number):
                assert admission.under_way <= 2
                await asyncio.sleep(0.001)

        await asyncio.gather(*map(ask, range(16)))
        assert order == list(range(16))
        assert (admission.under_way, admission.waiting) == (0, 0)

    asyncio.run(go())


def test_a_long_prompt_stands_back_for_a_short_one_and_no_longer_than_it_may() -> None:
    clock = Clock()
    admission = Admission(1, max_wait_seconds=600, clock=clock)
    with ExitStack() as running, ExitStack() as queue:
        running.enter_context(admission.enter(SHORT))
        long = queue.enter_context(admission.enter(LONG))
        longest = queue.enter_context(admission.enter(Work("question", 1000 * STEP)))
        at_once = queue.enter_context(admission.enter(SHORT))
        clock.now += 3.5  # longer than LONG stands back
        later = queue.enter_context(admission.enter(SHORT))
        clock.now += MOST_STOOD_BACK
        last = queue.enter_context(admission.enter(SHORT))
        assert [ticket.ahead for ticket in (at_once, long, later, longest, last)] == [0, 1, 2, 3, 4]
        running.close()
        assert not waits(at_once)
        assert all(map(waits, (long, later, longest, last)))


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50 * STEP)), max_size=40))
def test_nobody_is_overtaken_by_what_came_much_later(arrivals: list[tuple[float, int]]) -> None:
    clock = Clock()
    admission = Admission(1, max_wait_seconds=1e9, clock=clock)
    with ExitStack() as running, ExitStack() as queue:
        running.enter_context(admission.enter(SHORT))
        tickets = []
        for pause, characters in arrivals:
            clock.now += pause
            tickets.append(queue.enter_context(admission.enter(Work("question", characters))))
        for ticket in tickets:
            later = [other for other in tickets if other.entered > ticket.entered + MOST_STOOD_BACK]
            assert all(other.ahead > ticket.ahead for other in later)
            alike = [other for other in tickets if other.work.characters // STEP == ticket.work.characters // STEP]
            assert [t.ahead for t in alike] == sorted(t.ahead for t in alike)


def test_the_wait_is_expected_by_how_long_answers_of_that_kind_took() -> None:
    clock = Clock()
    admission = Admission(2, max_wait_seconds=60, clock=clock)
    for kind, seconds in (("question", 0.5), ("write", 8.0)):
        for _ in range(REMEMBERED):
            with admission.enter(Work(kind, 40)):
                clock.now += seconds
    with ExitStack() as stack:
        for kind in ("write", "write", "question", "write", "question"):
            stack.enter_context(admission.enter(Work(kind, 40)))
        clock.now += 2.0
        newest = stack.enter_context(admission.enter(Work("question", 40)))
        assert newest.ahead == 3
        assert newest.seconds == pytest.approx(((8 - 2) * 2 + 0.5 + 8 + 0.5) / 2)


def test_what_failed_or_was_left_says_nothing_of_how_long_answers_take() -> None:
    clock = Clock()
    admission = Admission(1, max_wait_seconds=60, clock=clock)
    with contextlib.suppress(ZeroDivisionError), admission.enter(SHORT):
        clock.now += 50
        raise ZeroDivisionError
    with admission.enter(SHORT), admission.enter(SHORT) as second:
        assert second.seconds == UNKNOWN_SECONDS


def test_whoever_would_wait_too_long_is_refused_and_told_when_to_come_back() -> None:
    clock = Clock()
    admission = Admission(1, max_wait_seconds=10, clock=clock)
    with admission.enter(SHORT):
        clock.now += 4.0
    with ExitStack() as queue:
        for _ in range(3):  # the third expects to wait for 8 s
            queue.enter_context(admission.enter(SHORT))
        for ask in (lambda: queue.enter_context(admission.enter(SHORT)), admission.require_room):
            with pytest.raises(OverloadedError, match=r"about 12 s.*serving\.max_wait_seconds") as refused:
                ask()
            assert refused.value.retry_after == 2
        clock.now += 2.5
        admission.require_room()
    assert (admission.under_way, admission.waiting) == (0, 0)


def test_no_more_wait_than_a_server_can_hold() -> None:
    admission = Admission(1, max_wait_seconds=1e9)
    with ExitStack() as queue:
        for _ in range(MOST_WAITING + 1):
            queue.enter_context(admission.enter(SHORT))
        with pytest.raises(OverloadedError):
            admission.require_room()


def test_leaving_the_queue_makes_room_for_the_next() -> None:
    admission = Admission(1, max_wait_seconds=60)
    with ExitStack() as first, ExitStack() as second, ExitStack() as third:
        first.enter_context(admission.enter(SHORT))
        second.enter_context(admission.enter(SHORT))
        ticket = third.enter_context(admission.enter(SHORT))
        second.close()
        assert (ticket.ahead, waits(ticket)) == (0, True)
        first.close()
        assert not waits(ticket)


def test_several_answers_to_one_request_take_as_many_places() -> None:
    admission = Admission(2, max_wait_seconds=60)
    with ExitStack() as first, ExitStack() as others:
        first.enter_context(admission.enter(Work("question", 40, places=4)))  # more than there are: it has them all
        two = others.enter_context(admission.enter(Work("question", 40, places=2)))
        one = others.enter_context(admission.enter(SHORT))
        assert admission.under_way == 4
        first.close()
        assert (waits(two), waits(one), admission.under_way) == (False, True, 2)


def test_a_server_that_shuts_down_answers_those_who_wait_and_admits_nobody() -> None:
    admission = Admission(1, max_wait_seconds=60)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(admission.enter(SHORT))
        ticket = second.enter_context(admission.enter(SHORT))
        admission.drain()
        with pytest.raises(OverloadedError, match="shutting down"):
            admission.require_room()
        first.close()
        assert not waits(ticket)
