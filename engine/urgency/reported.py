"""The reported values that a condition of an urgent rule looks at, as they were reported."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from ..derived import DERIVED, interarm_difference
from ..filtration import CREATININE, FILTRATION, SENT, computed_rate
from ..fixedpoint import format_nano
from ..guidelines.model import Threshold
from ..logic import TRUE, compare
from ..prediagnosis import InputValue
from ..record import QuantityColumn, VisitBatch
from .low_weight import body_mass_index_for_alarm
from .readings import Meaning, could_hold, meaning_of

BODY_MASS_INDEX: Final = "body_mass_index"


def columns_of(item: str, batch: VisitBatch) -> list[tuple[str, QuantityColumn]]:
    """Return the reported columns that an item of a rule means; ``glucose.*`` means every slot."""
    if item == BODY_MASS_INDEX:
        return [(item, body_mass_index_for_alarm(batch))]
    if item in (SENT, FILTRATION):
        sent = [(SENT, batch.quantities[SENT])] if SENT in batch.quantities else []
        made = [(FILTRATION, computed_rate(batch))] if CREATININE in batch.quantities else []
        return [*sent, *made]
    if item in DERIVED:
        arms = ("systolic_bp.left_arm", "systolic_bp.right_arm")
        if not all(arm in batch.quantities for arm in arms):
            return []
        return [(item, interarm_difference(batch, item.partition(".")[2]))]
    if not item.endswith(".*"):
        return [(item, batch.quantities[item])] if item in batch.quantities else []
    prefix = item[:-1]
    return [(slot, c) for slot, c in batch.quantities.items() if slot.startswith(prefix)]


def values_that_meet(threshold: Threshold, one: VisitBatch) -> Iterator[InputValue]:
    """Yield one person's accepted readings that meet a condition."""
    for slot, column in columns_of(threshold.item, one):
        verdicts = compare(column, threshold.op, threshold.values)
        for reading in np.flatnonzero((verdicts == TRUE)[0]):
            yield _as_reported(slot, column, int(reading), one)


def values_that_could_meet(
    threshold: Threshold, one: VisitBatch
) -> Iterable[tuple[InputValue, Meaning]]:
    """Yield one person's readings that are not used and could meet a condition, and as what."""
    for slot, column in columns_of(threshold.item, one):
        verdicts = compare(column, threshold.op, threshold.values)
        possible = could_hold(column, threshold, verdicts)
        possible |= could_hold(column, threshold, verdicts, of_another_day=True)
        for reading in np.flatnonzero(possible[0]):
            meaning = meaning_of(column, threshold, int(reading))
            yield _as_reported(slot, column, int(reading), one), meaning


def _as_reported(slot: str, column: QuantityColumn, reading: int, one: VisitBatch) -> InputValue:
    texts = one.reported.get(slot, ())
    plain = format_nano(int(column.nano[0, reading]), int(column.comparator[0, reading]))
    unit = int(column.unit[0, reading])
    ucum = column.item.units[unit].ucum if unit >= 0 else ""
    value = texts[0][reading] if texts else plain
    return InputValue(slot, value, ucum, "derived" if slot in DERIVED else "reported")
