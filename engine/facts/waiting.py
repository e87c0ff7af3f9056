"""What a value that is not used would make of a finding if it were true.

A glucose of 4 g/L was in the diabetes range; one of 5 g/L, which waits for a named person, was
nothing at all. A worse value is never treated milder than a less bad one.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from ..derived import ARMS
from ..guidelines import FindingSpec, Row
from ..guidelines.model import NO_URGENCY, PRESENT, Threshold
from ..logic import FALSE, TRUE
from ..record import BoolArray, Int8Array, QuantityColumn, VisitBatch
from ..urgency.low_weight import PARTS, body_mass_index_for_alarm
from ..urgency.readings import could_hold
from .grades import NO_GRADE, level_of
from .rows import gate_of, holds_any

WAITS: Final = "finding.value_waits"
"""Sentence of a finding of which only a value that is not used would say something."""

_HIGHER_ARM: Final = "higher_arm"
_BODY_MASS_INDEX: Final = "body_mass_index"


def waiting_grade(spec: FindingSpec, batch: VisitBatch, grade: Int8Array) -> Int8Array:
    """Return int8 (n,) the grade that a value which is not used would make, -1 without one.

    Only one beyond the grade that the values that are used make, and only one that asks for
    something. A value is read as the urgent rules read it: in its unit, else in any in which it is
    possible.

    Parameters
    ----------
    spec : the finding
    batch : n records after the plausibility check
    grade : int8 (n,), index of the grade on the values that are used, -1 without one
    """
    found = np.full(batch.n, NO_GRADE, dtype=np.int8)
    order = np.array([*(g.order for g in spec.grades), NO_GRADE], dtype=np.int8)[grade]
    asking = [row for row in spec.rows if _asks(spec, row)]
    behind = {item: tuple(columns_behind(item, batch)) for item in {row.item for row in asking}}
    for row in asking:
        meets = _meets(row, batch, behind[row.item])
        if meets.any():
            beyond = meets & (spec.grades[row.grade].order > order)
            found[beyond] = row.grade
            order[beyond] = spec.grades[row.grade].order
    found[holds_any(spec.not_when, batch)] = NO_GRADE
    return found


def waiting_levels(spec: FindingSpec, waiting: Int8Array) -> Int8Array:
    """Return int8 (n,) the urgency of the grades that waiting values would make, 4 without one."""
    levels = [level_of(g.outcome.urgency) for g in spec.grades]
    return np.array([*levels, NO_URGENCY], dtype=np.int8)[waiting]


def _asks(spec: FindingSpec, row: Row) -> bool:
    grade = spec.grades[row.grade]
    return row.threshold is not None and (
        grade.state == PRESENT or grade.outcome.urgency is not None
    )


def could_meet(row: Row, batch: VisitBatch, *, of_another_day: bool = False) -> BoolArray:
    """Return (n,) where a value that is not used could meet a row that speaks of the person.

    ``of_another_day``: one that is too old for the visit, if its date is wrong, instead.
    """
    columns = columns_behind(row.item, batch)
    return _meets(row, batch, columns, of_another_day=of_another_day)


def _meets(
    row: Row,
    batch: VisitBatch,
    columns: Iterable[tuple[str, QuantityColumn]],
    *,
    of_another_day: bool = False,
) -> BoolArray:
    meets = np.zeros(batch.n, dtype=np.bool_)
    if row.threshold is None:
        return meets
    for _, column in columns:
        found = waiting_readings(column, row.threshold, of_another_day=of_another_day)
        meets |= found.any(axis=1)
    gate = gate_of(row, batch) if meets.any() else None
    return meets if gate is None else np.asarray(meets & (gate == TRUE))


def waiting_readings(
    column: QuantityColumn, threshold: Threshold, *, of_another_day: bool = False
) -> BoolArray:
    """Return (n, m) which readings, of those that are not used, could meet a condition."""
    doubtful = column.old if of_another_day else column.waiting
    if doubtful is None or not doubtful.any():
        return np.zeros(column.nano.shape, dtype=np.bool_)
    bounds_are_no_matter = np.full(doubtful.shape, FALSE)
    return could_hold(column, threshold, bounds_are_no_matter, of_another_day=of_another_day)


def columns_behind(item: str, batch: VisitBatch) -> Iterator[tuple[str, QuantityColumn]]:
    """Yield the columns behind an item of a row, with the values that are not used.

    A difference between the arms is none: the pressure that waits speaks for itself.
    """
    base, _, qualifier = item.partition(".")
    if qualifier == _HIGHER_ARM:
        slots = [f"{base}.{arm}" for arm in ARMS]
        yield from ((slot, batch.quantities[slot]) for slot in slots if slot in batch.quantities)
    elif item == _BODY_MASS_INDEX:
        parts = [batch.quantities[s] for s in (*PARTS, "bmi") if s in batch.quantities]
        if any(part.waiting.any() for part in parts):
            yield item, body_mass_index_for_alarm(batch)
    elif item in batch.quantities:
        yield item, batch.quantities[item]
