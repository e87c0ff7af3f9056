"""What a new measurement would have to show for a fact to be said differently.

The change is not read off the rule: the finding is evaluated again with the changed value, by the
same evaluator, and what it becomes is what came out.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from .combine import combined_input
from .fact_columns import FactColumn, FactColumns, evaluate_finding
from .fact_inputs import slots_of
from .fixedpoint import NANO_DIGITS, format_nano
from .guidelines import Row
from .guidelines.model import BORDERLINE, PRESENT, STATES
from .logic import TRUE
from .one_person import take_person, take_rows
from .prediagnosis import Change, Message
from .record import ItemState, QuantityColumn, VisitBatch

BODY_MASS_INDEX: Final = "body_mass_index"
INTERARM: Final = "interarm_difference"


def what_would_change(
    columns: FactColumns, column: FactColumn, batch: VisitBatch, person: int
) -> tuple[Change, ...]:
    """Return the smallest change of measured values after which the finding differs.

    Only for what is present or borderline by its values; the difference between the arms asks for a
    repeat by itself and has no change of its own.
    """
    spec, before = column.spec, int(column.state[person])
    if before not in (PRESENT, BORDERLINE) or spec.id == INTERARM:
        return ()
    targets = _targets(columns, column, person)
    if not targets:
        return ()
    changed = _with_values(take_person(batch, person), columns, person, targets)
    inputs = {name: combined_input(changed, name) for name in spec.items}
    after = int(evaluate_finding(spec, changed, inputs).state[0])
    if after == before:
        return ()
    steps = tuple(_step(columns, person, item, nano) for item, nano in targets.items())
    return (Change(Message("change.fact.repeat"), steps, risk=None, becomes=STATES[after]),)


def _targets(columns: FactColumns, column: FactColumn, person: int) -> dict[str, int]:
    """Return item -> the value, in billionths, just on the other side of the lowest row reached."""
    lowest: dict[str, tuple[int, int]] = {}
    is_near = int(column.state[person]) == BORDERLINE
    for index, row in enumerate(column.spec.rows):
        grade = column.spec.grades[row.grade]
        holds = column.rows[person, index] == TRUE and grade.state == PRESENT
        reached = column.borderline[person, index] if is_near else holds
        if row.threshold is None or not reached:
            continue
        unit = _unit_of(columns.inputs[row.item].column, person)
        step = _last_place(row.threshold.printed[unit])
        limit = row.threshold.values[unit]
        beyond = _beyond_edge(row, unit, step) if is_near else _just_beyond(row, limit, step)
        if row.item not in lowest or grade.order < lowest[row.item][0]:
            lowest[row.item] = (grade.order, beyond)
    return {item: target for item, (_, target) in lowest.items()}


def _unit_of(column: QuantityColumn, person: int) -> str:
    return column.item.units[int(column.unit[person, 0])].ucum


def _just_beyond(row: Row, limit: int, step: int) -> int:
    """Return the nearest value, at the printed precision, for which the row does not hold."""
    op = row.threshold.op if row.threshold else ">="
    return {">=": limit - step, "<=": limit + step, ">": limit, "<": limit}[op]


def _beyond_edge(row: Row, unit: str, step: int) -> int:
    is_rising = row.threshold is not None and row.threshold.op in (">=", ">")
    return row.borderline_from[unit] + (-step if is_rising else step)


def _last_place(printed: str) -> int:
    """Return one unit in the last printed place, in billionths.

    >>> _last_place("1.26"), _last_place("140")
    (10000000, 1000000000)
    """
    return int(10 ** (NANO_DIGITS - len(printed.partition(".")[2])))


def _step(columns: FactColumns, person: int, item: str, nano: int) -> tuple[str, str, str, str]:
    combined = columns.inputs[item]
    column = combined.column
    slot = combined.slots[max(int(combined.slot[person]), 0)]
    old = format_nano(int(column.nano[person, 0]), int(column.comparator[person, 0]))
    return slot or item, old, format_nano(nano), _unit_of(column, person)


def _with_values(
    one: VisitBatch, columns: FactColumns, person: int, targets: dict[str, int]
) -> VisitBatch:
    """Return the record as a new measurement would make it."""
    quantities = dict(one.quantities)
    for item, nano in targets.items():
        if item == BODY_MASS_INDEX:
            for slot in ("height", "weight"):
                quantities.pop(slot, None)
            quantities["bmi"] = _single(columns.inputs[item].column, person, nano)
            continue
        unit = columns.inputs[item].column.unit[person, 0]
        for slot in slots_of(item):
            if slot in quantities:
                quantities[slot] = _remeasured(quantities[slot], nano, int(unit))
    return replace(one, quantities=quantities)


def _single(column: QuantityColumn, person: int, nano: int) -> QuantityColumn:
    one = take_rows(column, slice(person, person + 1))
    return replace(one, nano=np.full_like(one.nano, nano), comparator=np.zeros_like(one.comparator))


def _remeasured(column: QuantityColumn, nano: int, unit: int) -> QuantityColumn:
    """Return the column with every accepted reading measured again as this value."""
    new = column.state == ItemState.ACCEPTED
    return replace(
        column,
        nano=np.where(new, nano, column.nano),
        unit=np.where(new, np.int8(unit), column.unit),
        comparator=np.where(new, np.int8(0), column.comparator),
    )
