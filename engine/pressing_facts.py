"""What a guideline row says of a visit that can't wait, as an urgent item names it."""

from collections.abc import Iterator

from .facts.columns import FactColumn, FactColumns
from .facts.inputs import input_values, results_that_say
from .facts.waiting_values import values_that_wait
from .guidelines import Row
from .logic import TRUE
from .prediagnosis import URGENCIES, InputValue, Message, UrgentItem
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
            values = tuple(dict.fromkeys(_values(column, index, facts, one)))
            if values:
                yield UrgentItem(
                    rule_id=row.id,
                    level=outcome.urgency,
                    message=Message(
                        f"finding.{column.spec.id}.{column.spec.grades[row.grade].code}"
                    ),
                    inputs=values,
                    action=outcome.action,
                    addressee=outcome.addressee,
                    source=f"{row.citation.guideline} [{row.citation.read_in}]",
                )


def _values(
    column: FactColumn, index: int, facts: FactColumns, one: VisitBatch
) -> Iterator[InputValue]:
    """Yield the values that meet a row, then those that are not used and would."""
    row: Row = column.spec.rows[index]
    if row.threshold is not None and column.rows[0, index] == TRUE:
        for result in results_that_say(facts, row.threshold, 0, TRUE):
            yield from input_values(facts, one, 0, row, result)
    yield from values_that_wait(column.spec, one, row.grade)
