"""One person's values that are not used, as they were reported, and what they would meet."""

from collections.abc import Iterator

import numpy as np

from ..derived import DERIVED
from ..guidelines import FindingSpec, Row
from ..prediagnosis import InputValue
from ..record import VisitBatch
from .inputs import reading_as_reported
from .waiting import columns_behind, could_meet, waiting_readings


def values_that_wait(spec: FindingSpec, one: VisitBatch, grade: int) -> tuple[InputValue, ...]:
    """Return one person's values that are not used and would make a grade if they were true.

    Parameters
    ----------
    spec : the finding
    one : a batch of one person
    grade : index of the grade
    """
    rows = [row for row in spec.rows if row.grade == grade]
    return tuple(dict.fromkeys(value for row in rows for value in _values(row, one)))


def _values(row: Row, one: VisitBatch) -> Iterator[InputValue]:
    if row.threshold is None or not could_meet(row, one)[0]:
        return
    for slot, column in columns_behind(row.item, one):
        for reading in np.flatnonzero(waiting_readings(column, row.threshold)[0]):
            value, unit = reading_as_reported(one, column, slot, (0, int(reading)))
            yield InputValue(slot, value, unit, "derived" if slot in DERIVED else "reported")
