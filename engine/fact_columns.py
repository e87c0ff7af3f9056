"""Fact findings over columns: which guideline rows hold, and what state that makes.

Within one finding the highest grade among the rows that hold decides. "Absent" is said only where
everything that the finding needs was assessable; a row that holds speaks whatever else is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .combine import CombinedInput, combined_input
from .guidelines import FindingSpec, Guidelines, Row
from .guidelines.model import (
    ABSENT,
    BORDERLINE,
    NO_URGENCY,
    NOT_ASSESSABLE,
    PRESENT,
    Flag,
    Threshold,
)
from .logic import (
    FALSE,
    TRUE,
    UNKNOWN,
    Operator,
    all_of,
    answered,
    any_of,
    compare,
    count_true,
    verdict_of,
)
from .prediagnosis import URGENCIES, Urgency
from .record import UNKNOWN as NOT_KNOWN
from .record import BoolArray, Int8Array, VisitBatch

NO_GRADE: Final = -1
_TOWARDS_BORDERLINE: Final[Mapping[Operator, Operator]] = {
    ">=": ">=", ">": ">=", "<=": "<=", "<": "<=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactColumn:
    """One fact finding of n people.

    Attributes
    ----------
    spec : the finding, with its grades and rows
    state : int8 (n,), a code of ``guidelines.model.STATES``
    grade : int8 (n,), index into ``spec.grades``; -1 without one
    urgency : int8 (n,), 0 for U0 to 3 for U3, 4 without one
    rows : int8 (n, r), what each row says: TRUE, UNKNOWN or FALSE
    borderline : bool (n, r), the value lies within the stated uncertainty of the row's cut-off
    barred : bool (n,), an answer makes the finding not assessable whatever was measured
    """

    spec: FindingSpec
    state: Int8Array
    grade: Int8Array
    urgency: Int8Array
    rows: Int8Array
    borderline: BoolArray
    barred: BoolArray

    def take(self, rows: slice) -> "FactColumn":
        """Return some people of this finding."""
        return FactColumn(
            self.spec,
            self.state[rows],
            self.grade[rows],
            self.urgency[rows],
            self.rows[rows],
            self.borderline[rows],
            self.barred[rows],
        )


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Every fact finding of n people.

    Attributes
    ----------
    columns : one a finding, in the order of the guidelines
    inputs : name -> the combined value that rows compared
    """

    guidelines: Guidelines
    columns: tuple[FactColumn, ...]
    inputs: Mapping[str, CombinedInput]
    n: int

    @property
    def state(self) -> Int8Array:
        """(n, f) the state of every finding."""
        return np.stack([c.state for c in self.columns], axis=1)

    @property
    def urgency(self) -> Int8Array:
        """(n, f) the urgency of every finding, 4 without one."""
        return np.stack([c.urgency for c in self.columns], axis=1)

    def take(self, person: int) -> "FactColumns":
        """Return one person's columns."""
        rows = slice(person, person + 1)
        inputs = {name: combined.take(rows) for name, combined in self.inputs.items()}
        return FactColumns(self.guidelines, tuple(c.take(rows) for c in self.columns), inputs, 1)

    def column(self, finding: str) -> FactColumn | None:
        """Return one finding's column; None where the chosen sets do not have it."""
        return next((c for c in self.columns if c.spec.id == finding), None)

    def has_grade(self, finding: str, grade: str) -> BoolArray:
        """Return (n,) for whom a finding has a grade; nobody where the chosen sets lack it."""
        column = self.column(finding)
        codes = [] if column is None else [g.code for g in column.spec.grades]
        if column is None or grade not in codes:
            return np.zeros(self.n, dtype=np.bool_)
        return np.asarray(column.grade == codes.index(grade))

    def is_present(self, finding: str) -> BoolArray:
        """Return (n,) for whom a finding is present; nobody where the chosen sets lack it."""
        column = self.column(finding)
        if column is None:
            return np.zeros(self.n, dtype=np.bool_)
        return np.asarray(column.state == PRESENT)


