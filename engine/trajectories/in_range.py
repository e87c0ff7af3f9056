"""Which share of the time between tests a value was in range."""

from dataclasses import dataclass

import numpy as np

from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray
from .runs import DayValues
from .settings import Range, TrajectoryItem

_LESS, _MORE = -1, 1


@dataclass(frozen=True, slots=True, eq=False)
class TimeInRange:
    """Which share of the time g people's values were in range, and of how many days it is.

    Attributes
    ----------
    share : float64 (g,), NaN where no day counts
    counted_days : int64 (g,), what it is the share of
    long_days : int64 (g,), in gaps that are too long; the other days lie beside a bound that leaves
        them open
    """

    share: FloatArray
    counted_days: Int64Array
    long_days: Int64Array


def share_in_range(item: TrajectoryItem, days: DayValues) -> TimeInRange:
    """Return which share of the time a straight line between tests is in range.

    A longer gap than the item's counts for no time. A stretch that begins or ends with a bound
    counts where both of its ends are known to lie in range, or both on one side of it.

    Parameters
    ----------
    item : whose range
    days : of g people
    """
    g = len(days.group)
    if item.range is None or len(days.value) <= 1:
        none = np.zeros(g, dtype=np.int64)
        return TimeInRange(np.full(g, np.nan), none, none)
    value = _at_the_ends(days.value, item.range)
    length = np.diff(days.day).astype(np.float64)
    person = np.repeat(np.arange(g), days.count)
    inside = _inside(value[:-1], value[1:], item.range)
    exact = days.comparator == 0
    if not exact.all():
        decided = _decided(value, days, item.range)
        inside = np.where(exact[:-1] & exact[1:], inside, decided)
    is_one, is_long = person[:-1] == person[1:], length > item.gap_days
    counts = is_one & ~is_long & np.isfinite(inside)

    def summed(stretches: BoolArray, weights: FloatArray) -> FloatArray:
        whose = person[1:][stretches]
        return np.bincount(whose, weights[stretches], minlength=g).astype(np.float64)

    total = summed(counts, length)
    held = summed(counts, np.where(counts, inside, 0.0) * length)
    share = np.where(total > 0, held / np.where(total > 0, total, 1.0), np.nan)
    long_days = summed(is_one & is_long, length)
    return TimeInRange(share, total.astype(np.int64), long_days.astype(np.int64))


def _at_the_ends(value: FloatArray, limits: Range) -> FloatArray:
    """Return values; what is one with an end of the range, in another unit, is that end."""
    for end in (limits.low, limits.high):
        value = np.where(np.abs(value - end) <= limits.same_within, end, value)
    return value


def _inside(before: FloatArray, after: FloatArray, limits: Range) -> FloatArray:
    """Return which share of a straight line lies in range.

    >>> _inside(np.array([6.0, 7.0]), np.array([8.0, 7.0]), Range("", 0.0, 7.0, ""))
    array([0.5, 1. ])
    """
    step = after - before
    flat = step == 0
    divisor = np.where(flat, 1.0, step)
    one, other = (limits.low - before) / divisor, (limits.high - before) / divisor
    enters = np.clip(np.minimum(one, other), 0.0, 1.0)
    leaves = np.clip(np.maximum(one, other), 0.0, 1.0)
    level = ~(_is_below(before, limits) | _is_above(before, limits))
    return np.where(flat, level.astype(np.float64), leaves - enters)


def _is_below(value: FloatArray, limits: Range) -> BoolArray:
    return np.asarray(value < limits.low)


def _is_above(value: FloatArray, limits: Range) -> BoolArray:
    over = value >= limits.high if limits.is_open_above else value > limits.high
    return np.asarray(over)


def _decided(value: FloatArray, days: DayValues, limits: Range) -> FloatArray:
    """Return 1 where both ends of a stretch are known to be in range, 0 where both beyond it.

    NaN where a bound leaves it open.
    """
    sign = days.comparator
    least = np.where(sign < 0, -np.inf, value)
    most = np.where(sign > 0, np.inf, value)
    is_less, is_more = sign == _LESS, sign == _MORE
    below = _is_below(most, limits) | (is_less & (most <= limits.low))
    above = _is_above(least, limits) | (is_more & (least >= limits.high))
    under = ~_is_above(most, limits) | (is_less & (most <= limits.high))
    within = under & ~_is_below(least, limits)
    both = [side[:-1] & side[1:] for side in (within, below, above)]
    return np.select(both, [1.0, 0.0, 0.0], np.nan)
