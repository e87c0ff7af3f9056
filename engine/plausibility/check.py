"""Which values may be used: each is accepted, suspect (a person must confirm it) or refused.

Nothing is corrected. A value that looks like another unit is refused with the reading that would
make sense, and the urgent rules look at every reading of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from ..fixedpoint import Int64Array, format_nano
from ..intake.document import intake_numbers
from ..record import MALE, UNKNOWN, YES, BoolArray, ItemState, Problem, QuantityColumn, VisitBatch
from ..vocabulary import SuspectReading
from .contradictions import Flag, contradictions
from .diabetes import with_diabetes_in_doubt, with_implied_treatments
from .pregnancy import PREGNANCY, can_be_pregnant

PLACES: Final = 2


def check_plausibility(batch: VisitBatch) -> VisitBatch:
    """Return the record with the state of every value decided and every doubt noted.

    Item by item: hard limits refuse, unit suspicion refuses with a proposed reading, soft limits
    make suspect unless a named person confirmed the value. Then items against each other. Limits:
    ``engine/vocabulary/measurements.toml`` and ``intake.toml``, with their sources.
    """
    batch = with_diabetes_in_doubt(with_implied_treatments(batch))
    batch = _doubtful_pregnancy(_plausible_age(batch))
    flags = [flag for slot in batch.quantities for flag in _item_flags(batch, slot)]
    batch = _apply(batch, flags)
    return _apply(batch, list(contradictions(batch)))


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
    """Doubt a pregnancy that the recorded sex or age speaks against: one of the two is wrong.

    The answer is kept: until somebody says which, urgent rules of pregnancy hold and models that
    are not meant for it stay silent.
    """
    doubtful = (batch.answer(PREGNANCY) == YES) & ~can_be_pregnant(batch)
    problems = [
        Problem(int(row), "suspect_item", "pregnancy_of_a_man", "$.conditions", PREGNANCY)
        if batch.sex[row] == MALE
        else Problem(
            int(row), "suspect_item", "pregnancy_at_an_age", "$.conditions", PREGNANCY,
            parameters={"value": str(int(batch.age_years[row]))},
        )
        for row in np.flatnonzero(doubtful)
    ]  # fmt: skip
    return replace(batch, problems=(*batch.problems, *problems))


def _apply(batch: VisitBatch, flags: list[Flag]) -> VisitBatch:
    columns = dict(batch.quantities)
    problems = list(batch.problems)
    for flag in flags:
        if not flag.where.any():
            continue
        column = columns[flag.slot]
        problems.extend(_problems(batch, column, flag))
        if flag.severity == "note":
            continue
        new = ItemState.REFUSED if flag.severity == "refused_item" else ItemState.SUSPECT
        worse = flag.where & (column.state < new) & column.present
        columns[flag.slot] = column.with_state(np.where(worse, np.int8(new), column.state))
    return replace(batch, quantities=columns, problems=tuple(problems))


def _problems(batch: VisitBatch, column: QuantityColumn, flag: Flag) -> Iterator[Problem]:
    for row, reading in np.argwhere(flag.where):
        here = (int(row), int(reading))
        value, unit = _printed(batch, flag.slot, here)
        beside: dict[str, str] = {}
        for role, (slot, at) in flag.partners.items():
            beside |= _named(batch, role, slot, (here[0], int(at[here])))
        numbers = {name: f"{values[row]:.{PLACES}f}" for name, values in flag.numbers.items()}
        yield Problem(
            row=here[0],
            severity=flag.severity,
            code=flag.code,
            path=_path(batch, flag.slot, here),
            item=column.item.code,
            parameters={"value": value, "unit": unit, **flag.parameters, **beside, **numbers},
        )


def _path(batch: VisitBatch, slot: str, at: tuple[int, int]) -> str:
    paths = batch.paths.get(slot, ())
    return paths[at[1]] if at[1] < len(paths) else slot


def _printed(batch: VisitBatch, slot: str, at: tuple[int, int]) -> tuple[str, str]:
    """Return a value with the digits that were reported, and its unit."""
    column, texts = batch.quantities[slot], batch.reported.get(slot, ())
    known = at[0] < len(texts) and at[1] < len(texts[at[0]])
    plain = format_nano(int(column.nano[at]), int(column.comparator[at]))
    unit = int(column.unit[at])
    ucum = column.item.units[unit].ucum if unit >= 0 else ""
    return texts[at[0]][at[1]] if known else plain, ucum


def _named(batch: VisitBatch, role: str, slot: str, at: tuple[int, int]) -> dict[str, str]:
    """Name a value that another one contradicts: what it is, and how much."""
    value, unit = _printed(batch, slot, at)
    return {role: value, f"{role}_item": f"item:{slot}", f"{role}_unit": f"unit:{unit}"}


def _item_flags(batch: VisitBatch, slot: str) -> Iterator[Flag]:
    column = batch.quantities[slot]
    confirmed = column.confirmed if column.confirmed is not None else np.False_
    for index, unit in enumerate(column.item.units):
        here = column.accepted & (column.unit == index)
        outside_hard = here & _outside(column.nano, unit.hard)
        yield Flag(slot, outside_hard, "refused_item", "hard_implausible", _limits(unit.hard))
        rest = here & ~outside_hard & ~confirmed
        for suspect in unit.suspects:
            hit = rest & _is_suspect(column.nano, suspect)
            yield Flag(slot, hit, "refused_item", "unit_suspect", {"reads_as": suspect.reads_as})
            yield Flag(
                slot,
                outside_hard & _is_suspect(column.nano, suspect) & _possible(column, suspect),
                "note",
                "unit_suspect",
                {"reads_as": suspect.reads_as},
            )
            rest = rest & ~hit
        soft = rest & _outside(column.nano, unit.soft)
        yield Flag(slot, soft, "suspect_item", "soft_implausible", _limits(unit.soft))


def _possible(column: QuantityColumn, suspect: SuspectReading) -> BoolArray:
    """Return where a number is possible in the unit that is proposed, where that is accepted."""
    index = column.item.unit_index(suspect.reads_as)
    if index < 0:
        return np.ones(column.nano.shape, dtype=np.bool_)
    return ~_outside(column.nano, column.item.units[index].hard)


def _limits(limits: tuple[int, int]) -> dict[str, str]:
    return {"low": format_nano(limits[0]), "high": format_nano(limits[1])}


def _outside(nano: Int64Array, limits: tuple[int, int]) -> BoolArray:
    return np.asarray((nano < limits[0]) | (nano > limits[1]))


def _is_suspect(nano: Int64Array, suspect: SuspectReading) -> BoolArray:
    above = nano > suspect.above if suspect.above is not None else np.zeros(nano.shape, np.bool_)
    below = nano < suspect.below if suspect.below is not None else np.zeros(nano.shape, np.bool_)
    return np.asarray(above | below)
