"""Accepted values that no finding of this person interprets: printed, and left to a physician."""

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from ..filtration import CREATININE, FILTRATION, computed_rate
from ..prediagnosis import InputValue, ItemNotice
from ..record import UNKNOWN, VisitBatch
from .columns import FactColumn, FactColumns
from .inputs import reading_as_reported, slots_of

CODE: Final = "not_interpreted"
AS_RATE: Final = "read_as_rate"
OF_ADULTS: Final = "rate_unknown_adults"
STATED_INDEX: Final = "bmi"
TARGET: Final = "hba1c_target"
"""A target is no measurement of the person."""


def values_not_interpreted(
    columns: FactColumns, batch: VisitBatch, row: int, told: Collection[InputValue] = ()
) -> Iterator[ItemNotice]:
    """Yield a note for every accepted value of one person that no finding reads.

    That of a creatinine says which filtration rate it gives, or why none.

    Parameters
    ----------
    columns : what ``evaluate_facts`` returned for this batch
    batch : the record that was evaluated
    row : which person
    told : what is urgent names these; of them nobody says that they are not interpreted
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
            place = (row, int(reading))
            value, unit = reading_as_reported(batch, quantity, slot, place)
            path = paths[reading] if reading < len(paths) else slot
            parameters = {"item": f"item:{slot}", "value": value, "unit": unit}
            if slot == CREATININE:
                yield from _with_its_rate(batch, place, path, parameters)
            elif InputValue(slot, value, unit) not in told:
                yield ItemNotice(quantity.item.code, path, CODE, "note", parameters)


def _with_its_rate(
    batch: VisitBatch, place: tuple[int, int], path: str, parameters: dict[str, str]
) -> Iterator[ItemNotice]:
    """Yield which filtration rate a creatinine gives, or each reason why it gives none."""
    row, _ = place
    rates = computed_rate(batch)
    if rates.present[place]:
        rate, unit = reading_as_reported(batch, rates, FILTRATION, place)
        given = {**parameters, "rate": rate, "rate_unit": f"unit:{unit}"}
        yield ItemNotice(CREATININE, path, AS_RATE, "note", given)
        return
    lacks = {
        "rate_unknown_sex": batch.sex[row] == UNKNOWN,
        "rate_unknown_age": batch.age_years[row] == UNKNOWN,
    }
    for code in [code for code, is_lacking in lacks.items() if is_lacking] or [OF_ADULTS]:
        yield ItemNotice(CREATININE, path, code, "note", parameters)


def _slots(column: FactColumn) -> set[str]:
    return {slot for item in column.spec.items for slot in slots_of(item)}
