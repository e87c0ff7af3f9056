"""HbA1c against its target: a value given as a bound, the last day that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..features import Feature
from ..prediagnosis import Message
from ..record import VisitBatch
from .due import Visit
from .settings import same_target_within_percent
from .target import PLACES
from .waiting import is_waiting

HBA1C: Final = "hba1c"
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Above:
    """By how many percent HbA1c is above its target, at least where it ``is_bound``; NaN: open.

    ``at_most`` is what it is above it at most, by value or by bound; NaN where that is open.
    """

    percent: float
    is_bound: bool
    at_most: float

    def limits(self) -> list[Message]:
        """Return what is said where the value is only known to lie above a bound."""
        return [Message("follow_up.limit.bound")] if self.is_bound else []


def above_today(
    batch: VisitBatch, made: Mapping[str, Feature], target: float, *, reads_hba1c: bool
) -> Above:
    """Return how far HbA1c of today is above its target.

    Parameters
    ----------
    batch : this visit
    made : its features
    target : in percent
    reads_hba1c : HbA1c of today can be interpreted in this person
    """
    hba1c = made["hba1c_percent"]
    if hba1c.observed[0]:
        above = round(float(hba1c.values[0]) - target, PLACES)
        return Above(above, is_bound=False, at_most=above)
    if not reads_hba1c:
        return Above(_NAN, is_bound=False, at_most=_NAN)
    bound = bound_above(batch, target)
    return Above(bound, is_bound=bool(np.isfinite(bound)), at_most=_at_most(batch, target))


def _at_most(batch: VisitBatch, target: float) -> float:
    """Return by how many percent at most HbA1c is above its target, by its upper bound; or NaN."""
    column = batch.quantity(HBA1C)
    under = column.model_values()[0][column.accepted[0] & (column.comparator[0] < 0)]
    return round(float(under.min()) - target, PLACES) if under.size else _NAN


def bound_above(batch: VisitBatch, target: float) -> float:
    """Return by how many percent at least HbA1c is above its target, where only a bound was given.

    Parameters
    ----------
    batch : one visit
    target : in percent

    Returns
    -------
    NaN where no accepted value is a lower bound at or above the target, in whichever unit
    """
    column = batch.quantity(HBA1C)
    values = column.model_values()[0]
    is_bound = column.comparator[0] > 0
    over = values[is_bound & (values >= target - same_target_within_percent())]
    return max(round(float(over.max()) - target, PLACES), 0.0) if over.size else _NAN


def may_be_above(visits: Sequence[Visit], target: float) -> bool:
    """Say whether HbA1c is above its target, or may be, as far as any visit measured it.

    The last day that decides counts: of several results of that day the one above, and a value that
    waits or was refused may be above. A bound that leaves the target open decides nothing, and
    where nothing decides, HbA1c may be above.

    Parameters
    ----------
    visits : checked records of one person with their days
    target : in percent
    """
    waits = {day for batch, day in visits if is_waiting(batch, (HBA1C,))}
    days = waits | {day for batch, day in visits if batch.quantity(HBA1C).accepted.any()}
    for last in sorted(days, reverse=True):
        of_day = [batch for batch, day in visits if day == last]
        if last in waits or any(_is_above(batch, target) for batch in of_day):
            return True
        if any(_is_met(batch, target) for batch in of_day):
            return False
    return bool(days)


def _is_above(batch: VisitBatch, target: float) -> bool:
    column = batch.quantity(HBA1C)
    values = np.round(column.model_values()[0], PLACES)
    exact = (column.comparator[0] == 0) & (values > target + same_target_within_percent())
    return bool(exact.any() or np.isfinite(bound_above(batch, target)))


def _is_met(batch: VisitBatch, target: float) -> bool:
    column = batch.quantity(HBA1C)
    values = np.round(column.model_values()[0], PLACES)
    under = (column.comparator[0] <= 0) & (values <= target + same_target_within_percent())
    return bool(under.any())
