"""What stood behind a feature, for printing: the value as reported wherever one value made it."""

from collections.abc import Mapping

import numpy as np

from ..derived import ARMS, office_pressure
from ..features import Feature, combined_values
from ..fixedpoint import NANO
from ..one_person import take_person
from ..prediagnosis import InputValue
from ..record import UNKNOWN, QuantityColumn, VisitBatch

_AVERAGED = 2
_DERIVED_DIGITS = 3
_DIGITS_OF_UNIT = {"kg/m2": 2}
"""The body mass index as the findings on it print it."""


def pressure_arm(batch: VisitBatch, row: int) -> str:
    """Return the arm whose pressure models read of one person."""
    return ARMS[int(office_pressure(take_person(batch, row)).arm[0])]


def input_value(
    name: str, made: Mapping[str, Feature], batch: VisitBatch, row: int, arm: str
) -> InputValue:
    """Return one model input of one person as it is to be printed; ``arm`` from `pressure_arm`.

    A value that one reading made keeps the reported text and unit; a mean, an index or a ratio is
    marked derived; a missing one is marked estimated and has no value.
    """
    feature = made[name]
    if not feature.observed[row]:
        return InputValue(name, "", "", "estimated")
    reported = _reported(feature, batch, row, arm)
    if reported is not None:
        return reported
    return InputValue(
        name, _shortest(float(feature.values[row]), feature.unit), feature.unit, "derived"
    )


def _reported(feature: Feature, batch: VisitBatch, row: int, arm: str) -> InputValue | None:
    if len(feature.sources) != 1:
        return None
    source = feature.sources[0]
    if source in batch.vocabulary.questions:
        index = int(batch.answer(source)[row])
        code = batch.vocabulary.questions[source].choices[index].code if index != UNKNOWN else ""
        return InputValue(source, code, "")
    if source == "sex":
        return InputValue("sex", "male" if feature.values[row] else "female", "")
    if source == "age":
        return InputValue("age_years", str(int(feature.values[row])), "a")
    slot = source if source in batch.vocabulary.slots else f"{source}.{arm}"
    return _reading(feature, slot, batch, row)


def source_values(feature: Feature, batch: VisitBatch, row: int) -> dict[str, InputValue]:
    """Return the measurements that an index or a ratio was made from, by slot; else none.

    Parameters
    ----------
    feature : of one or several sources
    batch : the record after the plausibility check
    row : which person
    """
    if len(feature.sources) == 1:
        return {}
    found = {}
    for slot in feature.sources:
        values = combined_values(batch, slot)
        one = Feature(slot, "", values, np.isfinite(values), (slot,))
        value = _reading(one, slot, batch, row) if one.observed[row] else None
        if value is not None:
            found[slot] = value
    return found


def _reading(feature: Feature, slot: str, batch: VisitBatch, row: int) -> InputValue | None:
    """Return what made a feature, in the unit that was reported; None where it took more.

    The last reading that is the value stands as reported; a mean of the last two readings, in one
    unit, is printed in that unit.
    """
    by_row = batch.reported.get(slot, ())
    texts = by_row[row] if row < len(by_row) else ()
    column = batch.quantity(slot)
    read = [int(i) for i in np.flatnonzero(column.accepted[row]) if i < len(texts)]
    value, values = float(feature.values[row]), column.model_values()[row]
    for i in reversed(read):
        if np.isclose(values[i], value):
            return InputValue(feature.name, texts[i], _ucum(column, row, i))
    last = read[-_AVERAGED:]
    units = {_ucum(column, row, i) for i in last}
    if len(units) != 1 or not np.isclose(values[last].mean(), value):
        return None
    ucum = units.pop()
    mean = float(column.nano[row, last].mean()) / NANO
    return InputValue(feature.name, _shortest(mean, ucum), ucum, "derived")


def _ucum(column: QuantityColumn, row: int, reading: int) -> str:
    return column.item.units[int(column.unit[row, reading])].ucum


def _shortest(value: float, unit: str) -> str:
    text = f"{value:.{_DIGITS_OF_UNIT.get(unit, _DERIVED_DIGITS)}f}".rstrip("0").rstrip(".")
    return text or "0"
