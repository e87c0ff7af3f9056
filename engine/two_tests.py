"""What glucose and HbA1c say of a diabetes, each by itself: one below never settles the other."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from .facts.columns import FactColumn, FactColumns
from .facts.waiting import could_meet
from .guidelines import Row
from .guidelines.model import PRESENT
from .logic import FALSE, TRUE
from .record import YES, BoolArray, VisitBatch
from .risks.outcomes import signs_of_diabetes
from .uninterpretable import hba1c_not_interpretable

GLUCOSE: Final = "glucose"
HBA1C: Final = "hba1c"
_PREGNANCY: Final = "condition.pregnancy"
_FASTING: Final = "glucose.fasting_venous"


class Test(NamedTuple):
    """Bool (n,) for whom a test speaks for diabetes, and for whom only a waiting value would."""

    high: BoolArray
    waits: BoolArray


def test_of(item: str, facts: FactColumns, batch: VisitBatch) -> Test:
    """Return for whom one of the two tests speaks for diabetes, by the chosen guidelines.

    Parameters
    ----------
    item : ``GLUCOSE`` or ``HBA1C``
    facts : of n people
    batch : their records after the plausibility check
    """
    high, waits = (np.zeros(batch.n, dtype=np.bool_) for _ in range(2))
    for column, index, row in rows_of(item, facts):
        high |= (column.rows[:, index] == TRUE) & ~column.barred
        waits |= could_meet(row, batch) & ~column.barred
    return Test(high, waits & ~high)


def in_pregnancy(facts: FactColumns, batch: VisitBatch) -> BoolArray:
    """Return bool (n,) for whom a test of a pregnancy would speak for diabetes outside of one."""
    found = np.zeros(batch.n, dtype=np.bool_)
    for item in (GLUCOSE, HBA1C):
        for column, index, row in rows_of(item, facts):
            meets = (column.rows[:, index] == TRUE) | could_meet(row, batch)
            found |= meets & column.barred
    return np.asarray(found & (batch.answer(_PREGNANCY) == YES))


def hba1c_below(facts: FactColumns, batch: VisitBatch) -> BoolArray:
    """Return bool (n,) for whom an HbA1c is clearly below, not near its cut-off, and says so."""
    column = batch.quantity(HBA1C)
    if not column.accepted.any():
        return np.zeros(batch.n, dtype=np.bool_)
    near = np.zeros(batch.n, dtype=np.bool_)
    for fact, index, _ in rows_of(HBA1C, facts):
        near |= fact.borderline[:, index]
    exact = (column.accepted & (column.comparator == 0)).any(axis=1) & ~column.waiting.any(axis=1)
    said = test_of(HBA1C, facts, batch)
    unread = hba1c_not_interpretable(batch, facts.guidelines)
    return np.asarray(exact & ~near & ~unread & ~said.high & ~said.waits)


def glucose_below(facts: FactColumns, batch: VisitBatch) -> BoolArray:
    """Return bool (n,) for whom a fasting glucose is clearly below, not near its cut-off."""
    below, near = (np.zeros(batch.n, dtype=np.bool_) for _ in range(2))
    for fact, index, row in rows_of(GLUCOSE, facts):
        near |= fact.borderline[:, index]
        if row.item == _FASTING and not row.also:
            below |= (fact.rows[:, index] == FALSE) & ~fact.barred
    said = test_of(GLUCOSE, facts, batch)
    return np.asarray(below & ~near & ~said.high & ~said.waits)


def rows_of(item: str, facts: FactColumns) -> Iterator[tuple[FactColumn, int, Row]]:
    """Yield the rows on a test that make a sign of diabetes, each with its fact and place.

    Parameters
    ----------
    item : ``GLUCOSE`` or ``HBA1C``
    facts : of n people
    """
    for name in signs_of_diabetes():
        finding, _, grade = name.partition(".")
        column = facts.column(finding)
        if column is None:
            continue
        for index, row in enumerate(column.spec.rows):
            made = column.spec.grades[row.grade]
            is_sign = made.code == grade if grade else made.state == PRESENT
            if is_sign and row.item.partition(".")[0] == item:
                yield column, index, row
