"""What a guideline row says of a visit that can't wait, as an urgent item names it."""

from collections.abc import Iterator, Sequence

import numpy as np

from .facts.columns import FactColumn, FactColumns
from .facts.inputs import input_values, results_that_say
from .facts.waiting import WAITS, could_meet
from .facts.waiting_values import values_that_wait
from .guidelines import Row
from .guidelines.model import NO_URGENCY
from .logic import TRUE
from .prediagnosis import PRESSING, URGENCIES, InputValue, Message, Parameter, UrgentItem
from .record import Int8Array, VisitBatch
from .urgency.again import OLD, OLD_ACTION, PERHAPS_LEVEL, REMEASURE_ADDRESSEE
from .urgency.agreement import measurement_of


def pressing_facts(facts: FactColumns, one: VisitBatch) -> Iterator[UrgentItem]:
    """Yield one item for each row of a pressing grade that a person's value meets, or would meet.

    Those of a value that is too old for the visit come last.

    Parameters
    ----------
    facts : of the visit
    one : its record after the plausibility check, refused or not
    """
    for column in facts.columns:
        if column.barred[0] or column.urgency[0] > URGENCIES.index(PRESSING[-1]):
            continue
        for index, row in enumerate(column.spec.rows):
            outcome = column.spec.grades[row.grade].outcome
            if outcome.urgency not in PRESSING:
                continue
            used = tuple(dict.fromkeys(_used(column, index, facts, one)))
            values = used or values_that_wait(column.spec, one, row.grade)
            if values:
                yield UrgentItem(
                    rule_id=row.id,
                    level=outcome.urgency,
                    message=_message(column, row, values[0], waits=not used),
                    inputs=values,
                    action=outcome.action,
                    addressee=outcome.addressee,
                    source=_source(row),
                )
    yield from _old_facts(facts, one)


def with_old_values(
    urgent: Sequence[UrgentItem], facts: FactColumns, one: VisitBatch
) -> tuple[UrgentItem, ...]:
    """Return the urgent items, with those of values that by their date are too old for the visit.

    A date may be mistyped: triglycerides of 12 mmol/L "of 14 months ago" were not urgent at all,
    and an HbA1c of 13 % was.

    Parameters
    ----------
    urgent : what is urgent for one person; a measurement that it names is not named again
    facts : of the visit
    one : its record after the plausibility check
    """
    found = list(urgent)
    said = {measurement_of(v.name) for i in urgent if i.level in PRESSING for v in i.inputs}
    for item in _old_facts(facts, one):
        names = {measurement_of(value.name) for value in item.inputs}
        if not names <= said:
            said |= names
            found.append(item)
    return tuple(sorted(found, key=lambda item: item.level))


def old_levels(facts: FactColumns, batch: VisitBatch) -> Int8Array:
    """Return int8 (n,) the urgency of values that are too old for the visit, 4 without one.

    Parameters
    ----------
    facts : of n visits
    batch : their records after the plausibility check
    """
    level = np.full(batch.n, NO_URGENCY, dtype=np.int8)
    if all(column.old is None or not column.old.any() for column in batch.quantities.values()):
        return level
    for column, row in _pressing_rows(facts):
        meets = could_meet(row, batch, of_another_day=True) & ~column.barred
        level[meets] = URGENCIES.index(PERHAPS_LEVEL)
    return level


def _pressing_rows(facts: FactColumns) -> Iterator[tuple[FactColumn, Row]]:
    for column in facts.columns:
        for row in column.spec.rows:
            if column.spec.grades[row.grade].outcome.urgency in PRESSING:
                yield column, row


def _old_facts(facts: FactColumns, one: VisitBatch) -> Iterator[UrgentItem]:
    for column, row in _pressing_rows(facts):
        if column.barred[0]:
            continue
        for value in values_that_wait(column.spec, one, row.grade, of_another_day=True):
            given = {"item": f"item:{value.name}", "value": value.value}
            yield UrgentItem(
                rule_id=row.id,
                level=PERHAPS_LEVEL,
                message=Message(OLD, {**given, "unit": f"unit:{value.unit}"}),
                inputs=(value,),
                action=OLD_ACTION,
                addressee=REMEASURE_ADDRESSEE,
                source=_source(row),
            )


def _source(row: Row) -> str:
    return f"{row.citation.guideline} [{row.citation.read_in}]"


def _message(column: FactColumn, row: Row, value: InputValue, *, waits: bool) -> Message:
    """Return the sentence of the grade, or that a value which is not used would make it."""
    given: dict[str, Parameter] = {"item": f"item:{value.name}", "value": value.value}
    given["unit"] = f"unit:{value.unit}"
    if waits:
        return Message(WAITS, {**given, "finding": f"finding_name:{column.spec.id}"})
    limit = row.threshold.printed.get(value.unit, "") if row.threshold else ""
    tail = column.spec.grades[row.grade].code
    return Message(f"finding.{column.spec.id}.{tail}", {**given, "limit": limit})


def _used(
    column: FactColumn, index: int, facts: FactColumns, one: VisitBatch
) -> Iterator[InputValue]:
    """Yield the values that meet a row."""
    row = column.spec.rows[index]
    if row.threshold is not None and column.rows[0, index] == TRUE:
        for result in results_that_say(facts, row.threshold, 0, TRUE):
            yield from input_values(facts, one, 0, row, result)
