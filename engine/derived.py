"""Values made of several slots: pressure of the higher arm, difference between the arms, BMI.

Arms are never averaged with each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .combine import CombinedInput, combine_slot, last_usable, reading_at
from .filtration import FILTRATION, SENT, filtration_rate
from .fixedpoint import FloatArray, Int64Array
from .record import UNKNOWN, BoolArray, Int8Array, ItemState, QuantityColumn, VisitBatch
from .vocabulary import Item

ARMS: Final = ("left_arm", "right_arm", "unspecified_arm")
CENTIMETRES_PER_METRE: Final = 100.0
BMI_STEP_NANO: Final = 10_000_000

DERIVED: Final[Mapping[str, str]] = {
    "systolic_bp.higher_arm": "systolic_bp",
    "diastolic_bp.higher_arm": "diastolic_bp",
    "interarm_difference.latest": "systolic_bp",
    "interarm_difference.confirmed": "systolic_bp",
    "interarm_difference.pairs": "systolic_bp",
    "body_mass_index": "bmi",
    FILTRATION: SENT,
}
"""Values that are made from readings, each with the item whose units it has."""


@dataclass(frozen=True, slots=True)
class OfficePressure:
    """Systolic and diastolic pressure of the arm with the higher systolic value.

    ``arm`` int8 (n,) is an index into ARMS, -1 where no pressure was accepted.
    """

    systolic: QuantityColumn
    diastolic: QuantityColumn
    arm: Int8Array


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
        days_before=pick([c.age_days[:, 0] for c in columns])[:, None],
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
    one = reading_at(left, left_at, np.full(left.n, ItemState.ACCEPTED, dtype=np.int8))
    other = reading_at(right, right_at, one.state[:, 0])
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
    if name == FILTRATION:
        return filtration_rate(batch)
    if item == "interarm_difference":
        column = interarm_difference(batch, which)
        slot = np.where(column.present[:, 0], np.int8(0), np.int8(UNKNOWN))
        nobody = np.zeros(batch.n, dtype=np.bool_)
        return CombinedInput(column, (name,), slot, nobody, nobody, column)
    return higher_arm(batch, item)
