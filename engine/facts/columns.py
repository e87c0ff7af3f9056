"""Fact findings over columns: what state, grade and urgency the rows that hold make.

Within one finding the highest grade among the rows that hold decides. "Absent" is said only where
everything that the finding needs was assessable; a row that holds speaks whatever else is missing.

A value that is not used and would be graver if it were true opens what the others leave absent.

Several results of one item all count. A row holds where any of them reaches it, so that the later
of two results never hides the earlier; where another does not, the results disagree, and what only
such rows support is borderline, to be repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..combine import CombinedInput
from ..derived import combined_input
from ..guidelines import FindingSpec, Guidelines
from ..guidelines.model import ABSENT, BORDERLINE, NOT_ASSESSABLE, PRESENT
from ..logic import FALSE, TRUE
from ..record import BoolArray, Int8Array, VisitBatch
from .grades import (
    NO_GRADE,
    highest_grade,
    in_state,
    level_of,
    needs_met,
    state_of_grade,
    urgency_of,
)
from .rows import RowVerdicts, holds_any, row_verdicts
from .waiting import waiting_grade, waiting_levels


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
    split : bool (n, r), the row holds for some results of its item and not for others
    disagrees : bool (n,), the finding is borderline because results of one item disagree
    barred : bool (n,), an answer makes the finding not assessable whatever was measured
    waiting : int8 (n,), the grade beyond it that a value which is not used would make, -1 without
        one; its urgency is in ``urgency``
    """

    spec: FindingSpec
    state: Int8Array
    grade: Int8Array
    urgency: Int8Array
    rows: Int8Array
    borderline: BoolArray
    split: BoolArray
    disagrees: BoolArray
    barred: BoolArray
    waiting: Int8Array

    def take(self, rows: slice) -> "FactColumn":
        """Return some people of this finding."""
        return FactColumn(
            self.spec,
            self.state[rows],
            self.grade[rows],
            self.urgency[rows],
            self.rows[rows],
            self.borderline[rows],
            self.split[rows],
            self.disagrees[rows],
            self.barred[rows],
            self.waiting[rows],
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
        if self.n == 1:
            return self
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

    def could_be(self, finding: str, grade: str = "") -> BoolArray:
        """Return (n,) for whom a value that is not used would make it present, or a grade."""
        column = self.column(finding)
        nobody = np.zeros(self.n, dtype=np.bool_)
        if column is None:
            return nobody
        found = [(g.code == grade) if grade else (g.state == PRESENT) for g in column.spec.grades]
        return np.array([*found, False])[column.waiting]


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
    said = row_verdicts(spec, batch, inputs)
    column = _decide(spec, said, holds_any(spec.not_when, batch))
    waiting = waiting_grade(spec, batch, column.grade)
    waiting = np.where(_gives_way(column, waiting), np.int8(NO_GRADE), waiting)
    urgency = np.minimum(_barred_urgency(column, inputs), waiting_levels(spec, waiting))
    is_open = (waiting != NO_GRADE) & (column.state == ABSENT)
    state = np.where(is_open, np.int8(BORDERLINE), column.state)
    return replace(column, state=state, urgency=urgency.astype(np.int8), waiting=waiting)


def _gives_way(column: FactColumn, waiting: Int8Array) -> BoolArray:
    """Return (n,) where a waiting value's grade only says that something else is to be measured.

    It was: a capillary value that waits is nothing beside a venous one.
    """
    ways = [g.state != PRESENT and g.beside_needs == ABSENT for g in column.spec.grades]
    return np.array([*ways, False])[waiting] & (column.state == ABSENT)


def _barred_urgency(column: FactColumn, inputs: Mapping[str, CombinedInput]) -> Int8Array:
    """Return the urgency, for whom the finding is barred that of a value which a person reads."""
    spec = column.spec
    if spec.barred.urgency is None:
        return column.urgency
    measured = np.logical_or.reduce([inputs[i].column.accepted[:, 0] for i in spec.items])
    level = np.int8(level_of(spec.barred.urgency))
    return np.where(column.barred & measured, level, column.urgency).astype(np.int8)


def _decide(spec: FindingSpec, said: RowVerdicts, barred: BoolArray) -> FactColumn:
    """Turn what the rows say into state, grade and urgency."""
    rows, edge = said.rows, said.edge
    order, grade = highest_grade(spec, rows)
    near = (edge == TRUE) & (rows == FALSE)
    orders = [spec.grades[r.grade].order for r in spec.rows]
    near_above = (near & (np.array(orders, dtype=np.int8)[:, None] > order)).any(axis=0)
    is_decided = needs_met(spec, rows, edge)
    state = state_of_grade(spec, grade, is_decided)
    disagrees = _disagrees(spec, said, grade) & ~barred
    state = np.where(disagrees, BORDERLINE, state)
    is_near = near_above & (state < BORDERLINE)
    state = np.where(is_near, BORDERLINE, state)
    gave_way = (state == ABSENT) & in_state(spec, grade, NOT_ASSESSABLE)
    grade = np.where(gave_way | barred, np.int8(NO_GRADE), grade)
    state = np.where(barred, NOT_ASSESSABLE, state)
    return FactColumn(
        spec=spec,
        state=state.astype(np.int8),
        grade=grade,
        urgency=urgency_of(spec, grade, is_near & ~barred),
        rows=rows.T,
        borderline=(near & ~barred).T,
        split=said.split.T,
        disagrees=disagrees,
        barred=barred,
        waiting=np.full_like(grade, NO_GRADE),
    )


def _disagrees(spec: FindingSpec, said: RowVerdicts, grade: Int8Array) -> BoolArray:
    """Return (n,) where whether the finding is present depends on which result is believed."""
    if not said.split.any():
        return np.zeros(said.rows.shape[1], dtype=np.bool_)
    agreed = np.where(said.split, FALSE, said.rows)
    sure = in_state(spec, highest_grade(spec, agreed)[1], PRESENT)
    at_most = in_state(spec, grade, PRESENT)
    doubtful = [
        said.split[i] & (said.rows[i] == TRUE) & (spec.grades[r.grade].state == PRESENT)
        for i, r in enumerate(spec.rows)
    ]
    hidden = sure & ~at_most
    return np.asarray((np.logical_or.reduce(doubtful) & ~(sure & at_most)) | hidden)
