"""From several readings of one item to the one value that a finding compares.

What was averaged is said: a value keeps the slot and the readings that it came from.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .fixedpoint import Int64Array
from .one_person import take_rows
from .record import UNKNOWN, BoolArray, Int8Array, ItemState, QuantityColumn, VisitBatch

MEAN_OF_LAST_TWO: Final = "mean_of_last_two"


@dataclass(frozen=True, slots=True)
class CombinedInput:
    """One value a person, with where it came from.

    Attributes
    ----------
    column : (n, 1) readings
    slots : the slots it can have come from
    slot : int8 (n,), index into ``slots``; -1 where nothing was reported
    averaged : bool (n,), it is the mean of the last two readings
    mixed : bool (n,), the last two could not be averaged (units or comparators); the last counts
    readings : (n, m) what a row is compared with: every reading of an item that is not averaged
        (two results of one laboratory item are both results), else the one value
    """

    column: QuantityColumn
    slots: tuple[str, ...]
    slot: Int8Array
    averaged: BoolArray
    mixed: BoolArray
    readings: QuantityColumn

    def take(self, rows: slice) -> "CombinedInput":
        """Return some people of this input."""
        return CombinedInput(
            take_rows(self.column, rows),
            self.slots,
            self.slot[rows],
            self.averaged[rows],
            self.mixed[rows],
            take_rows(self.readings, rows),
        )


def last_usable(usable: BoolArray) -> Int64Array:
    """Return (n,) the index of the last usable reading, -1 where there is none.

    >>> last_usable(np.array([[True, True, False], [False, False, False]]))
    array([ 1, -1])
    """
    if usable.shape[1] == 1:
        return usable[:, 0].astype(np.int64) - 1
    last = usable.shape[1] - 1 - np.argmax(usable[:, ::-1], axis=1)
    return np.where(usable.any(axis=1), last, UNKNOWN).astype(np.int64)


def combine_readings(column: QuantityColumn) -> QuantityColumn:
    """Return one value a person, as the vocabulary says how the item combines.

    ``latest`` is the last accepted reading; ``mean_of_last_two`` the mean of the last two accepted
    readings when both have the same unit and no comparator, else the last one. Suspect and refused
    readings are never averaged; where none was accepted the state says why.
    """
    return _combined(column, "").column


def _combined(column: QuantityColumn, slot: str) -> CombinedInput:
    n = column.n
    nobody = np.zeros(n, dtype=np.bool_)
    if column.readings == 1:
        reported = np.where(column.present[:, 0], np.int8(0), np.int8(UNKNOWN))
        return CombinedInput(column, (slot,), reported, nobody, nobody, column)
    rows = np.arange(n)
    accepted = column.accepted
    last = last_usable(accepted)
    found = last >= 0
    state = np.where(found, np.int8(ItemState.ACCEPTED), column.state.max(axis=1))
    at = np.where(found, last, np.argmax(column.state, axis=1))
    single = reading_at(column, at, state.astype(np.int8))
    reported = np.where(state != ItemState.ABSENT, np.int8(0), np.int8(UNKNOWN))
    if column.item.combine != MEAN_OF_LAST_TWO:
        return CombinedInput(single, (slot,), reported, nobody, nobody, column)
    earlier = accepted.copy()
    earlier[rows[found], last[found]] = False
    before = last_usable(earlier)
    both = before >= 0
    same = column.unit[rows, last] == column.unit[rows, before]
    plain = (column.comparator[rows, last] == 0) & (column.comparator[rows, before] == 0)
    averaged = both & same & plain
    mean = (column.nano[rows, last] + column.nano[rows, before]) // 2
    nano = np.where(averaged, mean, single.nano[:, 0])[:, None]
    mixed = np.asarray(both & ~averaged)
    value = replace(single, nano=nano)
    return CombinedInput(value, (slot,), reported, averaged, mixed, value)


def reading_at(column: QuantityColumn, at: Int64Array, state: Int8Array) -> QuantityColumn:
    """Return (n, 1) one reading a person, with a state of its own.

    Parameters
    ----------
    column : shape (n, m)
    at : (n,) which reading
    state : (n,) codes of ``ItemState``
    """
    rows = np.arange(column.n)
    return QuantityColumn(
        item=column.item,
        nano=column.nano[rows, at][:, None],
        unit=column.unit[rows, at][:, None],
        comparator=column.comparator[rows, at][:, None],
        state=state[:, None],
        days_before=None if column.days_before is None else column.days_before[rows, at][:, None],
    )


def combine_slot(batch: VisitBatch, slot: str) -> CombinedInput:
    """Return the combined value of one slot."""
    return _combined(batch.quantity(slot), slot)
