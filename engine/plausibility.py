"""Which values may be used: each is accepted, suspect (a person must confirm it) or refused.

Nothing is corrected. A value that looks like another unit is refused with the reading that would
make sense, and the urgent rules look at every reading of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from .fixedpoint import Int64Array, format_nano, parse_decimal
from .intake.document import intake_numbers
from .record import MALE, UNKNOWN, YES, BoolArray, ItemState, Problem, QuantityColumn, VisitBatch
from .vocabulary import SuspectReading

Severity = Literal["refused_item", "suspect_item", "note"]
PREGNANCY: Final = "condition.pregnancy"


@dataclass(frozen=True, slots=True)
class _Flag:
    """One kind of doubt about one slot: where (n, m), how bad, and what fills the sentence."""

    slot: str
    where: BoolArray
    severity: Severity
    code: str
    parameters: Mapping[str, str]


def check_plausibility(batch: VisitBatch) -> VisitBatch:
    """Return the record with the state of every value decided and every doubt noted.

    Item by item: hard limits refuse, unit suspicion refuses with a proposed reading, soft limits
    make suspect unless a named person confirmed the value. Then items against each other. Limits:
    ``engine/vocabulary/measurements.toml`` and ``intake.toml``, with their sources.
    """
    batch = _doubtful_pregnancy(_plausible_age(batch))
    flags = [flag for slot in batch.quantities for flag in _item_flags(batch, slot)]
    batch = _apply(batch, flags)
    return _apply(batch, list(_cross_flags(batch)))


def _plausible_age(batch: VisitBatch) -> VisitBatch:
    """Refuse an age outside its hard limits: it stays unknown, and nothing is scored on it."""
    low, high = intake_numbers()["age"]["hard"]
    age = batch.age_years
    outside = (age != UNKNOWN) & ((age < low) | (age > high))
    if not outside.any():
        return batch
    limits = {"unit": "a", "low": str(low), "high": str(high)}
    problems = [
        Problem(
            row=int(row),
            severity="refused_item",
            code="hard_implausible",
            path="$.person.birth_date",
            item="age",
            parameters={"value": str(int(age[row])), **limits},
        )
        for row in np.flatnonzero(outside)
    ]
    known = np.where(outside, np.int16(UNKNOWN), age).astype(np.int16)
    return replace(batch, age_years=known, problems=(*batch.problems, *problems))


def _doubtful_pregnancy(batch: VisitBatch) -> VisitBatch:
    """Doubt the pregnancy of a person recorded as male: one of the two is wrong.

    The answer is kept: until somebody says which, urgent rules of pregnancy hold and models that
    are not meant for it stay silent.
    """
    doubtful = (batch.answer(PREGNANCY) == YES) & (batch.sex == MALE)
    problems = [
        Problem(int(row), "suspect_item", "pregnancy_of_a_man", "$.conditions", PREGNANCY)
        for row in np.flatnonzero(doubtful)
    ]
    return replace(batch, problems=(*batch.problems, *problems))


def _apply(batch: VisitBatch, flags: list[_Flag]) -> VisitBatch:
    columns = dict(batch.quantities)
    problems = list(batch.problems)
    for flag in flags:
        column = columns[flag.slot]
        problems.extend(_problems(batch, column, flag))
        if flag.severity == "note":
            continue
        new = ItemState.REFUSED if flag.severity == "refused_item" else ItemState.SUSPECT
        worse = flag.where & (column.state < new) & column.present
        columns[flag.slot] = column.with_state(np.where(worse, np.int8(new), column.state))
    return replace(batch, quantities=columns, problems=tuple(problems))


def _problems(batch: VisitBatch, column: QuantityColumn, flag: _Flag) -> Iterator[Problem]:
    paths = batch.paths.get(flag.slot, ())
    for row, reading in np.argwhere(flag.where):
        unit = int(column.unit[row, reading])
        yield Problem(
            row=int(row),
            severity=flag.severity,
            code=flag.code,
            path=paths[reading] if reading < len(paths) else flag.slot,
            item=column.item.code,
            parameters={
                "value": format_nano(
                    int(column.nano[row, reading]), int(column.comparator[row, reading])
                ),
                "unit": column.item.units[unit].ucum if unit >= 0 else "",
                **flag.parameters,
            },
        )


def _item_flags(batch: VisitBatch, slot: str) -> Iterator[_Flag]:
    column = batch.quantities[slot]
    confirmed = column.confirmed if column.confirmed is not None else np.False_
    for index, unit in enumerate(column.item.units):
        here = column.accepted & (column.unit == index)
        outside_hard = here & _outside(column.nano, unit.hard)
        yield _Flag(slot, outside_hard, "refused_item", "hard_implausible", _limits(unit.hard))
        rest = here & ~outside_hard & ~confirmed
        for suspect in unit.suspects:
            hit = rest & _is_suspect(column.nano, suspect)
            yield _Flag(slot, hit, "refused_item", "unit_suspect", {"reads_as": suspect.reads_as})
            yield _Flag(
                slot,
                outside_hard & _is_suspect(column.nano, suspect),
                "note",
                "unit_suspect",
                {"reads_as": suspect.reads_as},
            )
            rest = rest & ~hit
        soft = rest & _outside(column.nano, unit.soft)
        yield _Flag(slot, soft, "suspect_item", "soft_implausible", _limits(unit.soft))


def _limits(limits: tuple[int, int]) -> dict[str, str]:
    return {"low": format_nano(limits[0]), "high": format_nano(limits[1])}


def _outside(nano: Int64Array, limits: tuple[int, int]) -> BoolArray:
    return np.asarray((nano < limits[0]) | (nano > limits[1]))


def _is_suspect(nano: Int64Array, suspect: SuspectReading) -> BoolArray:
    above = nano > suspect.above if suspect.above is not None else np.zeros(nano.shape, np.bool_)
    below = nano < suspect.below if suspect.below is not None else np.zeros(nano.shape, np.bool_)
    return np.asarray(above | below)


def _cross_flags(batch: VisitBatch) -> Iterator[_Flag]:
    for arm in ("left_arm", "right_arm", "unspecified_arm"):
        yield from _pressure_flags(batch, arm)
    yield from _swapped_body(batch)
    yield from _lipid_flags(batch)


def _pair(batch: VisitBatch, one: str, other: str) -> tuple[QuantityColumn, QuantityColumn] | None:
    """Return two slots whose readings were taken together, else None."""
    if one not in batch.quantities or other not in batch.quantities:
        return None
    first, second = batch.quantities[one], batch.quantities[other]
    return (first, second) if first.readings == second.readings else None


def _same_unit(one: QuantityColumn, other: QuantityColumn) -> BoolArray:
    return one.accepted & other.accepted & (one.unit == other.unit)


def _pressure_flags(batch: VisitBatch, arm: str) -> Iterator[_Flag]:
    systolic, diastolic = f"systolic_bp.{arm}", f"diastolic_bp.{arm}"
    pair = _pair(batch, systolic, diastolic)
    if pair is None:
        return
    high, low = pair
    both = _same_unit(high, low)
    swapped = both & (low.nano >= high.nano)
    for slot in (systolic, diastolic):
        yield _Flag(slot, swapped, "refused_item", "pressure_swapped", {})
    millimetres = both & (high.unit == high.item.unit_index(high.item.model_unit))
    limits = _nano_pair(intake_numbers()["pulse_pressure"]["soft"])
    unusual = millimetres & ~swapped & _outside(high.nano - low.nano, limits)
    for slot, column in ((systolic, high), (diastolic, low)):
        confirmed = column.confirmed if column.confirmed is not None else np.False_
        where = unusual & ~confirmed
        yield _Flag(slot, where, "suspect_item", "pulse_pressure", _limits(limits))


def _nano_pair(texts: tuple[str, str]) -> tuple[int, int]:
    return parse_decimal(texts[0])[0], parse_decimal(texts[1])[0]


def _swapped_body(batch: VisitBatch) -> Iterator[_Flag]:
    pair = _pair(batch, "weight", "height")
    if pair is None:
        return
    weight, height = pair
    centimetres = height.unit == height.item.unit_index(height.item.model_unit)
    swapped = weight.accepted & height.accepted & centimetres & (weight.nano > height.nano)
    for slot, column in (("weight", weight), ("height", height)):
        confirmed = column.confirmed if column.confirmed is not None else np.False_
        yield _Flag(slot, swapped & ~confirmed, "suspect_item", "body_swapped", {})


def _lipid_flags(batch: VisitBatch) -> Iterator[_Flag]:
    total_hdl = _pair(batch, "total_cholesterol", "hdl_cholesterol")
    if total_hdl is not None:
        total, hdl = total_hdl
        clash = _same_unit(total, hdl) & (hdl.nano >= total.nano)
        for slot in ("total_cholesterol", "hdl_cholesterol"):
            yield _Flag(slot, clash, "refused_item", "lipids_swapped", {})
    ldl_hdl = _pair(batch, "ldl_cholesterol", "hdl_cholesterol")
    if total_hdl is None or ldl_hdl is None or ldl_hdl[0].readings != total_hdl[0].readings:
        return
    total, hdl = total_hdl
    ldl = ldl_hdl[0]
    millimoles = ldl.unit == ldl.item.unit_index(ldl.item.model_unit)
    tolerance = parse_decimal(intake_numbers()["lipids"]["sum_tolerance_mmol_per_l"])[0]
    comparable = _same_unit(total, hdl) & _same_unit(ldl, hdl) & millimoles
    clash = comparable & (ldl.nano + hdl.nano > total.nano + tolerance)
    for slot in ("total_cholesterol", "hdl_cholesterol", "ldl_cholesterol"):
        yield _Flag(slot, clash, "suspect_item", "lipids_disagree", {})
