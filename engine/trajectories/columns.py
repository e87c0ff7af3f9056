"""Trajectories of one item over many people, in columns: one row a person who was measured."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray, Int8Array
from .points import Points
from .runs import DayValues, day_values
from .settings import TrajectoryItem, method
from .theil_sen import is_far, theil_sen

FALLS: Final = -1
NO_TREND: Final = 0
RISES: Final = 1
TOO_FEW: Final = 2
DIRECTIONS: Final = {
    FALLS: "falls", NO_TREND: "no_trend_shown", RISES: "rises", TOO_FEW: "too_few",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class TrajectoryColumns:
    """What g people's values of one item did over the years.

    Attributes
    ----------
    item : what was followed
    group : int64 (g,), the person, ascending
    tests : int64 (g,), days with a usable value since the method last changed
    earlier_tests : int64 (g,), days with one before that
    segments : int64 (g,), how often it was measured in one way without a break
    first_day, last_day : int64 (g,), of the tests since the method last changed
    last_value : float64 (g,), median of that day, in the model unit
    last_unit : int8 (g,), index of the unit in which it was reported
    slope, slope_low, slope_high : float64 (g,), model unit a year; NaN where there are too few
    direction : int8 (g,), FALLS, RISES, NO_TREND (the interval holds zero) or TOO_FEW
    share_in_range : float64 (g,), of the time between tests; NaN where none counts
    counted_days : int64 (g,), of the time between first and last test, what that share is of
    outliers : int64 (g,), tests far from the line; ``is_last_outlier`` bool (g,)
    conflict_days : int64 (g,), days whose results differ by more than the item repeats
    units : int64 (g,), units in which it was reported
    not_used : int64 (g,), values that were refused, suspect or a bound
    """

    item: TrajectoryItem
    group: Int64Array
    tests: Int64Array
    earlier_tests: Int64Array
    segments: Int64Array
    first_day: Int64Array
    last_day: Int64Array
    last_value: FloatArray
    last_unit: Int8Array
    slope: FloatArray
    slope_low: FloatArray
    slope_high: FloatArray
    direction: Int8Array
    share_in_range: FloatArray
    counted_days: Int64Array
    outliers: Int64Array
    is_last_outlier: BoolArray
    conflict_days: Int64Array
    units: Int64Array
    not_used: Int64Array


def evaluate_trajectories(item: TrajectoryItem, points: Points) -> TrajectoryColumns:
    """Return the trajectory of every person who has a usable value of an item.

    Parameters
    ----------
    item : what is followed
    points : in any order; shuffling them changes nothing
    """
    days = day_values(item, points)
    start, count = days.start, days.count
    end = start + count
    years = days.day / method().days_per_year
    since = years - np.repeat(years[start], count)
    slopes = theil_sen(since, days.value, start, count)
    floor = np.abs(days.last_value) * item.repeats / 2
    far = is_far(slopes.residual, floor, start, count)
    share, counted_days = _share_in_range(item, days)
    return TrajectoryColumns(
        item=item,
        group=days.group,
        tests=count,
        earlier_tests=days.earlier,
        segments=days.segments,
        first_day=days.day[start],
        last_day=days.day[end - 1],
        last_value=days.last_value,
        last_unit=days.last_unit,
        slope=np.where(np.isfinite(slopes.low), slopes.slope, np.nan),
        slope_low=slopes.low,
        slope_high=slopes.high,
        direction=_direction(slopes.low, slopes.high),
        share_in_range=share,
        counted_days=counted_days,
        outliers=np.add.reduceat(far.astype(np.int64), start) if len(start) else count,
        is_last_outlier=far[end - 1],
        conflict_days=days.conflicts,
        units=days.units,
        not_used=days.not_used,
    )


def _direction(low: FloatArray, high: FloatArray) -> Int8Array:
    known = np.isfinite(low)
    with np.errstate(invalid="ignore"):
        said = np.where(low > 0, RISES, np.where(high < 0, FALLS, NO_TREND))
    return np.where(known, said, TOO_FEW).astype(np.int8)


def _share_in_range(item: TrajectoryItem, days: DayValues) -> tuple[FloatArray, Int64Array]:
    """Return (g,) which share of the time a straight line between tests is in range, and the days.

    A longer gap than the item's counts for no time.
    """
    g = len(days.start)
    if item.range is None or len(days.value) <= 1:
        return np.full(g, np.nan), np.zeros(g, dtype=np.int64)
    before, after = days.value[:-1], days.value[1:]
    length = np.diff(days.day).astype(np.float64)
    run = np.repeat(np.arange(g), days.count)
    counts = (run[:-1] == run[1:]) & (length <= item.gap_days)
    inside = _inside(before, after, item.range.low, item.range.high)
    total = np.bincount(run[1:][counts], weights=length[counts], minlength=g)
    held = np.bincount(run[1:][counts], weights=(inside * length)[counts], minlength=g)
    share = np.where(total > 0, held / np.where(total > 0, total, 1.0), np.nan)
    return share, total.astype(np.int64)


def _inside(before: FloatArray, after: FloatArray, low: float, high: float) -> FloatArray:
    """Return which share of a straight line lies between two limits.

    >>> _inside(np.array([6.0, 6.0]), np.array([8.0, 6.0]), 0.0, 7.0)
    array([0.5, 1. ])
    """
    step = after - before
    flat = step == 0
    divisor = np.where(flat, 1.0, step)
    one, other = (low - before) / divisor, (high - before) / divisor
    enters = np.clip(np.minimum(one, other), 0.0, 1.0)
    leaves = np.clip(np.maximum(one, other), 0.0, 1.0)
    level = ((before >= low) & (before <= high)).astype(np.float64)
    return np.where(flat, level, leaves - enters)
