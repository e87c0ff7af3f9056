"""Values of one record that contradict each other, each named with the value beside it.

Nothing is corrected, and no value is believed over another: what can't be true together is refused
or waits for a named person, on both sides. Limits: ``engine/vocabulary/intake.toml``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, Literal

import numpy as np

from ..combine import combine_readings, last_usable
from ..derived import CENTIMETRES_PER_METRE
from ..fixedpoint import FloatArray, Int64Array
from ..guidelines import load as guidelines_load
from ..intake.document import intake_numbers
from ..record import UNKNOWN, BoolArray, ItemState, VisitBatch
from ..vocabulary.load import read_toml

Severity = Literal["refused_item", "suspect_item", "note"]
Clash = Callable[[FloatArray, FloatArray], BoolArray]
ARMS: Final = ("left_arm", "right_arm", "unspecified_arm")
NOISE_DECIMALS: Final = 6
"""Differences are rounded so far apart from binary noise: 135.1 - 120.1 is 15."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One kind of doubt about one slot: where (n, m), how bad, and what fills the sentence.

    ``partners`` are the values it contradicts: role -> slot and int64 (n, m), which of its
    readings; ``numbers`` (n,) are computed values that the sentence prints.
    """

    slot: str
    where: BoolArray
    severity: Severity
    code: str
    parameters: Mapping[str, str]
    partners: Mapping[str, tuple[str, Int64Array]] = field(default_factory=dict)
    numbers: Mapping[str, FloatArray] = field(default_factory=dict)


def contradictions(batch: VisitBatch) -> Iterator[Flag]:
    """Yield every contradiction between accepted values.

    Parameters
    ----------
    batch : a record after the limits of the single items were applied
    """
    yield from _repeated(batch)
    yield from _results(batch)
    for arm in ARMS:
        yield from _pressure(batch, f"systolic_bp.{arm}", f"diastolic_bp.{arm}")
    yield from _pair(batch, ("weight", "height"), ("suspect_item", "body_swapped"), np.greater)
    yield from _stated_bmi(batch)
    yield from _lipids(batch)


def _plain(batch: VisitBatch, slot: str) -> FloatArray:
    """Return (n, m) the usable values in the model unit; NaN elsewhere, and where only a bound."""
    column = batch.quantity(slot)
    return np.where(column.comparator == 0, column.model_values(), np.nan)


def _unconfirmed(batch: VisitBatch, slot: str) -> BoolArray:
    column = batch.quantity(slot)
    return np.ones(column.nano.shape, np.bool_) if column.confirmed is None else ~column.confirmed


def _beside(batch: VisitBatch, slot: str, other: str) -> Int64Array:
    """Return (n, m) which reading of the other slot belongs to each reading of this one.

    That of the same place (they were taken together), else the last usable one; -1 without one.
    """
    usable = np.isfinite(_plain(batch, other))
    m = batch.quantity(slot).readings
    at = np.repeat(last_usable(usable)[:, None], m, axis=1)
    both = min(m, usable.shape[1])
    at[:, :both] = np.where(usable[:, :both], np.arange(both), at[:, :both])
    return at


def _taken(values: FloatArray, at: Int64Array) -> FloatArray:
    rows = np.arange(len(values))[:, None]
    return np.where(at == UNKNOWN, np.nan, values[rows, np.maximum(at, 0)])


def _pair(
    batch: VisitBatch,
    slots: tuple[str, str],
    kind: tuple[Severity, str],
    clash: Clash,
    limits: Mapping[str, str] | None = None,
) -> Iterator[Flag]:
    """Yield both sides of two values for which ``clash(first, second)`` holds."""
    if any(slot not in batch.quantities for slot in slots):
        return
    for slot, other in (slots, slots[::-1]):
        at = _beside(batch, slot, other)
        own, beside = _plain(batch, slot), _taken(_plain(batch, other), at)
        where = clash(own, beside) if slot == slots[0] else clash(beside, own)
        if kind[0] == "suspect_item":
            where = where & _unconfirmed(batch, slot)
        yield Flag(slot, where, *kind, limits or {}, {"other": (other, at)})


def _pressure(batch: VisitBatch, systolic: str, diastolic: str) -> Iterator[Flag]:
    slots = (systolic, diastolic)
    doubted = _with_doubtful(batch, slots)
    yield from _pair(doubted, slots, ("refused_item", "pressure_swapped"), np.less_equal)
    low, high = intake_numbers()["pulse_pressure"]["soft"]

    def unusual(upper: FloatArray, lower: FloatArray) -> BoolArray:
        pulse = np.round(upper - lower, NOISE_DECIMALS)
        return np.asarray((pulse > 0) & ((pulse < float(low)) | (pulse > float(high))))

    limits = {"low": low, "high": high}
    yield from _pair(batch, slots, ("suspect_item", "pulse_pressure"), unusual, limits)


def _with_doubtful(batch: VisitBatch, slots: tuple[str, str]) -> VisitBatch:
    """Return the batch with the suspect values of today among the usable ones.

    Of 115/190 the second is suspect already; that the two are swapped must be seen all the same.
    """
    columns = dict(batch.quantities)
    for slot in slots:
        if slot in columns:
            column = columns[slot]
            seen = column.state == ItemState.SUSPECT
            if column.old is not None:
                seen = seen & ~column.old
            state = np.where(seen, np.int8(ItemState.ACCEPTED), column.state)
            columns[slot] = column.with_state(state)
    return replace(batch, quantities=columns)


def _repeated(batch: VisitBatch) -> Iterator[Flag]:
    """Yield repeated body measures that differ by more than measuring twice explains."""
    for slot, allowed in intake_numbers()["repeated"]["tolerance"].items():
        if slot not in batch.quantities or batch.quantity(slot).readings == 1:
            continue
        values = _plain(batch, slot)
        apart = np.round(np.abs(values[:, :, None] - values[:, None, :]), NOISE_DECIMALS)
        apart = np.where(np.isfinite(apart), apart, 0.0)
        where = (apart.max(axis=(1, 2)) > float(allowed))[:, None] & np.isfinite(values)
        farthest = apart.argmax(axis=2).astype(np.int64)
        where &= _unconfirmed(batch, slot)
        unit = f"unit:{batch.quantity(slot).item.model_unit}"
        parameters = {"tolerance": allowed, "tolerance_unit": unit}
        partners = {"other": (slot, farthest)}
        yield Flag(slot, where, "suspect_item", "readings_disagree", parameters, partners)


def _results(batch: VisitBatch) -> Iterator[Flag]:
    """Yield a note on each laboratory result that another one of the visit contradicts.

    Both stay in use, so that the worse one speaks; that they can't both be true is said.
    """
    for slot, column in batch.quantities.items():
        row = laboratory_items().get(column.item.code)
        if row is None or column.readings == 1:
            continue
        values = _plain(batch, slot)
        apart = np.abs(values[:, :, None] - values[:, None, :])
        apart = np.where(np.isfinite(apart), apart, 0.0)
        largest = np.nan_to_num(np.abs(values)).max(axis=1)
        where = (apart.max(axis=(1, 2)) > largest * row)[:, None] & np.isfinite(values)
        farthest = apart.argmax(axis=2).astype(np.int64)
        yield Flag(slot, where, "note", "results_contradict", {}, {"other": (slot, farthest)})


@cache
def laboratory_items() -> Mapping[str, float]:
    """Return of each laboratory item the share within which two results of one day agree."""
    table = read_toml(guidelines_load.__package__ or "", "repeat.toml")["item"]
    return {code: float(row["share"]) for code, row in table.items() if row.get("of_laboratory")}


def _stated_bmi(batch: VisitBatch) -> Iterator[Flag]:
    """Doubt a stated index that its own height and weight do not give; those are used instead."""
    if any(slot not in batch.quantities for slot in ("bmi", "weight", "height")):
        return
    metres = combine_readings(batch.quantity("height")).model_values() / CENTIMETRES_PER_METRE
    recomputed = combine_readings(batch.quantity("weight")).model_values() / metres**2
    allowed = float(intake_numbers()["bmi"]["recomputed_tolerance"])
    apart = np.round(np.abs(_plain(batch, "bmi") - recomputed), NOISE_DECIMALS)
    partners = {
        role: (slot, _beside(batch, "bmi", slot))
        for role, slot in (("other", "weight"), ("third", "height"))
    }
    where = np.asarray(apart > allowed)
    numbers = {"recomputed": recomputed[:, 0]}
    yield Flag("bmi", where, "suspect_item", "bmi_disagrees", {}, partners, numbers)


def _lipids(batch: VisitBatch) -> Iterator[Flag]:
    total, hdl, ldl = "total_cholesterol", "hdl_cholesterol", "ldl_cholesterol"
    yield from _pair(batch, (hdl, total), ("refused_item", "lipids_swapped"), np.greater_equal)
    yield from _pair(batch, (ldl, total), ("suspect_item", "ldl_above_total"), np.greater)
    if any(slot not in batch.quantities for slot in (total, hdl, ldl)):
        return
    tolerance = intake_numbers()["lipids"]["sum_tolerance_mmol_per_l"]
    for slot, other, third in ((total, hdl, ldl), (hdl, total, ldl), (ldl, total, hdl)):
        at = {other: _beside(batch, slot, other), third: _beside(batch, slot, third)}
        found = {name: _taken(_plain(batch, name), where) for name, where in at.items()}
        found[slot] = _plain(batch, slot)
        excess = np.round(found[hdl] + found[ldl] - found[total], NOISE_DECIMALS)
        alone = (found[ldl] <= found[total]) & (found[hdl] < found[total])
        where = np.asarray((excess > float(tolerance)) & alone) & _unconfirmed(batch, slot)
        partners = {"other": (other, at[other]), "third": (third, at[third])}
        parameters = {"tolerance": tolerance}
        yield Flag(slot, where, "suspect_item", "lipids_disagree", parameters, partners)