def evaluate_facts(batch: VisitBatch, guidelines: Guidelines) -> FactColumns:
    """Compare every person with every row of the chosen guideline sets.

    Parameters
    ----------
    batch : a record after the plausibility check; suspect and refused values satisfy no row
    guidelines : what ``load_guidelines`` returned

    Returns
    -------
    one column a finding; a batch of n gives what n batches of one give
    """
    names = {item: None for spec in guidelines.findings for item in spec.items}
    inputs = {name: combined_input(batch, name) for name in names}
    columns = tuple(evaluate_finding(spec, batch, inputs) for spec in guidelines.findings)
    return FactColumns(guidelines, columns, inputs, batch.n)


def evaluate_finding(
    spec: FindingSpec, batch: VisitBatch, inputs: Mapping[str, CombinedInput]
) -> FactColumn:
    """Return one finding of n people from its combined inputs."""
    readings: dict[str, Int8Array] = {}
    edges: dict[str, Int8Array] = {}
    verdicts: dict[str, Int8Array] = {}
    for row in spec.rows:
        if row.threshold is not None:
            gate = _gate(row, batch)
            value = compare(
                inputs[row.threshold.item].column, row.threshold.op, row.threshold.values
            )
            verdicts[row.id] = all_of(value[:, 0], gate)
            edges[row.id] = _edge(row, inputs, gate, batch.n)
            if any(row.id in other.tally for other in spec.rows):
                readings[row.id] = _each_reading(row.threshold, gate, batch)
    for row in spec.rows:
        if row.threshold is None:
            verdicts[row.id] = _tally(row, [readings[i] for i in row.tally], batch.n)
            edges[row.id] = np.full(batch.n, FALSE)
    rows = np.stack([verdicts[r.id] for r in spec.rows])
    edge = np.stack([edges[r.id] for r in spec.rows])
    return _decide(spec, rows, edge, _holds_any(spec.not_when, batch))


def _gate(row: Row, batch: VisitBatch) -> Int8Array:
    """Return whether the row speaks of this person: sex, age, further answers, exclusions."""
    parts = [np.full(batch.n, TRUE)]
    if row.sex != NOT_KNOWN:
        parts.append(answered(batch.sex, row.sex))
    if row.age_min is not None or row.age_max is not None:
        parts.append(_age_gate(row, batch))
    if row.also:
        parts.append(any_of(*(answered(batch.answer(f.name), f.choice) for f in row.also)))
    if row.not_when:
        parts.append(np.where(_holds_any(row.not_when, batch), UNKNOWN, TRUE))
    return all_of(*parts)


def _age_gate(row: Row, batch: VisitBatch) -> Int8Array:
    age = batch.age_years
    inside = np.ones(batch.n, dtype=np.bool_)
    if row.age_min is not None:
        inside &= age >= row.age_min
    if row.age_max is not None:
        inside &= age <= row.age_max
    return np.where(age == NOT_KNOWN, UNKNOWN, verdict_of(inside)).astype(np.int8)


def _holds_any(flags: Sequence[Flag], batch: VisitBatch) -> BoolArray:
    """Return (n,) for whom any of the answers was given; unanswered does not count."""
    holds = np.zeros(batch.n, dtype=np.bool_)
    for flag in flags:
        holds |= batch.answer(flag.name) == flag.choice
    return holds


def _edge(row: Row, inputs: Mapping[str, CombinedInput], gate: Int8Array, n: int) -> Int8Array:
    """Return whether the value lies beyond the lower edge of the row's uncertainty."""
    if not row.borderline_from or row.threshold is None:
        return np.full(n, FALSE)
    op = _TOWARDS_BORDERLINE[row.threshold.op]
    beyond = compare(inputs[row.threshold.item].column, op, row.borderline_from)[:, 0]
    return all_of(beyond, gate)


