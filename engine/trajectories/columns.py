"""Trajectories of one item over many people, in columns: one row a person with any value."""

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray, Int8Array
from .in_range import share_in_range
from .points import NEVER, Points, without_copies
from .runs import DayValues, day_values
from .settings import TrajectoryItem, method
from .theil_sen import Slopes, is_far, theil_sen

FALLS: Final = -1
NO_TREND: Final = 0
RISES: Final = 1
TOO_FEW: Final = 2
DIRECTIONS: Final = {
    FALLS: "falls", NO_TREND: "no_trend_shown", RISES: "rises", TOO_FEW: "too_few",
}  # fmt: skip
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class TrajectoryColumns:
    """What g people's values of one item did over the years.

    Attributes
    ----------
    item : what was followed
    group : int64 (g,), the person, ascending
    tests : int64 (g,), days with a value, exact or a bound, since the method last changed
    earlier_tests : int64 (g,), days with one before that
    segments : int64 (g,), how often it was measured in one way without a break
    first_day, last_day : int64 (g,), of the tests since the method last changed; NEVER without any
    last_value : float64 (g,), median of that day, in the model unit; NaN without any test
    last_comparator : int8 (g,), where only a bound of it is known (-1 ``<``, 1 ``>``, ...); else 0
    last_unit : int8 (g,), index of the unit in which it was reported; -1 without any test
    slope, slope_low, slope_high : float64 (g,), of the exact values, model unit a year; NaN where
        there are too few, or the last value is a bound
    direction : int8 (g,), FALLS, RISES, NO_TREND (the interval holds zero) or TOO_FEW
    share_in_range : float64 (g,), of the time between tests; NaN where none counts
    counted_days : int64 (g,), of the time between first and last test, what that share is of
    long_days : int64 (g,), of the rest, what lies in gaps that are too long to count
    outliers : int64 (g,), tests far from the line; ``is_last_outlier`` bool (g,)
    conflict_days : int64 (g,), days whose results differ by more than the item repeats
    units : int64 (g,), units in which it was reported
    not_used : int64 (g,), values that were refused, suspect, a bound, or contradicted by a bound of
        the same day: of none is a trend made
    not_usable_day : int64 (g,), of the last of these that is no day's bound; NEVER without any
    """

    item: TrajectoryItem
    group: Int64Array
    tests: Int64Array
    earlier_tests: Int64Array
    segments: Int64Array
    first_day: Int64Array
    last_day: Int64Array
    last_value: FloatArray
    last_comparator: Int8Array
    last_unit: Int8Array
    slope: FloatArray
    slope_low: FloatArray
    slope_high: FloatArray
    direction: Int8Array
    share_in_range: FloatArray
    counted_days: Int64Array
    long_days: Int64Array
    outliers: Int64Array
    is_last_outlier: BoolArray
    conflict_days: Int64Array
    units: Int64Array
    not_used: Int64Array
    not_usable_day: Int64Array

    @property
    def is_last_known(self) -> BoolArray:
        """Return (g,) of whom no value was unusable on a day after the last test."""
        return np.asarray((self.tests > 0) & (self.not_usable_day <= self.last_day))


def evaluate_trajectories(item: TrajectoryItem, points: Points) -> TrajectoryColumns:
    """Return the trajectory of every person who has any value of an item.

    Somebody none of whose values can be used has no test, and how many there were.

    Parameters
    ----------
    item : what is followed
    points : in any order; shuffling them changes nothing
    """
    days = day_values(item, points if item.again_at_once else without_copies(points))
    has = days.count > 0
    first, last = days.start[has], (days.start + days.count - 1)[has]
    last_comparator = _spread(days.comparator[last], has, 0).astype(np.int8)
    slopes, far = _trend(item, days)
    is_told = np.isfinite(slopes.low) & (last_comparator == 0)
    low, high = (np.where(is_told, end, np.nan) for end in (slopes.low, slopes.high))
    in_range = share_in_range(item, days)
    person = np.repeat(np.arange(len(days.group)), days.count)
    return TrajectoryColumns(
        item=item,
        group=days.group,
        tests=days.count,
        earlier_tests=days.earlier,
        segments=days.segments,
        first_day=_spread(days.day[first], has, NEVER),
        last_day=_spread(days.day[last], has, NEVER),
        last_value=_spread(days.value[last], has, np.nan),
        last_comparator=last_comparator,
        last_unit=days.last_unit,
        slope=np.where(is_told, slopes.slope, np.nan),
        slope_low=low,
        slope_high=high,
        direction=_direction(low, high),
        share_in_range=in_range.share,
        counted_days=in_range.counted_days,
        long_days=in_range.long_days,
        outliers=np.bincount(person[far], minlength=len(days.group)),
        is_last_outlier=_spread(far[last], has, 0).astype(np.bool_),
        conflict_days=days.conflicts,
        units=days.units,
        not_used=days.not_used,
        not_usable_day=days.not_usable_day,
    )


def _spread(values: npt.NDArray[T], has: BoolArray, otherwise: float) -> npt.NDArray[T]:
    """Return one value a person; another one of those who have no day."""
    found = np.full(len(has), otherwise, dtype=values.dtype)
    found[has] = values
    return found


def _trend(item: TrajectoryItem, days: DayValues) -> tuple[Slopes, BoolArray]:
    """Return the slopes of the exact values, and which days (n,) lie far from their line."""
    exact = days.comparator == 0
    person = np.repeat(np.arange(len(days.group)), days.count)[exact]
    count = np.bincount(person, minlength=len(days.group))
    start = np.cumsum(count) - count
    day, value = days.day[exact], days.value[exact]
    has = count > 0
    begins = np.repeat(day[start[has]], count[has])
    slopes = theil_sen((day - begins) / method().days_per_year, value, start, count)
    last = _spread(value[(start + count - 1)[has]], has, np.nan)
    far = np.zeros(len(exact), dtype=np.bool_)
    far[exact] = is_far(slopes.residual, np.abs(last) * item.repeats / 2, start, count)
    return slopes, far


def _direction(low: FloatArray, high: FloatArray) -> Int8Array:
    known = np.isfinite(low)
    with np.errstate(invalid="ignore"):
        said = np.where(low > 0, RISES, np.where(high < 0, FALLS, NO_TREND))
    return np.where(known, said, TOO_FEW).astype(np.int8)
