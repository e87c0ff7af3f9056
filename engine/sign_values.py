"""The values behind the signs of diabetes of one visit, those that wait for a confirmation too."""

from collections.abc import Collection, Iterator

import numpy as np

from .facts.columns import FactColumns
from .facts.inputs import reading_as_reported
from .facts.waiting import columns_behind, could_meet, waiting_readings
from .guidelines import Row
from .logic import TRUE, compare
from .prediagnosis import InputValue
from .record import VisitBatch
from .two_tests import GLUCOSE, HBA1C, rows_of


def sign_values(
    facts: FactColumns, one: VisitBatch, *, barred: bool, grades: Collection[str] = ()
) -> Iterator[tuple[InputValue, bool]]:
    """Yield one person's values that speak for diabetes, and whether each waits; used ones first.

    Parameters
    ----------
    facts : of the visit
    one : its record after the plausibility check
    barred : those of which an answer (a pregnancy) forbids the finding, instead of the others
    grades : the grades of the rows that are looked at; every sign of diabetes where there is none
    """
    rows = [
        row
        for item in (GLUCOSE, HBA1C)
        for column, _, row in rows_of(item, facts)
        if bool(column.barred[0]) == barred
        and (not grades or column.spec.grades[row.grade].code in grades)
    ]
    for waits in (False, True):
        for row in rows:
            yield from ((value, waits) for value in _values(row, facts, one, waits=waits))


def _values(row: Row, facts: FactColumns, one: VisitBatch, *, waits: bool) -> Iterator[InputValue]:
    threshold = row.threshold
    if threshold is None or not (could_meet(row, one)[0] if waits else _is_met(row, facts)):
        return
    for slot, column in columns_behind(row.item, one):
        used = compare(column, threshold.op, threshold.values) == TRUE
        meets = waiting_readings(column, threshold) if waits else used
        for reading in np.flatnonzero(meets[0]):
            yield InputValue(slot, *reading_as_reported(one, column, slot, (0, int(reading))))


def _is_met(row: Row, facts: FactColumns) -> bool:
    return any(
        bool(column.rows[0, index] == TRUE)
        for column in facts.columns
        for index, mine in enumerate(column.spec.rows)
        if mine is row
    )