def _each_reading(threshold: Threshold, gate: Int8Array, batch: VisitBatch) -> Int8Array:
    """Return (n, m): the row on every accepted reading of its slot."""
    verdicts = compare(batch.quantity(threshold.item), threshold.op, threshold.values)
    return all_of(verdicts, gate[:, None])


def _tally(row: Row, readings: Sequence[Int8Array], n: int) -> Int8Array:
    """Return whether enough readings satisfy the rows; a tally never leaves anything unknown."""
    found = np.zeros(n, dtype=np.int8)
    for verdicts in readings:
        found = found + count_true(verdicts)
    return verdict_of(found >= row.at_least)


def _decide(spec: FindingSpec, rows: Int8Array, edge: Int8Array, barred: BoolArray) -> FactColumn:
    """Turn what the rows (r, n) say into state, grade and urgency."""
    order, grade = _highest_grade(spec, rows)
    near = (edge == TRUE) & (rows == FALSE)
    orders = [spec.grades[r.grade].order for r in spec.rows]
    near_above = np.logical_or.reduce([near[i] & (o > order) for i, o in enumerate(orders)])
    state = _state_of_grade(spec, grade, _needs_met(spec, rows, edge))
    is_near = near_above & (state < BORDERLINE)
    state = np.where(is_near, BORDERLINE, state)
    gave_way = (state == ABSENT) & _in_state(spec, grade, NOT_ASSESSABLE)
    grade = np.where(gave_way | barred, np.int8(NO_GRADE), grade)
    state = np.where(barred, NOT_ASSESSABLE, state)
    return FactColumn(
        spec=spec,
        state=state.astype(np.int8),
        grade=grade,
        urgency=_urgency(spec, grade, is_near & ~barred),
        rows=rows.T,
        borderline=(near & ~barred).T,
        barred=barred,
    )


def _highest_grade(spec: FindingSpec, rows: Int8Array) -> tuple[Int8Array, Int8Array]:
    """Return (n,) the order and the index of the highest grade whose row holds, -1 without one."""
    orders = np.array([[spec.grades[r.grade].order] for r in spec.rows], dtype=np.int8)
    order = np.maximum.reduce(np.where(rows == TRUE, orders, np.int8(NO_GRADE)))
    table = np.full(max(g.order for g in spec.grades) + 2, NO_GRADE, dtype=np.int8)
    for index, grade in enumerate(spec.grades):
        table[grade.order] = index
    return order, np.asarray(table[order])


def _state_of_grade(spec: FindingSpec, grade: Int8Array, assessable: BoolArray) -> Int8Array:
    """Return the state of the grade; without one, absent only if all was assessable."""
    unmet = [*(max(g.state, NOT_ASSESSABLE) for g in spec.grades), NOT_ASSESSABLE]
    met = [*(g.beside_needs for g in spec.grades), ABSENT]
    table = np.array([unmet, met], dtype=np.int8)
    return np.asarray(table[assessable.astype(np.int8), grade])


def _in_state(spec: FindingSpec, grade: Int8Array, state: int) -> BoolArray:
    return np.array([*(g.state == state for g in spec.grades), False])[grade]


def _needs_met(spec: FindingSpec, rows: Int8Array, edge: Int8Array) -> BoolArray:
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


def _urgency(spec: FindingSpec, grade: Int8Array, is_near: BoolArray) -> Int8Array:
    levels = [_level(g.outcome.urgency) for g in spec.grades] + [NO_URGENCY]
    own = np.array(levels, dtype=np.int8)[grade]
    near = np.where(is_near, np.int8(_level(spec.borderline.urgency)), np.int8(NO_URGENCY))
    return np.minimum(own, near)


def _level(urgency: Urgency | None) -> int:
    return NO_URGENCY if urgency is None else URGENCIES.index(urgency)
