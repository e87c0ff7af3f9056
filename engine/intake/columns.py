"""From the readings of one visit to columns of one row."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import numpy as np

from ..record import UNKNOWN, Int8Array, QuantityColumn
from ..vocabulary import Item, Vocabulary
from .measurements import Reading


def in_order(readings: Sequence[Reading], visit: datetime | None) -> list[Reading]:
    """Return readings in the order in which they were taken.

    One without a time is of the visit: it keeps the order in which it was sent, after those of an
    earlier day and before the timed ones of the day.

    Parameters
    ----------
    readings : of one visit
    visit : its moment, None where it can't be read
    """
    return sorted(readings, key=lambda reading: _when(reading, visit))


def _when(reading: Reading, visit: datetime | None) -> tuple[int, float]:
    if reading.at is None:
        return (0, 0.0)
    return (-1 if earlier_day(reading.at, visit) else 1, reading.at.timestamp())


def by_slot(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    """Return the readings of each slot, in the order that they have."""
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        found.setdefault(reading.slot, []).append(reading)
    return found


def columns_of(
    readings: Mapping[str, Sequence[Reading]], vocabulary: Vocabulary, visit: datetime | None
) -> dict[str, QuantityColumn]:
    """Return one column a slot.

    Parameters
    ----------
    readings : of one visit, by slot
    visit : its moment, None where it can't be read
    """
    return {
        slot: _column(found, vocabulary.item_of(slot), visit) for slot, found in readings.items()
    }


def _column(readings: Sequence[Reading], item: Item, visit: datetime | None) -> QuantityColumn:
    days = [days_before(reading.at, visit) for reading in readings]
    return QuantityColumn(
        item=item,
        nano=np.array([[r.nano for r in readings]], dtype=np.int64),
        unit=np.array([[r.unit for r in readings]], dtype=np.int8),
        comparator=np.array([[r.comparator for r in readings]], dtype=np.int8),
        state=np.array([[r.state for r in readings]], dtype=np.int8),
        confirmed=np.array([[r.confirmed for r in readings]], dtype=np.bool_),
        old=np.array([[r.old for r in readings]], dtype=np.bool_),
        days_before=np.array([days], dtype=np.int64) if any(days) else None,
    )


def days_by_slot(
    readings: Mapping[str, Sequence[Reading]], visit: datetime | None
) -> dict[str, tuple[str, ...]]:
    """Return the day of each reading that is of an earlier day than the visit, in column order.

    Empty for the others; a slot that has none is left out.
    """
    days = {
        slot: tuple(earlier_day(r.at, visit) for r in found) for slot, found in readings.items()
    }
    return {slot: found for slot, found in days.items() if any(found)}


def days_before(moment: datetime | None, visit: datetime | None) -> int:
    """Return how many days before the visit a reading was taken; 0 for one of its day, or later."""
    day = _day_before(moment, visit)
    return (visit.date() - day).days if visit and day else 0


def earlier_day(moment: datetime | None, visit: datetime | None) -> str:
    """Return the day of a moment in the time of the visit; empty where it is not before its day.

    A moment without time zone is taken as of the visit's.
    """
    day = _day_before(moment, visit)
    return day.isoformat() if day else ""


def _day_before(moment: datetime | None, visit: datetime | None) -> date | None:
    if moment is None or visit is None:
        return None
    local = moment if moment.tzinfo is None else moment.astimezone(visit.tzinfo)
    return local.date() if local.date() < visit.date() else None


def answer_columns(answers: Mapping[str, int], readings: Sequence[Reading]) -> dict[str, Int8Array]:
    """Return answer columns of one row, with how each item was measured beside them.

    Where readings of one item were made in different ways, the way is unknown.
    """
    methods: dict[str, int] = {}
    for reading in readings:
        for name, value in reading.methods.items():
            methods[name] = value if methods.get(name, value) == value else UNKNOWN
    return {
        name: np.array([value], dtype=np.int8) for name, value in {**answers, **methods}.items()
    }
