"""HbA1c against its target: the target, a value given as a bound, the last value known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..features import Feature
from ..prediagnosis import Message
from ..record import VisitBatch
from .due import Visit
from .settings import same_target_within_percent, usual_target_percent

HBA1C: Final = "hba1c"
TARGET: Final = "hba1c_target"
PLACES: Final = 2
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Target:
    """The HbA1c that control is judged by, in percent.

    ``also`` is the laxest of several that were set at this visit; equal where there is no other.
    """

    percent: float
    also: float
    is_set: bool

    @property
    def is_conflicting(self) -> bool:
        """Whether two different ones were set at this visit."""
        return self.also > self.percent

    def limits(self) -> list[Message]:
        """Return what is said of it: that it is the usual one, or the stricter of two."""
        if self.is_conflicting:
            both = {"percent": self.percent, "other": self.also}
            return [Message("follow_up.limit.two_targets", both)]
        if self.is_set:
            return []
        return [Message("follow_up.limit.usual_target", {"percent": self.percent})]


@dataclass(frozen=True, slots=True)
class Above:
    """By how many percent HbA1c is above its target, at least where it ``is_bound``; NaN: open."""

    percent: float
    is_bound: bool

    def limits(self) -> list[Message]:
        """Return what is said where the value is only known to lie above a bound."""
        return [Message("follow_up.limit.bound")] if self.is_bound else []


def target_of(batch: VisitBatch, made: Mapping[str, Feature]) -> Target:
    """Return the target that was set today, of several the strictest; else the usual one.

    Parameters
    ----------
    batch : this visit
    made : its features
    """
    feature = made["hba1c_target_percent"]
    if not feature.observed[0]:
        return Target(usual_target_percent(), usual_target_percent(), is_set=False)
    column = batch.quantity(TARGET)
    values = column.model_values()[0]
    values = values[np.isfinite(values)]
    strict, lax = float(values.min()), float(values.max())
    if lax - strict <= same_target_within_percent():
        strict = lax = float(feature.values[0])
    return Target(round(strict, PLACES), round(lax, PLACES), is_set=True)


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
        return Above(round(float(hba1c.values[0]) - target, PLACES), is_bound=False)
    bound = bound_above(batch, target) if reads_hba1c else _NAN
    return Above(bound, is_bound=bool(np.isfinite(bound)))


def bound_above(batch: VisitBatch, target: float) -> float:
    """Return by how many percent at least HbA1c is above its target, where only a bound was given.

    Parameters
    ----------
    batch : one visit
    target : in percent

    Returns
    -------
    NaN where no accepted value is a lower bound at or above the target
    """
    column = batch.quantity(HBA1C)
    values = column.model_values()[0]
    is_bound = column.comparator[0] > 0
    over = values[is_bound & (values >= target)]
    return round(float(over.max()) - target, PLACES) if over.size else _NAN


def is_last_above(visits: Sequence[Visit], target: float) -> bool:
    """Say whether the last HbA1c that any visit holds is above the target, by value or by bound.

    Parameters
    ----------
    visits : checked records of one person with their days
    target : in percent
    """
    measured = [one for one in visits if one[0].quantity(HBA1C).accepted.any()]
    if not measured:
        return False
    batch, _ = sorted(measured, key=lambda one: one[1])[-1]
    column = batch.quantity(HBA1C)
    values = np.round(column.model_values()[0], PLACES)
    exact = (column.comparator[0] == 0) & (values > target)
    return bool(exact.any() or np.isfinite(bound_above(batch, target)))
