"""Judges series month by month against their reference; the result is exact and stays inside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ....engine.fixedpoint import Int64Array
from .index import Counted, stability
from .limits import Limits
from .series import Counts, Place
from .shares import moved, wilson_interval

REFERENCE: Final = "reference"
STILL: Final = "still"
WATCH: Final = "watch"
ACT: Final = "act"
FEW: Final = "few"
ALONE: Final = "nothing_to_compare"
RISE: Final = "rise"
FALL: Final = "fall"


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a series.

    Attributes
    ----------
    month : months since year 0
    n : values, visits or decisions
    k : how many of them, of a share; None for a distribution
    value : share or index; None where there is none
    low, high : its 95 % interval
    middle : the median of a distribution of numbers
    state : reference, still, watch, act, few (not judged), nothing_to_compare
    direction : rise or fall, where it is flagged and has a direction
    """

    month: int
    n: int
    k: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    middle: float | None = None
    state: str = STILL
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A series that was judged.

    Attributes
    ----------
    place : of what
    reference : months that it is compared with
    points : one a month in which anything was counted
    """

    place: Place
    reference: tuple[int, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The declared reference period, both months in it."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges with one set of limits and one declared period.

    Parameters
    ----------
    limits : when a month is flagged
    period : declared; the first months with enough visits where None
    """

    limits: Limits
    period: Period | None = None

    def series(self, counts: Counts) -> Series:
        """Judge one series."""
        months = counts.values if counts.values is not None else counts.shares or {}
        sizes = {m: _size(one) for m, one in months.items()}
        reference = self.reference(sizes, is_release=bool(counts.place.release))
        if counts.values is not None:
            points = self._distribution(counts.values, reference, is_code=counts.is_code)
        else:
            points = self._share(counts.shares or {}, reference, counts.place.measure)
        return Series(counts.place, reference, tuple(points))

    def reference(self, sizes: Mapping[int, int], *, is_release: bool) -> tuple[int, ...]:
        """Return the months to compare with: declared, else the first that have enough.

        A release that came after the declared period begins its chart anew.
        """
        least = self.limits.number("months.least_visits")
        enough = [m for m in sorted(sizes) if sizes[m] >= least]
        if self.period is not None:
            within = tuple(m for m in enough if self.period.first <= m <= self.period.last)
            if within or not is_release:
                return within
        return tuple(enough[: int(self.limits.number("months.reference"))])

    def _state(self, month: int, n: int, reference: Sequence[int]) -> str:
        """Return the state of a month that needs no comparison; empty where it is compared."""
        if month in reference:
            return REFERENCE
        if n < self.limits.number("months.least_visits"):
            return FEW
        return "" if reference else ALONE

    def _distribution(
        self, values: Mapping[int, Counted], reference: Sequence[int], *, is_code: bool
    ) -> Iterator[Point]:
        base = _together([values[m] for m in reference])
        for month in sorted(values):
            counted = values[month]
            middle = None if is_code else _median(counted)
            state = self._state(month, counted.n, reference)
            if state:
                yield Point(month, counted.n, middle=middle, state=state)
                continue
            index = stability(base, counted, is_code=is_code)
            level = STILL
            if index.chance < self.limits.number("psi.chance"):
                level = next(
                    (w for w in (ACT, WATCH) if index.value >= self.limits.number(f"psi.{w}")),
                    STILL,
                )
            way = ""
            if level != STILL and middle is not None and middle != (before := _median(base)):
                way = RISE if middle > before else FALL
            yield Point(
                month, counted.n, None, index.value, index.low, index.high, middle, level, way
            )

    def _share(
        self, shares: Mapping[int, tuple[int, int]], reference: Sequence[int], measure: str
    ) -> Iterator[Point]:
        before = (
            sum(shares[m][0] for m in reference),
            sum(shares[m][1] for m in reference),
        )
        for month in sorted(shares):
            k, n = shares[month]
            low, high = wilson_interval(k, n)
            state, way = self._state(month, n, reference), ""
            if not state:
                state, way = self._share_level(before, (k, n), measure)
            yield Point(month, n, k, k / n, low, high, None, state, way)

    def _share_level(
        self, before: tuple[int, int], now: tuple[int, int], measure: str
    ) -> tuple[str, str]:
        change = moved(before, now)
        least = self.limits.number(f"least_change.{measure}")
        is_news = change.chance < self.limits.number("share.chance") and abs(change.change) >= least
        odds = max(change.odds_ratio, 1 / change.odds_ratio)
        for level in (ACT, WATCH):
            if is_news and odds >= self.limits.number(f"share.{level}_odds_ratio"):
                return level, RISE if change.change > 0 else FALL
        return STILL, ""


def _size(one: Any) -> int:  # noqa: ANN401 - counted values, or how many of how many
    return one.n if isinstance(one, Counted) else int(one[1])


def _together(parts: Sequence[Counted]) -> Counted:
    """Return the counts of several months as one."""
    if not parts:
        return Counted(np.zeros(0), np.zeros(0, dtype=np.int64))
    value, place = np.unique(np.concatenate([p.value for p in parts]), return_inverse=True)
    count: Int64Array = np.zeros(len(value), dtype=np.int64)
    np.add.at(count, place, np.concatenate([p.count for p in parts]))
    return Counted(value, count)


def _median(counted: Counted) -> float:
    at = np.searchsorted(np.cumsum(counted.count), (counted.n + 1) // 2)
    return float(counted.value[at])
