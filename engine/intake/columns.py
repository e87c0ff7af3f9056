"""From the readings of one visit to columns of one row."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from ..record import UNKNOWN, Int8Array, QuantityColumn
from ..vocabulary import Vocabulary
from .measurements import Reading


def columns_from_readings(
    readings: Sequence[Reading], vocabulary: Vocabulary
) -> dict[str, QuantityColumn]:
    """Return one column a slot, its readings in the order in which they were taken.

    Readings without a time keep the order in which they were sent, before those with one.
    """
    by_slot: dict[str, list[Reading]] = {}
    for reading in readings:
        by_slot.setdefault(reading.slot, []).append(reading)
    return {slot: _column(_in_order(found), vocabulary, slot) for slot, found in by_slot.items()}


def _in_order(readings: Sequence[Reading]) -> list[Reading]:
    untimed = [r for r in readings if r.at is None]
    timed = [r for r in readings if r.at is not None]
    return untimed + sorted(timed, key=lambda r: r.at.timestamp() if r.at else 0.0)


def _column(readings: Sequence[Reading], vocabulary: Vocabulary, slot: str) -> QuantityColumn:
    return QuantityColumn(
        item=vocabulary.item_of(slot),
        nano=np.array([[r.nano for r in readings]], dtype=np.int64),
        unit=np.array([[r.unit for r in readings]], dtype=np.int8),
        comparator=np.array([[r.comparator for r in readings]], dtype=np.int8),
        state=np.array([[r.state for r in readings]], dtype=np.int8),
        confirmed=np.array([[r.confirmed for r in readings]], dtype=np.bool_),
        old=np.array([[r.old for r in readings]], dtype=np.bool_),
    )


def paths_by_slot(readings: Sequence[Reading]) -> dict[str, tuple[str, ...]]:
    """Return where each reading of each slot stood in the document, in column order."""
    by_slot: dict[str, list[Reading]] = {}
    for reading in readings:
        by_slot.setdefault(reading.slot, []).append(reading)
    return {slot: tuple(r.path for r in _in_order(found)) for slot, found in by_slot.items()}


def texts_by_slot(readings: Sequence[Reading]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the values as reported, in column order, for the one row."""
    by_slot: dict[str, list[Reading]] = {}
    for reading in readings:
        by_slot.setdefault(reading.slot, []).append(reading)
    return {slot: (tuple(r.text for r in _in_order(found)),) for slot, found in by_slot.items()}


def days_by_slot(readings: Sequence[Reading], visit: datetime | None) -> dict[str, tuple[str, ...]]:
    """Return the day of each reading that is of an earlier day than the visit, in column order.

    Empty for the others; a slot that has none is left out.
    """
    by_slot: dict[str, list[Reading]] = {}
    for reading in readings:
        by_slot.setdefault(reading.slot, []).append(reading)
    days = {
        slot: tuple(earlier_day(r.at, visit) for r in _in_order(found))
        for slot, found in by_slot.items()
    }
    return {slot: found for slot, found in days.items() if any(found)}


def earlier_day(moment: datetime | None, visit: datetime | None) -> str:
    """Return the day of a moment in the time of the visit; empty where it is not before its day.

    A moment without time zone is taken as of the visit's.
    """
    if moment is None or visit is None:
        return ""
    local = moment if moment.tzinfo is None else moment.astimezone(visit.tzinfo)
    return local.date().isoformat() if local.date() < visit.date() else ""


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
