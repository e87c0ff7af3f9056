"""From records to flat points: who, which day, which value, measured how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from ..derived import ARMS, combined_input
from ..facts.inputs import slots_of
from ..filtration import FILTRATION, SENT
from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray, Int8Array, VisitBatch
from .settings import TrajectoryItem, trajectory_items

NOT_STATED = 0
NO_VALUE: Final = ("value_missing", "too_old", "too_old_for_today")
"""Codes of what is no value of the day of its visit."""
IN_NO_COLUMN: Final = ("value_not_decimal", "value_not_text")
"""Codes of values that stand in no column."""
NEVER: Final = int(np.iinfo(np.int64).min)
"""The day of what there never was, or of a reading that is not of the day of its visit."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The values of one item over many people and days, in any order.

    Attributes
    ----------
    group : int64 (n,), the person
    day : int64 (n,), days since 1970-01-01
    value : float64 (n,), in the model unit; NaN where it was refused or is suspect (too old, too)
    method : int64 (n,), how it was measured; 0 where nothing was stated
    unit : int8 (n,), index of the reported unit
    comparator : int8 (n,), of a value that is only a bound (-1 ``<``, 1 ``>``, ...); else 0
    """

    group: Int64Array
    day: Int64Array
    value: FloatArray
    method: Int64Array
    unit: Int8Array
    comparator: Int8Array

    def at(self, index: BoolArray | Int64Array) -> "Points":
        """Return some of the points."""
        return Points(**{f.name: getattr(self, f.name)[index] for f in fields(Points)})


def concatenated(parts: Sequence[Points]) -> Points:
    """Return the points of several tables as one.

    >>> concatenated([points_from([0], [0], [1.0]), points_from([1], [9], [2.0])]).group
    array([0, 1])
    """
    names = [f.name for f in fields(Points)]
    return Points(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


def points_from(
    group: Sequence[int] | Int64Array,
    day: Sequence[int] | Int64Array,
    value: Sequence[float] | FloatArray,
    method: Sequence[int] | Int64Array | None = None,
) -> Points:
    """Return points of values that come in the model unit (measured from an ECG, for instance).

    Parameters
    ----------
    group, day, value : shape (n,)
    method : shape (n,); nothing stated where None
    """
    n = len(group)
    return Points(
        group=np.asarray(group, dtype=np.int64),
        day=np.asarray(day, dtype=np.int64),
        value=np.asarray(value, dtype=np.float64),
        method=np.zeros(n, np.int64) if method is None else np.asarray(method, dtype=np.int64),
        unit=np.zeros(n, dtype=np.int8),
        comparator=np.zeros(n, dtype=np.int8),
    )


def visit_points(batch: VisitBatch, group: Int64Array, day: Int64Array) -> dict[str, Points]:
    """Return the points of every followed item of n visits.

    Parameters
    ----------
    batch : records after the plausibility check
    group : int64 (n,), the person of each visit
    day : int64 (n,), days since 1970-01-01; a reading taken so many days before counts as of then

    Returns
    -------
    item -> its points; an item that nobody of the batch was measured for is not there. A refused
    record gives none.
    """
    unread: dict[str, dict[int, bool]] = {}
    for problem in batch.problems:
        if problem.severity == "refused_item" and problem.code not in NO_VALUE:
            rows = unread.setdefault(problem.item, {})
            rows[problem.row] = rows.get(problem.row, False) or problem.code in IN_NO_COLUMN
    made = {}
    for item in trajectory_items():
        if item.source:
            lost = unread.get(item.name.partition(".")[0], {})
            points = _with_waiting(_points(item, batch, day), item, batch, day)
            points = _with_unread(points, batch, lost, day) if lost else points
            made[item.name] = replace(points, group=group[points.group])
    return {name: points for name, points in made.items() if len(points.group)}


def _with_waiting(
    points: Points, item: TrajectoryItem, batch: VisitBatch, day: Int64Array
) -> Points:
    """Return points of rows with those of values that are not used and that another stands for."""
    waits: set[tuple[int, int]] = set()
    for slot in (SENT,) if item.source == FILTRATION else slots_of(item.source):
        if slot in batch.quantities:
            column = batch.quantities[slot]
            row, reading = np.nonzero(column.waiting & ~batch.refused[:, None])
            days = day[row] - column.age_days[row, reading]
            waits |= set(zip(row.tolist(), days.tolist(), strict=True))
    told = set(points.group[~np.isfinite(points.value)].tolist())
    return _with_unused(points, [place for place in sorted(waits) if place[0] not in told])


def _with_unread(
    points: Points, batch: VisitBatch, lost: Mapping[int, bool], day: Int64Array
) -> Points:
    """Return points of rows with those of values that could not even be read; they are refused too.

    ``lost`` says of a row whether its value stands in no column, so that a value of that visit
    which is used does not stand for it.
    """
    unused = set(points.group[~np.isfinite(points.value)].tolist())
    read = set(points.group.tolist())
    rows = [row for row in sorted(lost) if row not in (unused if lost[row] else read)]
    return _with_unused(points, [(row, int(day[row])) for row in rows if not batch.refused[row]])


def _with_unused(points: Points, places: Sequence[tuple[int, int]]) -> Points:
    """Return points with those of values that are not used, each of a row and a day."""
    if not places:
        return points
    rows, days = zip(*places, strict=True)
    return concatenated([points, points_from(rows, days, np.full(len(places), np.nan))])


def _points(item: TrajectoryItem, batch: VisitBatch, day: Int64Array) -> Points:
    """Return the points of rows: each reading of its own day."""
    column = combined_input(batch, item.source).readings
    there = column.present & ~batch.refused[:, None]
    old = np.zeros_like(there)
    if column.old is not None and column.old.shape == there.shape:
        old = column.old
    row, reading = np.nonzero(there)
    return Points(
        group=row.astype(np.int64),
        day=np.where(old[row, reading], NEVER, day[row] - column.age_days[row, reading]),
        value=np.where(old, np.nan, column.model_values())[row, reading],
        method=measured_how(item, batch)[row],
        unit=column.unit[row, reading],
        comparator=column.comparator[row, reading],
    )


def without_copies(points: Points) -> Points:
    """Return points in which the same result of one person and day stands once.

    One blood test that was sent with five visits was five tests, and its trend 0.00 a year. Of
    copies one whose way is stated stays. Values that are not used stay, each: they are counted.

    Parameters
    ----------
    points : of any people, in any order
    """
    alike = (points.value, points.comparator, points.unit, points.day, points.group)
    order = np.lexsort((points.method, points.method == NOT_STATED, *alike))
    same = np.isfinite(points.value[order])
    same[:1] = False
    for column in alike:
        same[1:] &= column[order][1:] == column[order][:-1]
    return points.at(np.sort(order[~same])) if same.any() else points


def measured_how(item: TrajectoryItem, batch: VisitBatch) -> Int64Array:
    """Return (n,) one number for each way of measuring; 0 where nothing of it was stated."""
    code = np.zeros(batch.n, dtype=np.int64)
    for name in item.methods:
        choices = len(_choices(batch, name)) + 1
        code = code * choices + (batch.answer(name).astype(np.int64) + 1)
    if item.arms:
        code = code * 2 + _both_arms(batch, item.arms)
    return code


def _choices(batch: VisitBatch, name: str) -> Sequence[object]:
    qualifier = name.rsplit(".", 1)[-1]
    return batch.vocabulary.methods[qualifier].choices


def _both_arms(batch: VisitBatch, item: str) -> BoolArray:
    """Say who had both arms measured: the higher of two is above one by chance alone."""
    quantities: Mapping[str, object] = batch.quantities
    slots = [f"{item}.{arm}" for arm in ARMS[:2]]
    if not all(slot in quantities for slot in slots):
        return np.zeros(batch.n, dtype=np.bool_)
    left, right = (batch.quantity(slot).accepted.any(axis=1) for slot in slots)
    return np.asarray(left & right)
