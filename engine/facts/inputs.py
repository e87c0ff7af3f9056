"""The values behind a guideline row of one person, as reported, with what they were made from."""

from collections.abc import Mapping

import numpy as np

from ..combine import CombinedInput
from ..derived import ARMS, DERIVED
from ..filtration import CREATININE, FILTRATION, SENT
from ..fixedpoint import format_nano
from ..guidelines import FindingSpec, Row
from ..guidelines.model import Threshold
from ..logic import compare
from ..prediagnosis import InputValue, Parameter
from ..record import ItemState, QuantityColumn, VisitBatch
from .columns import FactColumns


def is_reported(columns: FactColumns, item: str, person: int) -> bool:
    """Return whether an item of a row has an accepted value; a tally has no item."""
    combined = columns.inputs.get(item)
    return combined is not None and bool(combined.column.accepted[person, 0])


def results_that_say(
    columns: FactColumns, threshold: Threshold, person: int, verdict: np.int8
) -> list[int]:
    """Return which accepted results of a row's item say so, in the order of the record."""
    found = columns.inputs[threshold.item].readings
    said = compare(found, threshold.op, threshold.values)[person]
    return [int(i) for i in np.flatnonzero((said == verdict) & found.accepted[person])]


def furthest_result(columns: FactColumns, row: Row, person: int) -> int:
    """Return which accepted result of a row's item lies furthest on the side that it looks for.

    Of 6.8 % and ">14.0 %" of one day the sentence named 6.8 %.
    """
    combined = columns.inputs.get(row.item)
    if row.threshold is None or combined is None or combined.readings.readings <= 1:
        return 0
    readings = combined.readings
    side = -1 if row.threshold.op[0] == "<" else 1
    order = np.lexsort((side * readings.comparator[person], side * readings.model_values()[person]))
    kept = [int(i) for i in order if readings.accepted[person, i]]
    return kept[-1] if kept else 0


def row_parameters(
    columns: FactColumns, batch: VisitBatch, person: int, row: Row, result: int = 0
) -> dict[str, Parameter]:
    """Return what fills a row's sentence: the item, its value, the row's own printed number."""
    if row.threshold is None or not is_reported(columns, row.item, person):
        return {}
    value = _input_value(columns, batch, person, (row.item, result))
    return {
        "item": f"item:{value.name}",
        "value": value.value,
        "unit": f"unit:{value.unit}",
        "limit": row.threshold.printed.get(value.unit, ""),
    }


def input_values(
    columns: FactColumns, batch: VisitBatch, person: int, row: Row, result: int = 0
) -> list[InputValue]:
    """Return the value that a row compared, and the readings that it was made from."""
    if row.threshold is None or not is_reported(columns, row.item, person):
        return []
    combined = columns.inputs[row.item]
    value = _input_value(columns, batch, person, (row.item, result))
    if value.origin == "reported":
        return [value]
    last = 2 if combined.averaged[person] else None
    return [value, *_readings(batch, person, value.name, last)]


def values_of(columns: FactColumns, batch: VisitBatch, person: int, item: str) -> list[InputValue]:
    """Return every accepted value of an item of a row, in the order of the record."""
    accepted = columns.inputs[item].readings.accepted[person]
    places = [(item, int(at)) for at in np.flatnonzero(accepted)]
    return [_input_value(columns, batch, person, place) for place in places]


def _input_value(
    columns: FactColumns, batch: VisitBatch, person: int, place: tuple[str, int]
) -> InputValue:
    """Return one value of an item (of several results the one at that place), as reported."""
    item, result = place
    combined = columns.inputs[item]
    if combined.readings.readings > 1:
        return InputValue(
            item, *reading_as_reported(batch, combined.readings, item, (person, result))
        )
    is_derived = bool(combined.averaged[person]) or item in DERIVED
    return InputValue(
        name=_name(combined, person, item),
        value=_value(combined, batch, person),
        unit=_unit(combined.column, person, 0),
        origin="derived" if is_derived else "reported",
    )


def value_as_reported(columns: FactColumns, batch: VisitBatch, person: int, item: str) -> str:
    """Return the one value that stands for an item, with the digits that were reported."""
    return _value(columns.inputs[item], batch, person)


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
    values: list[InputValue] = []
    for slot in _made_from(name):
        column = batch.quantity(slot)
        at = np.flatnonzero(column.accepted[person])
        values.extend(
            InputValue(slot, *reading_as_reported(batch, column, slot, (person, int(reading))))
            for reading in (at if last is None else at[-last:])
        )
    return values


def reading_as_reported(
    batch: VisitBatch, column: QuantityColumn, slot: str, at: tuple[int, int]
) -> tuple[str, str]:
    """Return one reading of a slot (person, reading), with the digits as reported, and its unit."""
    person, reading = at
    texts = batch.reported.get(slot, ())
    plain = format_nano(int(column.nano[at]), int(column.comparator[at]))
    known = person < len(texts) and reading < len(texts[person])
    return texts[person][reading] if known else plain, _unit(column, person, reading)


def _made_from(name: str) -> tuple[str, ...]:
    if name == "body_mass_index":
        return ("weight", "height")
    if name == FILTRATION:
        return (SENT, CREATININE)
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
