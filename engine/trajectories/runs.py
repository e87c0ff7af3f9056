"""From points to one value a person and day, in the run since the method last changed."""

from dataclasses import dataclass

import numpy as np

from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray, Int8Array
from .points import NOT_STATED, Points
from .settings import TrajectoryItem
from .theil_sen import medians


@dataclass(frozen=True, slots=True, eq=False)
class DayValues:
    """One value a day of the last run of each of g people, by person and day.

    Attributes
    ----------
    group : int64 (g,)
    start, count : int64 (g,), where each person's days stand in ``day`` and ``value``
    day, value : shape (n,)
    last_value, last_unit : (g,), of the last day
    earlier, segments, conflicts, units, not_used : int64 (g,), as in ``TrajectoryColumns``
    """

    group: Int64Array
    start: Int64Array
    count: Int64Array
    day: Int64Array
    value: FloatArray
    last_value: FloatArray
    last_unit: Int8Array
    earlier: Int64Array
    segments: Int64Array
    conflicts: Int64Array
    units: Int64Array
    not_used: Int64Array


def day_values(item: TrajectoryItem, points: Points) -> DayValues:
    """Order the points of an item and keep the run since its method last changed.

    Several values of one day, measured in the way that the vocabulary names first, are their
    median. A day with different results is a conflict, whatever the methods.
    """
    usable = np.isfinite(points.value)
    kept = _ordered(points, usable)
    days = _first_of(kept.group, kept.day)
    size = np.diff(np.r_[days, len(kept.group)])
    conflict = _differs(item, kept, days, size)
    value, way = _day_value(kept, days, size)
    group, day = kept.group[days], kept.day[days]
    begins = _first_of(group)
    of_person = np.diff(np.r_[begins, len(group)])
    person = np.repeat(np.arange(len(begins)), of_person)
    segment = np.cumsum(np.r_[False, (way[1:] != way[:-1]) | (person[1:] != person[:-1])])
    ends = begins + of_person - 1
    is_last = segment == np.repeat(segment[ends], of_person)
    count = np.bincount(person[is_last], minlength=len(begins))
    people = group[begins]
    last = days[ends] + size[ends] - 1
    return DayValues(
        group=people,
        start=np.cumsum(np.r_[0, count[:-1]]) if len(count) else count,
        count=count,
        day=day[is_last],
        value=value[is_last],
        last_value=value[ends],
        last_unit=kept.unit[last],
        earlier=of_person - count,
        segments=segment[ends] - segment[begins] + 1,
        conflicts=np.bincount(person[conflict], minlength=len(begins)),
        units=_units(kept, people),
        not_used=_counted(points.group[~usable], people),
    )


def _ordered(points: Points, usable: BoolArray) -> Points:
    """Return the usable points by person, day, way (a stated one first), value and unit."""
    unstated = points.method == NOT_STATED
    keys = (points.unit, points.value, points.method, unstated, points.day, points.group)
    order = np.lexsort(keys)
    order = order[usable[order]]
    return Points(
        points.group[order],
        points.day[order],
        points.value[order],
        points.method[order],
        points.unit[order],
    )


def _first_of(*columns: Int64Array) -> Int64Array:
    """Return the places where any of the ordered columns changes, the first among them."""
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64)
    changes = np.zeros(len(columns[0]) - 1, dtype=np.bool_)
    for column in columns:
        changes |= column[1:] != column[:-1]
    return np.flatnonzero(np.r_[True, changes])


def _differs(item: TrajectoryItem, kept: Points, days: Int64Array, size: Int64Array) -> BoolArray:
    """Say on which days results differ by more than the item repeats."""
    if not len(days):
        return np.zeros(0, dtype=np.bool_)
    lowest = np.minimum.reduceat(kept.value, days)
    highest = np.maximum.reduceat(kept.value, days)
    return np.asarray((size > 1) & (highest - lowest > np.abs(highest) * item.repeats))


def _day_value(kept: Points, days: Int64Array, size: Int64Array) -> tuple[FloatArray, Int64Array]:
    """Return value and way of each day: of the way that stands first, the median."""
    way = kept.method[days]
    if len(days) == len(kept.group):
        return kept.value, way
    same = kept.method == np.repeat(way, size)
    of_day = np.repeat(np.arange(len(days)), size)[same]
    count = np.bincount(of_day, minlength=len(days))
    start = np.cumsum(np.r_[0, count[:-1]])
    return medians(kept.value[same], start, count), way


def _units(kept: Points, people: Int64Array) -> Int64Array:
    """Return in how many units each person's values were reported."""
    pairs = np.unique(np.stack([kept.group, kept.unit.astype(np.int64)], axis=1), axis=0)
    return _counted(pairs[:, 0], people)


def _counted(groups: Int64Array, people: Int64Array) -> Int64Array:
    """Count how often each of the ordered people is there."""
    at = np.searchsorted(people, groups)
    known = at < len(people)
    known[known] = people[at[known]] == groups[known]
    return np.bincount(at[known], minlength=len(people)).astype(np.int64)
