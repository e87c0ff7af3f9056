"""One person's values that are not used, as they were reported, and what they would meet."""

from collections.abc import Iterator

import numpy as np

from ..derived import DERIVED
from ..guidelines import FindingSpec, Row
from ..prediagnosis import InputValue
from ..record import VisitBatch
from .inputs import reading_as_reported
from .waiting import columns_behind, could_meet, waiting_readings


def values_that_wait(
    spec: FindingSpec, one: VisitBatch, grade: int, *, of_another_day: bool = False
) -> tuple[InputValue, ...]:
    """Return one person's values that are not used and would make a grade if they were true.

    Parameters
    ----------
    spec : the finding
    one : a batch of one person
    grade : index of the grade
    of_another_day : those that are too old for the visit, instead of those of the visit
    """
    rows = [row for row in spec.rows if row.grade == grade]
    return tuple(
        dict.fromkeys(value for row in rows for value in _values(row, one, of_another_day))
    )


def _values(row: Row, one: VisitBatch, of_another_day: bool) -> Iterator[InputValue]:
    if row.threshold is None or not could_meet(row, one, of_another_day=of_another_day)[0]:
        return
    for slot, column in columns_behind(row.item, one):
        found = waiting_readings(column, row.threshold, of_another_day=of_another_day)
        for reading in np.flatnonzero(found[0]):
            value, unit = reading_as_reported(one, column, slot, (0, int(reading)))
            yield InputValue(slot, value, unit, "derived" if slot in DERIVED else "reported")
