"""Results of one laboratory test on one day that can't both be true: no model reads either.

Of a cholesterol of 1.4 and 3.0 g/L of one sample the model took the one that was sent last.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .bundles.load import Models
from .combine import last_usable
from .features import Feature
from .record import BoolArray, ItemState, QuantityColumn, VisitBatch

Torn = Mapping[str, BoolArray]


def without_contradicting(batch: VisitBatch) -> tuple[VisitBatch, Torn]:
    """Return the record as models read it, and bool (n,) by slot: its results contradict.

    They wait for a repeat. Facts and urgent rules read each of them, so that the worse one speaks.

    Parameters
    ----------
    batch : n records after the plausibility check
    """
    several = {
        slot: column
        for slot, column in batch.quantities.items()
        if column.readings > 1 and (column.accepted.sum(axis=1) > 1).any()
    }
    if not several:
        return batch, {}
    from .trajectories.settings import trajectory_items  # noqa: PLC0415 - most visits need none

    of_laboratory = [one for one in trajectory_items() if not one.again_at_once]
    share = {name: one.repeats for one in of_laboratory for name in (one.name, one.source)}
    changed: dict[str, QuantityColumn] = {}
    found: dict[str, BoolArray] = {}
    for slot, column in several.items():
        torn = contradicts(column, share[slot]) if slot in share else None
        if torn is not None and torn.any():
            waits = torn[:, None] & column.accepted
            state = np.where(waits, np.int8(ItemState.SUSPECT), column.state).astype(np.int8)
            changed[slot], found[slot] = column.with_state(state), torn
    return replace(batch, quantities={**batch.quantities, **changed}) if changed else batch, found


def reads_one_of(
    outcome: str, models: Models, made: Mapping[str, Feature], torn: Torn
) -> BoolArray:
    """Return bool (n,): a form of an outcome reads results that contradict each other.

    A form that reads less would answer as if they had not been measured.

    Parameters
    ----------
    outcome : its id
    models : loaded bundles
    made : features of n people
    torn : what ``without_contradicting`` found, by slot
    """
    forms = [b.manifest for b in models.loaded if b.manifest.outcome == outcome]
    slots = {slot for form in forms for name in form.input_names for slot in made[name].sources}
    none = np.zeros(len(next(iter(made.values())).observed), dtype=np.bool_)
    return np.logical_or.reduce([none, *(torn[slot] for slot in slots & set(torn))])


def contradicts(column: QuantityColumn, share: float) -> BoolArray:
    """Return bool (n,): accepted results of the last day differ by more than the test repeats.

    A bound counts on its own side: 6.8 % and "> 14.0 %" can't both be true.

    Parameters
    ----------
    column : (n, m) results of one slot
    share : of the value, within which two results agree
    """
    last = np.maximum(last_usable(column.accepted), 0)
    age = column.age_days
    of_day = column.accepted & (age == age[np.arange(column.n), last][:, None])
    values, sign = column.model_values(), np.sign(column.comparator)
    usable = of_day & np.isfinite(values)
    highest = np.where(usable & (sign >= 0), values, -np.inf).max(axis=1)
    lowest = np.where(usable & (sign <= 0), values, np.inf).min(axis=1)
    both = np.isfinite(highest) & np.isfinite(lowest)
    apart = np.where(both, highest, 0.0) - np.where(both, lowest, 0.0)
    return np.asarray(apart > np.where(both, np.abs(highest), 0.0) * share)
