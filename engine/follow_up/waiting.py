"""Values that were sent and that nobody uses yet: refused, or waiting to be confirmed.

An index that left such a value out fell when a pressure rose from 200 to 210 mmHg and became
suspect: what gets worse must never look like better control.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from ..bundles.verify import Bundle
from ..features import Feature
from ..filtration import CREATININE
from ..prediagnosis import Message
from ..record import BoolArray, ItemState, QuantityColumn, VisitBatch
from ..trajectories.points import IN_NO_COLUMN, NO_VALUE
from ..trajectories.settings import trajectory_items

_OF_RULES: Final = {
    "hba1c_above_target_percent": ("hba1c",),
    "systolic_bp_mmhg": ("systolic_bp", "diastolic_bp"),
}
"""Inputs that are read from other items than their feature names, or from a pair of them."""
_REFUSED: Final = ("refused_item", "suspect_item")
INCREASING: Final = "increasing"


def is_waiting(batch: VisitBatch, slots: Sequence[str]) -> bool:
    """Say whether a value of some items was sent that is refused or waits to be confirmed.

    One that is only too old waits for nobody.

    Parameters
    ----------
    batch : one visit
    slots : items, or slots of theirs
    """
    return any(True for _ in waiting_days(batch, slots, date.max))


def waiting_days(batch: VisitBatch, slots: Sequence[str], visit: date) -> Iterator[date]:
    """Yield the day of each value of some items that was sent and is refused or to be confirmed.

    Parameters
    ----------
    batch : one visit
    slots : items, or slots of theirs
    visit : its day, which what stands in no column is of
    """
    for slot in slots:
        days = [on for c in _columns(batch, slot) for on in _days(c, c.waiting, visit)]
        yield from days
        codes = {p.code for p in batch.problems if p.item == slot and p.severity in _REFUSED}
        codes -= {*NO_VALUE}
        if codes and (not days or codes & {*IN_NO_COLUMN}):
            yield visit


def measured_days(batch: VisitBatch, slots: Sequence[str], visit: date) -> Iterator[date]:
    """Yield the day of each value of some slots that can be used, or could on its own day.

    Parameters
    ----------
    batch : one visit
    slots : of the record
    visit : its day
    """
    for slot in slots:
        column = batch.quantity(slot)
        old = np.zeros_like(column.accepted) if column.old is None else column.old
        then = old & (column.state == ItemState.SUSPECT)
        yield from _days(column, column.accepted | then, visit)


def _days(column: QuantityColumn, which: BoolArray, visit: date) -> Iterator[date]:
    yield from (visit - timedelta(days=int(days)) for days in column.age_days[0][which[0]])


def of_today_contradict(batch: VisitBatch, item: str) -> bool:
    """Say whether a laboratory's results of one visit differ by more than the item repeats.

    Of 11.0 % and 6.0 % the one that was sent last made the index, at target or high.

    Parameters
    ----------
    batch : one visit
    item : an item of the rules
    """
    followed = next((one for one in trajectory_items() if item in (one.source, one.name)), None)
    if followed is None or followed.again_at_once:
        return False
    exact = [c.model_values()[0][c.comparator[0] == 0] for c in _columns(batch, item)]
    values = np.concatenate([np.array([]), *exact])
    values = values[np.isfinite(values)]
    return bool(values.size and np.ptp(values) > np.abs(values).max() * followed.repeats)


class Withheld(NamedTuple):
    """An input of the rules that must be known before they give an index, and what is said."""

    name: str
    message: Message


def withheld_by(
    bundle: Bundle, batch: VisitBatch, made: Mapping[str, Feature]
) -> Iterator[Withheld]:
    """Yield what an index must wait for: values of today that could only make it worse.

    Parameters
    ----------
    bundle : the rules of the index
    batch : this visit
    made : its features
    """
    for spec in bundle.manifest.inputs:
        feature = made.get(spec.name)
        items = _OF_RULES.get(spec.name, feature.sources if feature else ())
        waiting = next((item for item in items if is_waiting(batch, (item,))), "")
        torn = next((item for item in items if of_today_contradict(batch, item)), "")
        if waiting:
            yield Withheld(spec.name, Message("follow_up.limit.waits", {"item": f"item:{waiting}"}))
        elif torn:
            said = Message("follow_up.limit.contradicts", {"item": f"item:{torn}"})
            yield Withheld(spec.name, said)
        elif feature and not feature.observed[0]:
            bounds = (item for item in items if _is_bound(batch, item, spec.monotone))
            given = ({"item": f"item:{item}"} for item in bounds)
            told = (Message("follow_up.limit.input_bound", {**one}) for one in given)
            yield from (Withheld(spec.name, message) for message in told)


def _is_bound(batch: VisitBatch, item: str, monotone: str) -> bool:
    """Say whether an item is known only to lie on the worse side of a bound."""
    sign = 1 if (monotone == INCREASING) != (item == CREATININE) else -1
    return any((c.accepted & (c.comparator * sign > 0)).any() for c in _columns(batch, item))


def _columns(batch: VisitBatch, slot: str) -> Iterator[QuantityColumn]:
    """Yield the columns of a slot, or of every slot of an item."""
    for name, column in batch.quantities.items():
        if name == slot or name.startswith(f"{slot}."):
            yield column
