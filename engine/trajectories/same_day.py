"""How several results of one person and day agree."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..fixedpoint import Int64Array
from ..record import BoolArray
from .points import NOT_STATED, Points
from .settings import TrajectoryItem


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How the results of each day agree, of ordered points.

    Attributes
    ----------
    group : int64 (d,), the person of each day
    differs : bool (d,), by more than the item repeats
    contradicted : bool (n,), points of a day on which results can't both be true (of what is
        measured again at once a bound and another one only), or on which a value waits or was
        refused
    """

    group: Int64Array
    differs: BoolArray
    contradicted: BoolArray


class DifferentResults(NamedTuple):
    """The lowest and the highest result of a day, each as points of one.

    A lower bound says nothing of the lowest, an upper one nothing of the highest.
    ``contradicted``: none of the day is used.
    """

    least: Points
    most: Points
    contradicted: bool


def by_day(points: Points) -> Points:
    """Return points by person, day and way (a stated one first), exact ones before bounds.

    Of bounds the one that says most stands first.
    """
    keys: tuple[Any, ...] = (points.unit, points.value)
    if points.comparator.any():
        sign = np.sign(points.comparator)
        says_most = np.where(sign > 0, -points.value, points.value)
        keys = (points.comparator, points.unit, says_most, -sign, sign != 0)
    way = (points.method, points.method == NOT_STATED)
    return points.at(np.lexsort((*keys, *way, points.day, points.group)))


def begins(*columns: Int64Array) -> BoolArray:
    """Say where any of the ordered columns changes, and that the first place does."""
    changes = np.ones(len(columns[0]), dtype=np.bool_)
    for column in columns:
        changes[1:] &= column[1:] == column[:-1]
    changes[1:] = ~changes[1:]
    return changes


def agreement_of(item: TrajectoryItem, ordered: Points, not_used: Points) -> Agreement:
    """Compare the results of each day of ordered points, and with those that are not used.

    Of 6.8 % and "> 14.0 %" of one day, or 18.5 %, which waits, the other one vanished, and the last
    value was below 7.5 %. The median of 5.5 % and 9.0 % is a value that nobody measured. A pressure
    of 150 beside one of 235 that waits was a last value of 150.
    """
    beside = np.zeros(len(ordered.group), dtype=np.bool_)
    if len(not_used.group):
        beside = on_a_day_of(ordered, not_used)
    first = np.flatnonzero(begins(ordered.group, ordered.day))
    if not len(first):
        return Agreement(ordered.group, beside, beside)
    value, sign = ordered.value, ordered.comparator
    highest = np.maximum.reduceat(np.where(sign < 0, -np.inf, value), first)
    lowest = np.minimum.reduceat(np.where(sign > 0, np.inf, value), first)
    repeats = np.abs(highest) * item.repeats
    differs = np.asarray(highest - lowest > repeats)
    group = ordered.group[first]
    size = np.diff(np.r_[first, len(ordered.group)])
    contradicted = np.zeros_like(differs) if item.again_at_once else differs
    if not sign.any():
        return Agreement(group, differs, beside | np.repeat(contradicted, size))
    over = np.maximum.reduceat(np.where(sign > 0, value, -np.inf), first)
    under = np.minimum.reduceat(np.where(sign < 0, value, np.inf), first)
    contradicted |= (over - lowest > repeats) | (highest - under > repeats)
    return Agreement(group, differs, beside | np.repeat(contradicted, size))


def on_a_day_of(ordered: Points, others: Points) -> BoolArray:
    """Say which points are of a person and day of others."""
    one, other = (np.rec.fromarrays([p.group, p.day]) for p in (ordered, others))
    return np.isin(one, other)


def last_different(item: TrajectoryItem, points: Points) -> DifferentResults | None:
    """Return what the last day with different results held; None where there is none.

    Parameters
    ----------
    item : what is followed
    points : of one person
    """
    usable = np.isfinite(points.value)
    ordered = by_day(points.at(usable))
    agreement = agreement_of(item, ordered, points.at(~usable))
    if not agreement.differs.any():
        return None
    first = np.flatnonzero(begins(ordered.day))
    day = ordered.day[first[np.flatnonzero(agreement.differs)[-1]]]
    rows = np.flatnonzero(ordered.day == day)
    value, sign = ordered.value[rows], ordered.comparator[rows]
    least = rows[np.lexsort((sign, value, sign > 0))[:1]]
    most = rows[np.lexsort((sign, value, sign >= 0))[-1:]]
    contradicted = bool(agreement.contradicted[rows[0]])
    return DifferentResults(ordered.at(least), ordered.at(most), contradicted)
