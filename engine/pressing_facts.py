"""What a guideline row says of a visit that can't wait, as an urgent item names it."""

from collections.abc import Iterator

from .facts.columns import FactColumn, FactColumns
from .facts.inputs import input_values, results_that_say
from .facts.waiting import WAITS
from .facts.waiting_values import values_that_wait
from .guidelines import Row
from .logic import TRUE
from .prediagnosis import URGENCIES, InputValue, Message, Parameter, UrgentItem
from .record import VisitBatch
from .urgency.agreement import PRESSING


def pressing_facts(facts: FactColumns, one: VisitBatch) -> Iterator[UrgentItem]:
    """Yield one item for each row of a pressing grade that a person's value meets, or would meet.

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
                    source=f"{row.citation.guideline} [{row.citation.read_in}]",
                )


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
