"""Which values of a visit may be used, by slot, with those that findings make of readings."""

from .derived import DERIVED, combined_input
from .filtration import CREATININE, SENT
from .record import BoolArray, QuantityColumn, VisitBatch

_BODY_MASS_INDEX = "body_mass_index"


def measured_in(batch: VisitBatch) -> list[str]:
    """Return the slots of a batch, and the values that findings make of its readings."""
    items = {slot.partition(".")[0] for slot in batch.quantities}
    if CREATININE in items:
        items.add(SENT)
    made = [name for name, item in DERIVED.items() if item in items or name == _BODY_MASS_INDEX]
    return [*batch.quantities, *made]


def usable_values(batch: VisitBatch, slot: str) -> tuple[QuantityColumn, BoolArray]:
    """Return the readings of a slot, and which of them were accepted and are of the visit.

    Parameters
    ----------
    batch : records after the plausibility check; of a refused one nothing is used
    slot : a slot, or a value that is made of readings
    """
    column = combined_input(batch, slot).column if slot in DERIVED else batch.quantity(slot)
    there = column.accepted & ~batch.refused[:, None]
    if column.old is not None and column.old.shape == there.shape:
        there = there & ~column.old
    return column, there
