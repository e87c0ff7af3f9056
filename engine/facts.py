"""One person's fact findings, assembled from the columns with their reasons.

Every reason is a guideline row that was evaluated, with the value as it was reported and the row's
own printed number beside it. Nothing is decided here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .combine import MEAN_OF_LAST_TWO
from .fact_changes import what_would_change
from .fact_columns import (
    NO_GRADE,
    FactColumn,
    FactColumns,
    evaluate_facts,
    evaluate_finding,
)
from .fact_inputs import input_values, is_reported, row_parameters, states_of
from .guidelines import FindingSpec, Row
from .guidelines.model import (
    BORDERLINE,
    NO_URGENCY,
    NOT_ASSESSABLE,
    PRESENT,
    STATES,
    Flag,
    Grade,
    Note,
    Outcome,
)
from .logic import FALSE, TRUE, UNKNOWN
from .one_person import take_person
from .prediagnosis import (
    URGENCIES,
    Finding,
    GuidelineReference,
    InputValue,
    Message,
    MissingItem,
    Reason,
)
from .record import UNKNOWN as EITHER_SEX
from .record import ItemState, VisitBatch

__all__ = ["FactColumn", "FactColumns", "evaluate_facts", "evaluate_finding", "fact_findings"]

ROW_MESSAGES: Final = {
    ">=": "row.at_least",
    ">": "row.more_than",
    "<=": "row.at_most",
    "<": "row.less_than",
}


@dataclass(frozen=True, slots=True)
class _Person:
    """One finding of one person, while it is being assembled."""

    column: FactColumn
    columns: FactColumns
    batch: VisitBatch
    row: int

    @property
    def spec(self) -> FindingSpec:
        return self.column.spec

    @property
    def state(self) -> int:
        return int(self.column.state[self.row])

    @property
    def grade(self) -> Grade | None:
        index = int(self.column.grade[self.row])
        return None if index == NO_GRADE else self.spec.grades[index]

    @property
    def order(self) -> int:
        return NO_GRADE if self.grade is None else self.grade.order

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


def fact_findings(columns: FactColumns, batch: VisitBatch, row: int) -> tuple[Finding, ...]:
    """Return the findings of one person, one for each of the chosen guideline sets' findings.

    Parameters
    ----------
    columns : what ``evaluate_facts`` returned for this batch
    batch : the record that was evaluated
    row : which person
    """
    one, of_one = take_person(batch, row), columns.take(row)
    return tuple(_finding(_Person(column, of_one, one, 0)) for column in of_one.columns)


def _finding(person: _Person) -> Finding:
    for_, for_rows = _reasons_for(person)
    against, against_rows = _reasons_against(person)
    rows = (*for_rows, *against_rows)
    outcome = _outcome(person)
    urgency = int(person.column.urgency[person.row])
    return Finding(
        id=person.spec.id,
        kind="fact",
        message=_message(person, for_rows),
        state=STATES[person.state],
        grade=person.grade.code if person.grade else "",
        urgency=URGENCIES[urgency] if urgency < NO_URGENCY else None,
        reasons_for=for_,
        reasons_against=against,
        missing=_missing(person),
        what_would_change=what_would_change(
            person.columns, person.column, person.batch, person.row
        ),
        proposed_action=outcome.action,
        proposed_addressee=outcome.addressee,
        guideline=_reference(person.spec, rows),
        limits=tuple(_limits(person)),
    )


def _message(person: _Person, rows: Sequence[Row]) -> Message:
    """Return the sentence of the grade where the grade made the state, else of the state."""
    grade = person.grade
    tail = grade.code if grade and person.is_made_by_grade else STATES[person.state]
    shown = next((r for r in rows if r.threshold is not None), None)
    parameters = row_parameters(person.columns, person.batch, person.row, shown) if shown else {}
    return Message(f"finding.{person.spec.id}.{tail}", parameters)


def _outcome(person: _Person) -> Outcome:
    """Return what is proposed: by the grade, by the borderline, or by what is missing."""
    if person.state == BORDERLINE and not person.is_made_by_grade:
        return person.spec.borderline
    if person.grade is not None and person.grade.outcome.action:
        return person.grade.outcome
    if person.state == NOT_ASSESSABLE:
        return Outcome(None, "", person.spec.next_addressee)
    return Outcome(None, "", "")


def _reasons_for(person: _Person) -> tuple[tuple[Reason, ...], tuple[Row, ...]]:
    """Return the rows that hold for the grade, and those within their uncertainty."""
    if person.column.barred[person.row]:
        return (), ()
    reached = [r for _, r in person.says(TRUE) if person.spec.grades[r.grade] == person.grade]
    near = [r for i, r in enumerate(person.spec.rows) if person.is_near(i)]
    reasons = [_reason(person, r, _row_message(r)) for r in reached]
    reasons += [_reason(person, r, "row.near") for r in near]
    return tuple(reasons), (*reached, *near)


def _row_message(row: Row) -> str:
    return "row.tally" if row.threshold is None else ROW_MESSAGES[row.threshold.op]


def _reasons_against(person: _Person) -> tuple[tuple[Reason, ...], tuple[Row, ...]]:
    """Return, for every item that was measured, the first row that was not reached."""
    found: dict[tuple[str, str], tuple[int, Row]] = {}
    held = {(r.threshold.item, r.threshold.op[0]) for _, r in person.says(TRUE) if r.threshold}
    for index, row in person.says(FALSE):
        if row.threshold is None or person.is_near(index) or person.column.barred[person.row]:
            continue
        grade = person.spec.grades[row.grade]
        key = (row.threshold.item, row.threshold.op[0])
        other_way = (key[0], "<" if key[1] == ">" else ">")
        if grade.state != PRESENT or (person.state == PRESENT and other_way in held):
            continue
        if not is_reported(person.columns, row.item, person.row) or not _speaks_of(person, row):
            continue
        if key not in found or grade.order < found[key][0]:
            found[key] = (grade.order, row)
    rows = tuple(row for _, row in found.values())
    return tuple(_reason(person, r, f"{_row_message(r)}.not") for r in rows), rows


def _speaks_of(person: _Person, row: Row) -> bool:
    """Return whether a row is meant for this person's sex and, besides, asks for no answers."""
    sex = int(person.batch.sex[person.row])
    return row.sex in (EITHER_SEX, sex) and not row.also


