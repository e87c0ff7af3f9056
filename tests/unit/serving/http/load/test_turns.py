"""The line of visits in one process: in order, short, and honest about how long it takes."""

import asyncio

import pytest
from laennec.serving.http.load.turns import Busy, Turns


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


async def screened(turns, seconds, clock, name, done):
    async with turns.one():
        clock.now += seconds
        await asyncio.sleep(0.001)
        done.append(name)


def test_visits_are_screened_one_after_the_other_in_the_order_they_came():
    async def run():
        turns, done, most = Turns(1, 0), [], [0, 0]

        async def one(name):
            async with turns.one():
                most[0] += 1
                most[1] = max(most)
                await asyncio.sleep(0.001)
                done.append(name)
                most[0] -= 1

        await asyncio.gather(*(one(n) for n in range(6)))
        assert done == list(range(6))
        assert most[1] == 1

    asyncio.run(run())


def test_who_would_wait_too_long_is_told_at_once_when_to_come_again():
    async def run():
        clock, done = Seconds(), []
        turns = Turns(1, 5, clock=clock)
        await screened(turns, 4.0, clock, "first", done)
        assert turns.expected_wait_s() == 0
        async with turns.one():
            waiting = asyncio.create_task(screened(turns, 4.0, clock, "second", done))
            await asyncio.sleep(0.001)
            assert turns.expected_wait_s() == pytest.approx(8.0)
            with pytest.raises(Busy, match=r"more visits wait .* 3 s; .* call the physician now"):
                await screened(turns, 4.0, clock, "third", done)
        await waiting
        assert done == ["first", "second"]
        assert turns.expected_wait_s() == 0

    asyncio.run(run())


def test_a_turn_that_does_not_come_is_not_waited_for_longer_than_a_visit_may_wait():
    async def run():
        turns, done = Turns(1, 0.02), []
        async with turns.one():
            with pytest.raises(Busy) as refused:
                await screened(turns, 0.0, Seconds(), "second", done)
        assert refused.value.retry_after_s == 1
        await screened(turns, 0.0, Seconds(), "third", done)
        assert done == ["third"]

    asyncio.run(run())


def test_a_turn_comes_back_after_an_error_and_after_a_caller_who_went_away():
    async def run():
        turns, done = Turns(1, 5), []
        with pytest.raises(ZeroDivisionError):
            async with turns.one():
                raise ZeroDivisionError
        async with turns.one():
            gone = asyncio.create_task(screened(turns, 0.0, Seconds(), "gone", done))
            await asyncio.sleep(0.001)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        await screened(turns, 0.0, Seconds(), "next", done)
        assert done == ["next"]

    asyncio.run(run())
