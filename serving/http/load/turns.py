"""Whose turn it is to be screened: a few visits at once in a process, the others in a short line.

Visits that are screened all at once take each other's processor time, and every one of them is
late. So one or two are screened, the others wait their turn in the order they came; who would wait
longer than the site allows is told at once when to send again, instead of after half a minute.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Annotated, Final

from fastapi import Depends, Request

from ....engine.errors import ScreeningError

_WEIGHT_OF_THE_LAST: Final = 0.1


class Busy(ScreeningError):
    """More visits wait than can be screened in the time that a visit may wait.

    Attributes
    ----------
    retry_after_s : whole seconds after which the line will be short enough
    """

    code = "busy"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            found="more visits wait to be screened than this service screens in a few seconds",
            why="this one would wait longer than somebody can sit there; nothing of it was kept",
            remedy=f"Send the same visit again in {retry_after_s} s; where a symptom or a "
            "measurement worries, call the physician now",
            path="line",
        )
        self.retry_after_s = retry_after_s


class Turns:
    """The line of one process.

    Parameters
    ----------
    at_once : how many visits are screened at the same time
    most_wait_s : how long a visit may wait for its turn; 0 for no limit
    clock : seconds, for tests
    """

    def __init__(
        self, at_once: int, most_wait_s: float, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._at_once, self._most_wait_s, self._clock = at_once, most_wait_s, clock
        self._free = asyncio.Semaphore(at_once)
        self._inside, self._took_s = 0, 0.0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn, and give it back at the end.

        Raises
        ------
        Busy : the wait would be, or was, longer than a visit may wait
        """
        self._require_short_line()
        self._inside += 1
        try:
            await self._wait()
            began = self._clock()
            try:
                yield
            finally:
                self._free.release()
                self._learn(self._clock() - began)
        finally:
            self._inside -= 1

    def expected_wait_s(self) -> float:
        """Return how long a visit that comes now will wait, by what a turn took lately."""
        before = self._inside - self._at_once + 1
        return max(0, before) * self._took_s / self._at_once

    def _require_short_line(self) -> None:
        wait_s = self.expected_wait_s()
        if self._most_wait_s and wait_s > self._most_wait_s:
            raise Busy(math.ceil(max(1.0, wait_s - self._most_wait_s)))

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._free.acquire(), self._most_wait_s or None)
        except TimeoutError:
            raise Busy(math.ceil(max(1.0, self.expected_wait_s()))) from None

    def _learn(self, seconds: float) -> None:
        if not self._took_s:
            self._took_s = seconds
        self._took_s += _WEIGHT_OF_THE_LAST * (seconds - self._took_s)


async def _turn(request: Request) -> AsyncIterator[None]:
    turns: Turns = request.app.state.service.turns
    async with turns.one():
        yield


Turn = Annotated[None, Depends(_turn, scope="function")]
"""The last parameter of every route that screens: it runs in its turn, and gives it back."""