def _reason(person: _Person, row: Row, message: str) -> Reason:
    citation = row.citation
    shown = [r for r in person.spec.rows if r.id in row.tally] or [row]
    inputs: list[InputValue] = []
    for one in shown:
        inputs += input_values(person.columns, person.batch, person.row, one)
    inputs += [InputValue(f.name, f.choice_code, "") for f in person.has(row.also)]
    parameters = row_parameters(person.columns, person.batch, person.row, row)
    return Reason(
        rule_id=row.id,
        message=Message(
            message, {**parameters, "count": row.at_least} if row.tally else parameters
        ),
        contribution=None,
        inputs=tuple(dict.fromkeys(inputs)),
        source=f"{citation.guideline} [{citation.read_in}]",
    )


def _missing(person: _Person) -> tuple[MissingItem, ...]:
    """Return the needed items that nobody can assess yet, with the cheapest next measurement."""
    if person.state != NOT_ASSESSABLE or person.column.barred[person.row]:
        return ()
    grade = person.grade
    step = (grade.next_step if grade else "") or person.spec.next_step
    return tuple(
        MissingItem(group[0], required=True, next_step=step)
        for group in person.spec.needs
        if not any(_is_decided(person, item) for item in group)
    )


def _is_decided(person: _Person, item: str) -> bool:
    return all(
        person.column.rows[person.row, index] != UNKNOWN
        for index, row in enumerate(person.spec.rows)
        if row.item == item and not row.also
    )


def _reference(spec: FindingSpec, rows: Sequence[Row]) -> GuidelineReference:
    guidelines = dict.fromkeys(row.citation.guideline for row in rows)
    return GuidelineReference(
        set=spec.set,
        row_ids=tuple(dict.fromkeys(row.id for row in rows)),
        guideline="; ".join(guidelines) or spec.title,
        signed=bool(rows) and all(row.citation.is_signed for row in rows),
    )


def _limits(person: _Person) -> Iterator[Message]:
    """Yield what the reader must know: answers that bar or weaken, values that were not used."""
    for flag in person.has(person.spec.not_when):
        yield Message("limit.fact.barred", {"condition": f"answer:{flag.name}"})
    for note in person.spec.notes:
        if _applies(person, note):
            yield Message(note.message)
    yield from _value_limits(person)


def _value_limits(person: _Person) -> Iterator[Message]:
    states = states_of(person.spec, person.batch, person.row)
    for item, state in states.items():
        if state in (ItemState.SUSPECT, ItemState.REFUSED):
            yield Message("limit.fact.value_not_used", {"item": f"item:{item}"})
    for name in person.spec.items:
        combined = person.columns.inputs[name]
        if combined.mixed[person.row]:
            yield Message("limit.fact.mixed_readings", {"item": f"item:{name}"})
    if _is_single_reading(person):
        yield Message("limit.single_reading")


def _is_single_reading(person: _Person) -> bool:
    inputs = (person.columns.inputs[name] for name in person.spec.items if "higher_arm" in name)
    used = [c for c in inputs if c.column.accepted[person.row, 0]]
    return any(
        c.column.item.combine == MEAN_OF_LAST_TWO and not c.averaged[person.row] for c in used
    )


def _applies(person: _Person, note: Note) -> bool:
    if note.when:
        return bool(person.has(note.when))
    rows = {r.id: int(person.column.rows[person.row, i]) for i, r in enumerate(person.spec.rows)}
    if note.holds or note.fails:
        held = all(rows[i] == TRUE for i in note.holds)
        return held and all(rows[i] == FALSE for i in note.fails)
    return any(is_reported(person.columns, item, person.row) for item in person.spec.items)
