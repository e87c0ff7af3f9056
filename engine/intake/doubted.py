"""Values that were read and may not be used: only the urgent rules look at them (decision 1)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from ..record import ItemState, QuantityColumn, VisitBatch

CODE_DOUBTFUL: Final = "code_doubtful"
"""Problem of a value that came with codes of several measurements."""


def with_doubted(batch: VisitBatch, paths: Iterable[str]) -> VisitBatch:
    """Return a visit in which the values of some places are refused.

    Parameters
    ----------
    batch : of one person
    paths : places in the visit that hold a value which may not be used; others change nothing
    """
    doubted = set(paths)
    if not doubted:
        return batch
    columns = {
        slot: _refused(column, [path in doubted for path in batch.paths.get(slot, ())])
        for slot, column in batch.quantities.items()
    }
    return replace(batch, quantities=columns)


def _refused(column: QuantityColumn, is_doubted: list[bool]) -> QuantityColumn:
    if not any(is_doubted):
        return column
    refused = np.where([is_doubted], ItemState.REFUSED, column.state)
    return column.with_state(refused.astype(np.int8))
