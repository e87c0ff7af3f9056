"""From several readings of one item to the one value that a finding compares.

What was averaged is said: a value keeps the slot and the readings that it came from. Arms are never
averaged with each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .fixedpoint import FloatArray, Int64Array
from .one_person import take_rows
from .record import UNKNOWN, BoolArray, Int8Array, ItemState, QuantityColumn, VisitBatch
from .vocabulary import Item

ARMS: Final = ("left_arm", "right_arm", "unspecified_arm")
MEAN_OF_LAST_TWO: Final = "mean_of_last_two"
CENTIMETRES_PER_METRE: Final = 100.0
BMI_STEP_NANO: Final = 10_000_000

DERIVED: Final[Mapping[str, str]] = {
    "systolic_bp.higher_arm": "systolic_bp",
    "diastolic_bp.higher_arm": "diastolic_bp",
    "interarm_difference.latest": "systolic_bp",
    "interarm_difference.confirmed": "systolic_bp",
    "interarm_difference.pairs": "systolic_bp",
    "body_mass_index": "bmi",
}
"""Values that are made from readings, each with the item whose units it has."""


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


@dataclass(frozen=True, slots=True)
class OfficePressure:
    """Systolic and diastolic pressure of the arm with the higher systolic value.

    ``arm`` int8 (n,) is an index into ARMS, -1 where no pressure was accepted.
    """

    systolic: QuantityColumn
    diastolic: QuantityColumn
    arm: Int8Array


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
    single = _take(column, at, state.astype(np.int8))
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


def _take(column: QuantityColumn, at: Int64Array, state: Int8Array) -> QuantityColumn:
    rows = np.arange(column.n)
    return QuantityColumn(
        item=column.item,
        nano=column.nano[rows, at][:, None],
        unit=column.unit[rows, at][:, None],
        comparator=column.comparator[rows, at][:, None],
        state=state[:, None],
    )


def combine_slot(batch: VisitBatch, slot: str) -> CombinedInput:
    """Return the combined value of one slot."""
    return _combined(batch.quantity(slot), slot)


def higher_arm(batch: VisitBatch, item: str) -> CombinedInput:
    """Return the higher of the arms' combined values, never a mean across arms.

    An arm that was not named counts as one of the arms: ignoring a high value because nobody wrote
    down the arm would hide it.
    """
    slots = [f"{item}.{arm}" for arm in ARMS if f"{item}.{arm}" in batch.quantities]
    if not slots:
        return combine_slot(batch, f"{item}.{ARMS[-1]}")
    arms = [combine_slot(batch, slot) for slot in slots]
    return _choose(arms, _highest([a.column for a in arms]))


def _highest(columns: Sequence[QuantityColumn]) -> Int64Array:
    """Return (n,) which column holds the highest accepted value, else the worst state."""
    values = np.stack([c.model_values()[:, 0] for c in columns], axis=1)
    states = np.stack([c.state[:, 0] for c in columns], axis=1)
    measured = np.isfinite(values)
    highest = np.argmax(np.where(measured, values, -np.inf), axis=1)
    return np.where(measured.any(axis=1), highest, np.argmax(states, axis=1)).astype(np.int64)


def _choose(candidates: Sequence[CombinedInput], which: Int64Array) -> CombinedInput:
    def pick(arrays: Sequence[Int64Array | Int8Array | BoolArray]) -> Int64Array:
        return np.asarray(np.choose(which, arrays))

    columns = [c.column for c in candidates]
    column = QuantityColumn(
        item=columns[0].item,
        nano=pick([c.nano[:, 0] for c in columns])[:, None],
        unit=pick([c.unit[:, 0] for c in columns]).astype(np.int8)[:, None],
        comparator=pick([c.comparator[:, 0] for c in columns]).astype(np.int8)[:, None],
        state=pick([c.state[:, 0] for c in columns]).astype(np.int8)[:, None],
    )
    slot = np.where(column.present[:, 0], which, UNKNOWN).astype(np.int8)
    return CombinedInput(
        column=column,
        slots=tuple(c.slots[0] for c in candidates),
        slot=slot,
        averaged=pick([c.averaged for c in candidates]).astype(np.bool_),
        mixed=pick([c.mixed for c in candidates]).astype(np.bool_),
        readings=column,
    )


def office_pressure(batch: VisitBatch) -> OfficePressure:
    """Return the pressure of the arm with the higher combined systolic value, for models.

    Both values are of that one arm; the diastolic value is missing where it was not measured there.
    """
    systolic = [combine_slot(batch, f"systolic_bp.{arm}") for arm in ARMS]
    diastolic = [combine_slot(batch, f"diastolic_bp.{arm}") for arm in ARMS]
    has_systolic = np.stack([s.column.accepted[:, 0] for s in systolic], axis=1).any(axis=1)
    by_systolic = _highest([s.column for s in systolic])
    which = np.where(has_systolic, by_systolic, _highest([d.column for d in diastolic]))
    high, low = _choose(systolic, which), _choose(diastolic, which)
    measured = high.column.accepted[:, 0] | low.column.accepted[:, 0]
    arm = np.where(measured, which, UNKNOWN).astype(np.int8)
    return OfficePressure(high.column, low.column, arm)


def interarm_difference(batch: VisitBatch, which: str) -> QuantityColumn:
    """Return the systolic difference between the arms, without its sign.

    Parameters
    ----------
    which : ``latest`` (n, 1): the last reading of each arm; ``confirmed`` (n, 1): the smaller of
        the first and the last pair, there only where both arms were measured twice; ``pairs``
        (n, m): every pair, suspect where one of its readings is
    """
    left, right = (batch.quantity(f"systolic_bp.{arm}") for arm in ARMS[:2])
    if which == "pairs":
        return _all_pairs(left, right)
    usable = [c.accepted & (c.comparator == 0) for c in (left, right)]
    first_at = [np.where(u.any(axis=1), np.argmax(u, axis=1), UNKNOWN) for u in usable]
    last_at = [last_usable(u) for u in usable]
    twice = np.asarray((first_at[0] != last_at[0]) & (first_at[1] != last_at[1]))
    first = _pair(left, right, first_at[0], first_at[1])
    last = _pair(left, right, last_at[0], last_at[1])
    if which == "latest":
        return last
    same_unit = first.unit == last.unit
    state = np.where(
        twice[:, None] & first.accepted & last.accepted & same_unit,
        np.int8(ItemState.ACCEPTED),
        np.int8(ItemState.ABSENT),
    )
    return replace(last, nano=np.minimum(first.nano, last.nano), state=state)


def _pair(
    left: QuantityColumn, right: QuantityColumn, left_at: Int64Array, right_at: Int64Array
) -> QuantityColumn:
    one = _take(left, left_at, np.full(left.n, ItemState.ACCEPTED, dtype=np.int8))
    other = _take(right, right_at, one.state[:, 0])
    there = (left_at >= 0) & (right_at >= 0) & (one.unit == other.unit)[:, 0]
    return QuantityColumn(
        item=_derived_item(left.item, "interarm_difference"),
        nano=np.where(there[:, None], np.abs(one.nano - other.nano), 0),
        unit=one.unit,
        comparator=np.zeros_like(one.comparator),
        state=np.where(there, ItemState.ACCEPTED, ItemState.ABSENT).astype(np.int8)[:, None],
    )


def _all_pairs(left: QuantityColumn, right: QuantityColumn) -> QuantityColumn:
    m = min(left.readings, right.readings)
    both = left.present[:, :m] & right.present[:, :m]
    there = both & (left.unit[:, :m] == right.unit[:, :m])
    state = np.maximum(left.state[:, :m], right.state[:, :m])
    return QuantityColumn(
        item=_derived_item(left.item, "interarm_difference"),
        nano=np.where(there, np.abs(left.nano[:, :m] - right.nano[:, :m]), 0),
        unit=left.unit[:, :m],
        comparator=np.zeros((left.n, m), dtype=np.int8),
        state=np.where(there, state, np.int8(ItemState.ABSENT)),
    )


def _derived_item(item: Item, code: str) -> Item:
    return replace(item, code=code, slots=tuple(n for n in DERIVED if n.startswith(code)))


def body_mass_index(batch: VisitBatch) -> CombinedInput:
    """Return the body mass index, recomputed wherever height and weight are both there.

    It is rounded to 0.01 kg/m2 before it is compared, so that what is printed is what was compared.
    """
    stated = combine_slot(batch, "bmi")
    height, weight = combine_slot(batch, "height").column, combine_slot(batch, "weight").column
    plain = (height.comparator == 0) & (weight.comparator == 0)
    metres = height.model_values() / CENTIMETRES_PER_METRE
    values: FloatArray = np.where(plain, weight.model_values() / metres**2, np.nan)
    recomputed = np.isfinite(values)
    steps = np.rint(np.where(recomputed, values, 0.0) * (1e9 / BMI_STEP_NANO)).astype(np.int64)
    column = QuantityColumn(
        item=stated.column.item,
        nano=np.where(recomputed, steps * BMI_STEP_NANO, stated.column.nano),
        unit=np.where(recomputed, np.int8(0), stated.column.unit),
        comparator=np.where(recomputed, np.int8(0), stated.column.comparator),
        state=np.where(recomputed, np.int8(ItemState.ACCEPTED), stated.column.state),
    )
    slot = np.where(recomputed[:, 0], np.int8(1), stated.slot)
    names = ("bmi", "body_mass_index")
    return CombinedInput(column, names, slot, stated.averaged, stated.mixed, column)


def combined_input(batch: VisitBatch, name: str) -> CombinedInput:
    """Return a slot's combined value, or a derived one, by name."""
    if name not in DERIVED:
        return combine_slot(batch, name)
    item, _, which = name.partition(".")
    if name == "body_mass_index":
        return body_mass_index(batch)
    if item == "interarm_difference":
        column = interarm_difference(batch, which)
        slot = np.where(column.present[:, 0], np.int8(0), np.int8(UNKNOWN))
        nobody = np.zeros(batch.n, dtype=np.bool_)
        return CombinedInput(column, (name,), slot, nobody, nobody, column)
    return higher_arm(batch, item)
