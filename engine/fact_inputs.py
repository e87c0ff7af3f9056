"""The values behind a guideline row of one person, as reported, with what they were made from."""

from collections.abc import Mapping

import numpy as np

from .combine import ARMS, DERIVED, CombinedInput
from .fact_columns import FactColumns
from .fixedpoint import format_nano
from .guidelines import FindingSpec, Row
from .prediagnosis import InputValue, Parameter
from .record import ItemState, QuantityColumn, VisitBatch


def is_reported(columns: FactColumns, item: str, person: int) -> bool:
    """Return whether an item of a row has an accepted value; a tally has no item."""
    combined = columns.inputs.get(item)
    return combined is not None and bool(combined.column.accepted[person, 0])


def row_parameters(
    columns: FactColumns, batch: VisitBatch, person: int, row: Row
) -> dict[str, Parameter]:
    """Return what fills a row's sentence: the item, its value, the row's own printed number."""
    if row.threshold is None or not is_reported(columns, row.item, person):
        return {}
    combined = columns.inputs[row.threshold.item]
    unit = _unit(combined.column, person, 0)
    return {
        "item": f"item:{_name(combined, person, row.threshold.item)}",
        "value": _value(combined, batch, person),
        "unit": f"unit:{unit}",
        "limit": row.threshold.printed.get(unit, ""),
    }


def input_values(
    columns: FactColumns, batch: VisitBatch, person: int, row: Row
) -> list[InputValue]:
    """Return the value that a row compared, and the readings that it was made from."""
    if row.threshold is None or not is_reported(columns, row.item, person):
        return []
    item = row.threshold.item
    combined = columns.inputs[item]
    name = _name(combined, person, item)
    is_derived = bool(combined.averaged[person]) or name in DERIVED
    value = InputValue(
        name=name,
        value=_value(combined, batch, person),
        unit=_unit(combined.column, person, 0),
        origin="derived" if is_derived else "reported",
    )
    if not is_derived:
        return [value]
    last = 2 if combined.averaged[person] else None
    return [value, *_readings(batch, person, name, last)]


def _name(combined: CombinedInput, person: int, item: str) -> str:
    """Return the slot that the value came from (the arm that was used)."""
    slot = int(combined.slot[person])
    return combined.slots[slot] if slot >= 0 and combined.slots[slot] else item


def _value(combined: CombinedInput, batch: VisitBatch, person: int) -> str:
    column = combined.column
    nano, sign = int(column.nano[person, 0]), int(column.comparator[person, 0])
    slot = combined.slots[max(int(combined.slot[person]), 0)]
    texts = batch.reported.get(slot, ())
    source = batch.quantities.get(slot)
    if source is None or combined.averaged[person] or person >= len(texts):
        return format_nano(nano, sign)
    same = (source.nano[person] == nano) & (source.comparator[person] == sign)
    at = np.flatnonzero(same & source.accepted[person])
    return texts[person][int(at[-1])] if at.size else format_nano(nano, sign)


def _unit(column: QuantityColumn, person: int, reading: int) -> str:
    index = int(column.unit[person, reading])
    return column.item.units[index].ucum if index >= 0 else ""


def _readings(batch: VisitBatch, person: int, name: str, last: int | None) -> list[InputValue]:
    """Return the accepted readings behind a derived value, only the last ones if so asked."""
    values = []
    for slot in _made_from(name):
        column = batch.quantity(slot)
        texts = batch.reported.get(slot, ())
        at = np.flatnonzero(column.accepted[person])
        for reading in at if last is None else at[-last:]:
            plain = format_nano(
                int(column.nano[person, reading]), int(column.comparator[person, reading])
            )
            text = texts[person][int(reading)] if person < len(texts) else plain
            values.append(InputValue(slot, text, _unit(column, person, int(reading))))
    return values


def _made_from(name: str) -> tuple[str, ...]:
    if name == "body_mass_index":
        return ("weight", "height")
    if name.startswith("interarm_difference"):
        return tuple(f"systolic_bp.{arm}" for arm in ARMS[:2])
    return (name,)


def slots_of(item: str) -> tuple[str, ...]:
    """Return the slots of the record behind an item of a row."""
    base, _, qualifier = item.partition(".")
    if qualifier == "higher_arm":
        return tuple(f"{base}.{arm}" for arm in ARMS)
    return _made_from(item)


def states_of(spec: FindingSpec, batch: VisitBatch, person: int) -> Mapping[str, ItemState]:
    """Return slot -> the worst state among its readings, for every slot behind a finding."""
    slots = dict.fromkeys(slot for item in spec.items for slot in slots_of(item))
    return {
        slot: ItemState(int(batch.quantities[slot].state[person].max()))
        for slot in slots
        if slot in batch.quantities
    }
