"""HbA1c against its target: a value given as a bound, the last day that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from ..features import Feature
from ..prediagnosis import Message
from ..record import VisitBatch
from .due import Visit
from .settings import same_target_within_percent
from .target import PLACES
from .waiting import waiting_days

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
    waits = {on for batch, day in visits for on in waiting_days(batch, (HBA1C,), day)}
    measured: dict[date, list[tuple[float, int]]] = {}
    for batch, day in visits:
        column = batch.quantity(HBA1C)
        values, sign = column.model_values()[0], np.sign(column.comparator[0])
        for i in np.flatnonzero(column.accepted[0]):
            on = day - timedelta(days=int(column.age_days[0, i]))
            measured.setdefault(on, []).append((float(values[i]), int(sign[i])))
    for last in sorted({*waits, *measured}, reverse=True):
        of_day = measured.get(last, [])
        if last in waits or any(_is_above(*one, target) for one in of_day):
            return True
        if any(_is_met(*one, target) for one in of_day):
            return False
    return bool(waits or measured)


def _is_above(percent: float, sign: int, target: float) -> bool:
    within = same_target_within_percent()
    if sign:
        return sign > 0 and percent >= target - within
    return round(percent, PLACES) > target + within


def _is_met(percent: float, sign: int, target: float) -> bool:
    return sign <= 0 and round(percent, PLACES) <= target + same_target_within_percent()
