"""From points to one value a person and day, in the run since the method last changed."""

from dataclasses import dataclass

import numpy as np

from ..fixedpoint import FloatArray, Int64Array
from ..record import UNKNOWN, Int8Array
from .points import NEVER, Points, concatenated
from .same_day import agreement_of, begins, by_day
from .settings import TrajectoryItem
from .theil_sen import medians


@dataclass(frozen=True, slots=True, eq=False)
class DayValues:
    """One value a day of the last run of each of g people, by person and day.

    Attributes
    ----------
    group : int64 (g,)
    start, count : int64 (g,), where each person's days stand in ``day`` and ``value``; a count of 0
        where no value can be used
    day, value : shape (n,)
    comparator : int8 (n,), of a day on which only a bound is known; else 0
    last_unit : int8 (g,), of the last day; -1 where there is none
    earlier, segments, conflicts, units, not_used, not_usable_day : int64 (g,), as in
        ``TrajectoryColumns``
    """

    group: Int64Array
    start: Int64Array
    count: Int64Array
    day: Int64Array
    value: FloatArray
    comparator: Int8Array
    last_unit: Int8Array
    earlier: Int64Array
    segments: Int64Array
    conflicts: Int64Array
    units: Int64Array
    not_used: Int64Array
    not_usable_day: Int64Array


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Every day with a value, by person and day: who, when, value, way, unit."""

    person: Int64Array
    day: Int64Array
    value: FloatArray
    comparator: Int8Array
    way: Int64Array
    unit: Int8Array


def day_values(item: TrajectoryItem, points: Points) -> DayValues:
    """Order the points of an item and keep the run since its method last changed.

    Several values of one day, measured in the way that the vocabulary names first, are their
    median; a bound counts where no value of that way is exact, the one that says most. A day with
    different results is a conflict, whatever the methods; one on which results contradict each
    other (`agreement_of`), or a value waits or was refused, has no value that can be used.
    """
    people = np.unique(points.group)
    g = len(people)
    usable = np.isfinite(points.value)
    ordered = by_day(points.at(usable))
    unused = points.at(~usable)
    agreement = agreement_of(item, ordered, unused)
    kept = ordered.at(~agreement.contradicted)
    days = _days(kept, people)
    segment = np.cumsum(begins(days.person, days.way)) if len(days.person) else days.person
    last_of = np.full(g, UNKNOWN, dtype=np.int64)
    last_of[days.person] = np.arange(len(days.person))
    has = last_of >= 0
    is_last = segment == segment[last_of[days.person]]
    count = np.bincount(days.person[is_last], minlength=g)
    first_of = np.searchsorted(days.person, np.arange(g))
    segments = np.zeros(g, dtype=np.int64)
    segments[has] = segment[last_of[has]] - segment[first_of[has]] + 1
    spoilt = concatenated([unused, ordered.at(agreement.contradicted)])
    return DayValues(
        group=people,
        start=np.cumsum(count) - count,
        count=count,
        day=days.day[is_last],
        value=days.value[is_last],
        comparator=days.comparator[is_last],
        last_unit=np.where(has, _at(days.unit, last_of), UNKNOWN).astype(np.int8),
        earlier=np.bincount(days.person, minlength=g) - count,
        segments=segments,
        conflicts=_counted(agreement.group[agreement.differs], people),
        units=_units(kept, people),
        not_used=_counted(np.r_[spoilt.group, kept.group[kept.comparator != 0]], people),
        not_usable_day=_last_days(spoilt.group, spoilt.day, people),
    )


def _days(kept: Points, people: Int64Array) -> _Days:
    """Return the days of ordered points."""
    first = np.flatnonzero(begins(kept.group, kept.day))
    size = np.diff(np.r_[first, len(kept.group)])
    head = kept.at(first)
    return _Days(
        person=np.searchsorted(people, head.group),
        day=head.day,
        value=_day_value(kept, head, size),
        comparator=head.comparator,
        way=head.method,
        unit=head.unit,
    )


def _day_value(kept: Points, head: Points, size: Int64Array) -> FloatArray:
    """Return the value of each day: of the way that stands first, the median; or its bound."""
    if len(head.group) == len(kept.group):
        return head.value
    same = (kept.comparator == 0) & (kept.method == np.repeat(head.method, size))
    of_day = np.repeat(np.arange(len(size)), size)[same]
    exact = np.bincount(of_day, minlength=len(size))
    there = exact > 0
    value = head.value.copy()
    start = np.cumsum(exact) - exact
    value[there] = medians(kept.value[same], start[there], exact[there])
    return value


def _at(column: Int8Array, index: Int64Array) -> Int8Array:
    """Return a column's values at places; anything where it is empty."""
    return column[index] if len(column) else np.zeros(len(index), dtype=np.int8)


def _units(kept: Points, people: Int64Array) -> Int64Array:
    """Return in how many units each person's values were reported."""
    met = np.zeros((len(people), 1 + kept.unit.max(initial=0)), dtype=np.bool_)
    met[np.searchsorted(people, kept.group), kept.unit] = True
    return met.sum(axis=1)


def _counted(groups: Int64Array, people: Int64Array) -> Int64Array:
    """Count how often each of the ordered people is there."""
    return np.bincount(np.searchsorted(people, groups), minlength=len(people)).astype(np.int64)


def _last_days(groups: Int64Array, day: Int64Array, people: Int64Array) -> Int64Array:
    """Return the last of the days of each of the ordered people, or NEVER."""
    last = np.full(len(people), NEVER, dtype=np.int64)
    np.maximum.at(last, np.searchsorted(people, groups), day)
    return last
