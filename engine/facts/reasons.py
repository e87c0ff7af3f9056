"""The reasons of one person's fact: rows that hold, rows that do not, with the values reported.

Of several results of one item each is a reason of its own, on the side on which it speaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..guidelines import FindingSpec, Row
from ..guidelines.model import BORDERLINE, PRESENT, Flag, Grade
from ..logic import FALSE, TRUE
from ..prediagnosis import InputValue, Message, Reason
from ..record import UNKNOWN as EITHER_SEX
from ..record import VisitBatch
from .columns import FactColumn, FactColumns
from .grades import NO_GRADE
from .inputs import input_values, is_reported, results_that_say, row_parameters
from .rows import TOWARDS_BORDERLINE

ROW_MESSAGES: Final = {
    ">=": "row.at_least",
    ">": "row.more_than",
    "<=": "row.at_most",
    "<": "row.less_than",
}


@dataclass(frozen=True, slots=True)
class FactPerson:
    """One finding of one person, while it is being assembled."""

    column: FactColumn
    columns: FactColumns
    batch: VisitBatch
    row: int

    @property
    def spec(self) -> FindingSpec:
        """The finding, with its grades and rows."""
        return self.column.spec

    @property
    def state(self) -> int:
        """Its state, a code of ``STATES``."""
        return int(self.column.state[self.row])

    @property
    def grade(self) -> Grade | None:
        """Its grade; None without one."""
        index = int(self.column.grade[self.row])
        return None if index == NO_GRADE else self.spec.grades[index]

    @property
    def waiting(self) -> Grade | None:
        """The grade that a value which is not used would make; None without one."""
        index = int(self.column.waiting[self.row])
        return None if index == NO_GRADE else self.spec.grades[index]

    @property
    def order(self) -> int:
        """The order of its grade; -1 without one."""
        return NO_GRADE if self.grade is None else self.grade.order

    @property
    def disagrees(self) -> bool:
        """Whether results of one item disagree about it."""
        return bool(self.column.disagrees[self.row])

    @property
    def is_made_by_grade(self) -> bool:
        """Whether the state is what the grade stands for, not a borderline beyond it."""
        return self.grade is not None and self.state in (self.grade.state, self.grade.beside_needs)

    def says(self, verdict: np.int8) -> Iterator[tuple[int, Row]]:
        """Yield the rows that say so."""
        for index, row in enumerate(self.spec.rows):
            if self.column.rows[self.row, index] == verdict:
                yield index, row

    def is_near(self, index: int) -> bool:
        """Return whether the finding is borderline because of this row."""
        order = self.spec.grades[self.spec.rows[index].grade].order
        is_edge = bool(self.column.borderline[self.row, index]) and order > self.order
        return is_edge and self.state == BORDERLINE

    def has(self, flags: Sequence[Flag]) -> list[Flag]:
        """Return the answers that this person gave."""
        return [f for f in flags if self.batch.answer(f.name)[self.row] == f.choice]


def reasons_for(person: FactPerson) -> tuple[tuple[Reason, ...], tuple[Row, ...]]:
    """Return the rows that hold for the grade, and those within their uncertainty."""
    if person.column.barred[person.row]:
        return (), ()
    reached = [r for _, r in person.says(TRUE) if _counts(person, r)]
    near = [r for i, r in enumerate(person.spec.rows) if person.is_near(i)]
    reasons = [
        _reason(person, r, _row_message(r), result)
        for r in reached
        for result in _results(person, r, TRUE)
    ]
    reasons += [
        _reason(person, r, "row.near", result) for r in near for result in _near_results(person, r)
    ]
    return tuple(reasons), (*reached, *near)


def _counts(person: FactPerson, row: Row) -> bool:
    """Return whether a row that holds made the grade, or the doubt between several results."""
    grade = person.spec.grades[row.grade]
    if not person.disagrees or person.is_made_by_grade:
        return grade == person.grade
    return grade.state == PRESENT


def _results(person: FactPerson, row: Row, verdict: np.int8) -> list[int]:
    """Return the results that say so; a tally is one reason, whatever it counted."""
    if row.threshold is None:
        return [0]
    return results_that_say(person.columns, row.threshold, person.row, verdict)


def _near_results(person: FactPerson, row: Row) -> list[int]:
    """Return the results within the uncertainty of a row that none of them reaches."""
    if row.threshold is None:
        return []
    op = TOWARDS_BORDERLINE[row.threshold.op]
    edge = replace(row.threshold, op=op, values=row.borderline_from)
    return results_that_say(person.columns, edge, person.row, TRUE)


def _row_message(row: Row) -> str:
    return "row.tally" if row.threshold is None else ROW_MESSAGES[row.threshold.op]


def reasons_against(person: FactPerson) -> tuple[tuple[Reason, ...], tuple[Row, ...]]:
    """Return, for every item that was measured, the first row that was not reached.

    Of a row that only some results reach, the others stand here with its number.
    """
    if person.column.barred[person.row]:
        return (), ()
    split = [
        r for i, r in person.says(TRUE) if person.column.split[person.row, i] and _counts(person, r)
    ]
    missed = [] if person.disagrees else _first_missed(person)
    near = [r for i, r in enumerate(person.spec.rows) if person.is_near(i)]
    reasons = [
        _reason(person, r, f"{_row_message(r)}.not", result)
        for r in (*split, *missed)
        for result in _results(person, r, FALSE)
    ]
    reasons += [
        _reason(person, r, f"{_row_message(r)}.not", result)
        for r in near
        for result in _results(person, r, FALSE)
        if result not in _near_results(person, r)
    ]
    return tuple(reasons), (*split, *missed, *near)


def _first_missed(person: FactPerson) -> list[Row]:
    found: dict[tuple[str, str], tuple[int, Row]] = {}
    held = {(r.threshold.item, r.threshold.op[0]) for _, r in person.says(TRUE) if r.threshold}
    for index, row in person.says(FALSE):
        if row.threshold is None or person.is_near(index):
            continue
        grade = person.spec.grades[row.grade]
        key = (row.threshold.item, row.threshold.op[0])
        other_way = (key[0], "<" if key[1] == ">" else ">")
        if grade.state != PRESENT or (person.state == PRESENT and other_way in held):
            continue
        if _is_said_already(person, row):
            continue
        if not is_reported(person.columns, row.item, person.row) or not _speaks_of(person, row):
            continue
        if key not in found or grade.order < found[key][0]:
            found[key] = (grade.order, row)
    return [row for _, row in found.values()]


def _is_said_already(person: FactPerson, row: Row) -> bool:
    """Return whether a row that holds says the very same: below 6.5 is not "6.5 or more"."""
    return any(
        held.threshold is not None
        and row.threshold is not None
        and held.item == row.item
        and held.threshold.values == row.threshold.values
        and _counts(person, held)
        for _, held in person.says(TRUE)
    )


def _speaks_of(person: FactPerson, row: Row) -> bool:
    """Return whether a row is meant for this person's sex and, besides, asks for no answers."""
    sex = int(person.batch.sex[person.row])
    return row.sex in (EITHER_SEX, sex) and not row.also


def _reason(person: FactPerson, row: Row, message: str, result: int) -> Reason:
    citation, where = row.citation, (person.columns, person.batch, person.row)
    inputs = input_values(*where, row, result)
    for one in (r for r in person.spec.rows if r.id in row.tally):
        for counted in _results(person, one, TRUE):
            inputs += input_values(*where, one, counted)
    inputs += [InputValue(f.name, f.choice_code, "") for f in person.has(row.also)]
    parameters = row_parameters(*where, row, result)
    return Reason(
        rule_id=row.id,
        message=Message(
            message, {**parameters, "count": row.at_least} if row.tally else parameters
        ),
        contribution=None,
        inputs=tuple(dict.fromkeys(inputs)),
        source=f"{citation.guideline} [{citation.read_in}]",
    )
