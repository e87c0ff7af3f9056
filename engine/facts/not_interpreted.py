"""Accepted values that no finding of this person interprets: printed, and left to a physician."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..prediagnosis import ItemNotice
from ..record import VisitBatch
from .columns import FactColumn, FactColumns
from .inputs import reading_as_reported, slots_of

CODE: Final = "not_interpreted"
STATED_INDEX: Final = "bmi"
TARGET: Final = "hba1c_target"
"""A target is no measurement of the person."""


def values_not_interpreted(
    columns: FactColumns, batch: VisitBatch, row: int
) -> Iterator[ItemNotice]:
    """Yield a note for every accepted value of one person that no finding reads.

    Parameters
    ----------
    columns : what ``evaluate_facts`` returned for this batch
    batch : the record that was evaluated
    row : which person
    """
    if batch.refused[row]:
        return
    read = {STATED_INDEX, TARGET}
    for column in columns.columns:
        if not column.barred[row] or column.spec.barred.action:
            read |= _slots(column)
    for slot, quantity in batch.quantities.items():
        paths = batch.paths.get(slot, ())
        for reading in np.flatnonzero(quantity.accepted[row] & (slot not in read)):
            value, unit = reading_as_reported(batch, quantity, slot, (row, int(reading)))
            path = paths[reading] if reading < len(paths) else slot
            parameters = {"item": f"item:{slot}", "value": value, "unit": unit}
            yield ItemNotice(quantity.item.code, path, CODE, "note", parameters)


def _slots(column: FactColumn) -> set[str]:
    return {slot for item in column.spec.items for slot in slots_of(item)}
