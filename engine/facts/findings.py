"""One person's fact findings, assembled from the columns with their reasons.

Every reason is a guideline row that was evaluated, with the value as it was reported and the row's
own printed number beside it. Nothing is decided here.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ..combine import MEAN_OF_LAST_TWO
from ..guidelines import FindingSpec, Row
from ..guidelines.model import (
    BORDERLINE,
    NO_URGENCY,
    NOT_ASSESSABLE,
    PRESENT,
    STATES,
    Note,
    Outcome,
)
from ..logic import FALSE, TRUE, UNKNOWN
from ..next_steps import CONFIRM, next_step
from ..one_person import take_person
from ..prediagnosis import (
    PRESSING,
    URGENCIES,
    Finding,
    GuidelineReference,
    InputValue,
    Message,
    MissingItem,
    Parameter,
)
from ..record import ItemState, VisitBatch
from .changes import BODY_MASS_INDEX, what_would_change
from .columns import FactColumn, FactColumns, evaluate_facts, evaluate_finding
from .inputs import furthest_result, is_reported, row_parameters, slots_of, states_of, values_of
from .reasons import ROW_MESSAGES, FactPerson, reasons_against, reasons_for
from .waiting import WAITS
from .waiting_values import values_that_wait

__all__ = [
    "ROW_MESSAGES",
    "FactColumn",
    "FactColumns",
    "evaluate_facts",
    "evaluate_finding",
    "fact_findings",
]


DISAGREE: Final = "disagree"
BARRED: Final = "barred"
KNOWN: Final = "known"
KNOWN_OPEN: Final = "known_open"
KNOWN_ABSENT: Final = "known_absent"
ALREADY_MEASURED: Final = "already_measured"
DONE_BY: Final = {"venous_fasting_glucose": "glucose.fasting_venous"}
"""What a next step measures: it is not asked for where it was measured."""


def fact_findings(columns: FactColumns, batch: VisitBatch, row: int) -> tuple[Finding, ...]:
    """Return the findings of one person, one for each of the chosen guideline sets' findings.

    Parameters
    ----------
    columns : what ``evaluate_facts`` returned for this batch
    batch : the record that was evaluated
    row : which person
    """
    one, of_one = take_person(batch, row), columns.take(row)
    return tuple(_finding(FactPerson(column, of_one, one, 0)) for column in of_one.columns)


def _finding(person: FactPerson) -> Finding:
    waiting = values_that_wait(person.spec, person.batch, int(person.column.waiting[person.row]))
    for_, for_rows = reasons_for(person)
    against, against_rows = reasons_against(person)
    rows = (*for_rows, *against_rows)
    outcome = _outcome(person)
    urgency = int(person.column.urgency[person.row])
    return Finding(
        id=person.spec.id,
        kind="fact",
        message=_waits(person, waiting) or _message(person, for_rows),
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
        limits=tuple(_limits(person, waiting)),
    )


def _waits(person: FactPerson, waiting: Sequence[InputValue]) -> Message | None:
    """Return the sentence on a value that waits, where nothing else makes the finding."""
    if not waiting or person.grade is not None or person.state == PRESENT:
        return None
    return Message(WAITS, {**_named(waiting[0]), "finding": f"finding_name:{person.spec.id}"})


def _named(value: InputValue) -> dict[str, Parameter]:
    return {"item": f"item:{value.name}", "value": value.value, "unit": f"unit:{value.unit}"}


def _message(person: FactPerson, rows: Sequence[Row]) -> Message:
    """Return the sentence of the grade where the grade made the state, else of the state."""
    grade = person.grade
    tail = grade.code if grade and person.is_made_by_grade else STATES[person.state]
    tail = DISAGREE if person.disagrees else tail
    if _is_known(person):
        tail = KNOWN_OPEN if person.state == NOT_ASSESSABLE else KNOWN
    if STATES[person.state] == "absent" and person.has(person.spec.known_when):
        tail = KNOWN_ABSENT
    tail = BARRED if person.column.barred[person.row] and person.spec.barred.action else tail
    shown = next((r for r in rows if r.threshold is not None), None)
    if shown is None:
        return Message(f"finding.{person.spec.id}.{tail}")
    which = furthest_result(person.columns, shown, person.row)
    where = person.columns, person.batch, person.row
    return Message(f"finding.{person.spec.id}.{tail}", row_parameters(*where, shown, which))


def _outcome(person: FactPerson) -> Outcome:
    """Return what is proposed: by the grade, by the borderline, or by what is missing.

    Results that disagree are repeated, except where the highest of them can't wait for that.
    """
    by_answer = _outcome_by_answer(person)
    if by_answer is not None:
        return by_answer
    if person.disagrees:
        own = person.grade.outcome if person.grade else person.spec.disagree
        return own if own.urgency in PRESSING else person.spec.disagree
    if person.state == BORDERLINE and not person.is_made_by_grade:
        return person.spec.borderline
    if person.grade is not None and person.grade.outcome.action:
        outcome = person.grade.outcome
        is_moot = person.state == NOT_ASSESSABLE and _is_done(person, outcome.action)
        return Outcome(outcome.urgency, "", "") if is_moot else outcome
    if person.state == NOT_ASSESSABLE:
        return Outcome(None, "", person.spec.next_addressee)
    return Outcome(None, "", "")


def _outcome_by_answer(person: FactPerson) -> Outcome | None:
    """Return what is proposed instead: by a pregnancy, a known disease, a value that waits."""
    if person.column.barred[person.row] and _measured_items(person):
        return person.spec.barred
    if person.waiting is None:
        return person.spec.known if _is_known(person) else None
    waits = person.waiting.outcome
    is_known = waits.urgency not in PRESSING and person.has(person.spec.known_when)
    return person.spec.known if is_known else waits


def _is_known(person: FactPerson) -> bool:
    """Return whether what was measured is of a disease known already, and nothing in it presses."""
    urgency = person.grade.outcome.urgency if person.grade else None
    is_open = person.state == NOT_ASSESSABLE and person.grade is not None
    found = person.state in (BORDERLINE, PRESENT) or is_open
    return found and urgency not in PRESSING and bool(person.has(person.spec.known_when))


def _missing(person: FactPerson) -> tuple[MissingItem, ...]:
    """Return the needed items that nobody can assess yet, with the cheapest next measurement."""
    if person.state != NOT_ASSESSABLE or person.column.barred[person.row]:
        return ()
    grade = person.grade
    step = (grade.next_step if grade else "") or person.spec.next_step
    step = person.spec.postponed_step if person.has(person.spec.postponed) else step
    step = _part_step(person) or (ALREADY_MEASURED if _is_done(person, step) else step)
    step = CONFIRM if person.waiting is not None else step
    return tuple(
        MissingItem(group[0], required=True, next_step=step)
        for group in person.spec.needs
        if not any(_is_decided(person, item) for item in group)
    )


def _part_step(person: FactPerson) -> str:
    """Return the step for the one part that a computed item lacks; empty for any other item."""
    slots = tuple(dict.fromkeys(slot for item in person.spec.items for slot in slots_of(item)))
    is_computed = person.spec.items == (BODY_MASS_INDEX,)
    return next_step(slots, person.batch, person.row) if is_computed else ""


def _is_done(person: FactPerson, step: str) -> bool:
    """Return whether a proposed measurement was made at this visit, and could be used."""
    slot = DONE_BY.get(step)
    return slot is not None and bool(person.batch.quantity(slot).accepted[person.row].any())


def _is_decided(person: FactPerson, item: str) -> bool:
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


def _limits(person: FactPerson, waiting: Sequence[InputValue]) -> Iterator[Message]:
    """Yield what the reader must know: answers that bar or weaken, values that were not used."""
    for flag in person.has(person.spec.not_when):
        yield Message("limit.fact.barred", {"condition": f"answer:{flag.name}"})
    for note in person.spec.notes:
        if _applies(person, note):
            yield Message(note.message)
    if person.column.barred[person.row] and person.spec.barred.action:
        yield from _values_to_read(person)
    yield from _value_limits(person, waiting)


def _values_to_read(person: FactPerson) -> Iterator[Message]:
    """Yield what was measured and is left to a physician to read."""
    for item in _measured_items(person):
        for value in values_of(person.columns, person.batch, person.row, item):
            yield Message("limit.fact.barred_value", _named(value))


def _measured_items(person: FactPerson) -> list[str]:
    """Return the items of a finding that have an accepted value."""
    return [i for i in person.spec.items if is_reported(person.columns, i, person.row)]


def _value_limits(person: FactPerson, waiting: Sequence[InputValue]) -> Iterator[Message]:
    in_title = 1 if _waits(person, waiting) else 0
    yield from (Message("limit.fact.value_waits", _named(v)) for v in waiting[in_title:])
    said = {slot for value in waiting for slot in (value.name, *slots_of(value.name))}
    for item, state in states_of(person.spec, person.batch, person.row).items():
        if state in (ItemState.SUSPECT, ItemState.REFUSED) and item not in said:
            yield Message("limit.fact.value_not_used", {"item": f"item:{item}"})
    for name in person.spec.items:
        combined = person.columns.inputs[name]
        if combined.mixed[person.row]:
            yield Message("limit.fact.mixed_readings", {"item": f"item:{name}"})
        if _is_split(person, name) and not person.disagrees:
            yield Message("limit.fact.results_differ", {"item": f"item:{name}"})
    if _is_single_reading(person):
        yield Message("limit.single_reading")


def _is_split(person: FactPerson, item: str) -> bool:
    split = person.column.split[person.row]
    return any(split[i] for i, row in enumerate(person.spec.rows) if row.item == item)


def _is_single_reading(person: FactPerson) -> bool:
    inputs = (person.columns.inputs[name] for name in person.spec.items if "higher_arm" in name)
    used = [c for c in inputs if c.column.accepted[person.row, 0]]
    return any(
        c.column.item.combine == MEAN_OF_LAST_TWO and not c.averaged[person.row] for c in used
    )


def _applies(person: FactPerson, note: Note) -> bool:
    if note.when:
        return bool(person.has(note.when))
    rows = {r.id: int(person.column.rows[person.row, i]) for i, r in enumerate(person.spec.rows)}
    if note.holds or note.fails:
        held = all(rows[i] == TRUE for i in note.holds)
        return held and all(rows[i] == FALSE for i in note.fails)
    return any(is_reported(person.columns, item, person.row) for item in person.spec.items)
