"""The body mass index as the urgent rules read it: with values that wait for a confirmation."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..derived import body_mass_index
from ..record import BoolArray, Int8Array, ItemState, QuantityColumn, VisitBatch

PARTS: Final = ("height", "weight")


def body_mass_index_for_alarm(batch: VisitBatch) -> QuantityColumn:
    """Return the body mass index (n, 1), suspect where its height or weight is.

    A very low weight is suspect by itself, and that must not silence a rule on it (clinical
    decision 1). A value that is refused makes no index; one that is too old for the visit makes an
    old one.
    """
    columns = [batch.quantity(slot) for slot in PARTS]
    certain = [np.asarray(column.accepted.any(axis=1)) for column in columns]
    trusted = [
        column.with_state(np.where(sure[:, None], column.state, _trusted(column)))
        for column, sure in zip(columns, certain, strict=True)
    ]
    quantities = {**batch.quantities, **dict(zip(PARTS, trusted, strict=True))}
    index = body_mass_index(replace(batch, quantities=quantities)).column
    has_both = np.logical_and.reduce([c.accepted.any(axis=1) for c in trusted])
    doubtful = index.accepted & (has_both & ~np.logical_and.reduce(certain))[:, None]
    old = (
        doubtful
        & np.logical_or.reduce(
            [_only_old(column) & ~sure for column, sure in zip(columns, certain, strict=True)]
        )[:, None]
    )
    state = np.where(doubtful, np.int8(ItemState.SUSPECT), index.state)
    return replace(index.with_state(state), old=old)


def _only_old(column: QuantityColumn) -> BoolArray:
    """Return (n,) where every value that waits for a confirmation is too old for the visit."""
    if column.old is None:
        return np.zeros(column.n, dtype=np.bool_)
    waits = column.state == ItemState.SUSPECT
    return np.asarray(waits.any(axis=1) & (column.old | ~waits).all(axis=1))


def _trusted(column: QuantityColumn) -> Int8Array:
    """Return the states with what waits for a confirmation as accepted; an old one only alone."""
    waits = column.state == ItemState.SUSPECT
    if column.old is not None:
        waits &= ~column.old | _only_old(column)[:, None]
    return np.where(waits, np.int8(ItemState.ACCEPTED), column.state).astype(np.int8)
