"""What a grade makes of a finding: the highest that holds, its state, its urgency."""

from typing import Final

import numpy as np

from ..guidelines import FindingSpec
from ..guidelines.model import ABSENT, NO_URGENCY, NOT_ASSESSABLE
from ..logic import FALSE, TRUE, UNKNOWN
from ..prediagnosis import URGENCIES, Urgency
from ..record import BoolArray, Int8Array

NO_GRADE: Final = -1


def highest_grade(spec: FindingSpec, rows: Int8Array) -> tuple[Int8Array, Int8Array]:
    """Return (n,) the order and the index of the highest grade whose row holds, -1 without one."""
    orders = np.array([[spec.grades[r.grade].order] for r in spec.rows], dtype=np.int8)
    order = np.maximum.reduce(np.where(rows == TRUE, orders, np.int8(NO_GRADE)))
    table = np.full(max(g.order for g in spec.grades) + 2, NO_GRADE, dtype=np.int8)
    for index, grade in enumerate(spec.grades):
        table[grade.order] = index
    return order, np.asarray(table[order])


def state_of_grade(spec: FindingSpec, grade: Int8Array, assessable: BoolArray) -> Int8Array:
    """Return the state of the grade; without one, absent only if all was assessable."""
    unmet = [*(max(g.state, NOT_ASSESSABLE) for g in spec.grades), NOT_ASSESSABLE]
    met = [*(g.beside_needs for g in spec.grades), ABSENT]
    table = np.array([unmet, met], dtype=np.int8)
    return np.asarray(table[assessable.astype(np.int8), grade])


def in_state(spec: FindingSpec, grade: Int8Array, state: int) -> BoolArray:
    """Return (n,) where the grade stands for this state; without a grade it does not."""
    return np.array([*(g.state == state for g in spec.grades), False])[grade]


def needs_met(spec: FindingSpec, rows: Int8Array, edge: Int8Array) -> BoolArray:
    """Return (n,) where of every needed group one item was decided by all its rows."""
    undecided = (rows == UNKNOWN) | ((rows == FALSE) & (edge == UNKNOWN))
    met = np.ones(rows.shape[1], dtype=np.bool_)
    for group in spec.needs:
        one = np.zeros_like(met)
        for item in group:
            of_item = [i for i, r in enumerate(spec.rows) if r.item == item and not r.also]
            one |= ~np.logical_or.reduce(undecided[of_item])
        met &= one
    return met


def urgency_of(spec: FindingSpec, grade: Int8Array, is_near: BoolArray) -> Int8Array:
    """Return (n,) the more urgent of the grade's level and that of a borderline beyond it."""
    levels = [level_of(g.outcome.urgency) for g in spec.grades] + [NO_URGENCY]
    own = np.array(levels, dtype=np.int8)[grade]
    near = np.where(is_near, np.int8(level_of(spec.borderline.urgency)), np.int8(NO_URGENCY))
    return np.minimum(own, near)


def level_of(urgency: Urgency | None) -> int:
    """Return the code of a level, that of no urgency for None."""
    return NO_URGENCY if urgency is None else URGENCIES.index(urgency)
