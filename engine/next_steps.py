"""The cheapest next measurement for a value that is missing: only the part that is not there."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np

from .derived import ARMS
from .features import combined_values, feature_table
from .record import ItemState, VisitBatch

CONFIRM: Final = "next_step.confirm_value"
CORRECT: Final = "next_step.correct_value"
EXACT: Final = "next_step.exact_value"
UNUSED: Final = (CONFIRM, CORRECT, EXACT)
"""The steps for a value that came and is not used: unconfirmed, refused, or only a bound."""


@cache
def _feature_of_slot() -> Mapping[str, str]:
    return {row["slot"]: row["name"] for row in feature_table() if "slot" in row}


@cache
def parts_of(feature: str) -> tuple[str, ...]:
    """Return the slots that one feature is made from, where each of them is measured by itself.

    >>> parts_of("waist_to_height_ratio"), parts_of("bmi_kg_per_m2")
    (('waist', 'height'), ('height', 'weight'))
    """
    row = next(row for row in feature_table() if row["name"] == feature)
    sources = (row["slot"],) if "slot" in row else tuple(row.get("uses", ()))
    return tuple(source for source in sources if source in _feature_of_slot())


def next_step(slots: tuple[str, ...], batch: VisitBatch, row: int) -> str:
    """Return the step for the one slot that is missing among these; empty where several are.

    Parameters
    ----------
    slots : what a value is made from
    batch : the record after the plausibility check
    row : which person

    Returns
    -------
    the sentence of the step: measure it, or what makes the value that came and is not used usable
    """
    exact = {slot: np.isfinite(combined_values(batch, slot)[row]) for slot in slots}
    missing = [slot for slot in slots if not exact[slot]]
    if len(missing) != 1:
        return ""
    if batch.quantity(missing[0]).accepted[row].any():
        return EXACT
    worst = int(batch.quantity(missing[0]).state[row].max())
    if worst == ItemState.SUSPECT:
        return CONFIRM
    return CORRECT if worst == ItemState.REFUSED else f"next_step.{_feature_of_slot()[missing[0]]}"


def step_of(feature: str, batch: VisitBatch, row: int) -> str:
    """Return the step for a feature that is missing: for the one part of it that is not there.

    Parameters
    ----------
    feature : as in vocabulary/features.toml
    batch : the record after the plausibility check
    row : which person

    Returns
    -------
    as ``next_step``; of a pressure that came and is not used at either arm, what makes it usable
    """
    arm = next(one.get("arm") for one in feature_table() if one["name"] == feature)
    if arm is None:
        return next_step(parts_of(feature), batch, row)
    slots = [slot for name in ARMS if (slot := f"{arm}.{name}") in batch.quantities]
    worst = max((int(batch.quantity(slot).state[row].max()) for slot in slots), default=0)
    return {ItemState.SUSPECT: CONFIRM, ItemState.REFUSED: CORRECT}.get(ItemState(worst), "")
