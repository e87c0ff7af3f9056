"""Whether a model would answer as if an input had not been measured, while its value waits.

A waist of 151 cm that waits for confirmation was left out, and the chance fell below that of 149.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..features import Feature
from ..record import BoolArray, QuantityColumn, VisitBatch


def inputs_that_wait(
    names: Sequence[str], batch: VisitBatch, made: Mapping[str, Feature]
) -> BoolArray:
    """Return bool (n,): an input is missing, and a value of today that is not used was sent for it.

    Parameters
    ----------
    names : the inputs of a model
    batch : n records after the plausibility check
    made : their features
    """
    waits = np.zeros(batch.n, dtype=np.bool_)
    for name in names:
        feature = made[name]
        sent = np.zeros(batch.n, dtype=np.bool_)
        for column in _columns(feature.sources, batch):
            sent |= column.waiting.any(axis=1)
        waits |= sent & ~feature.observed
    return waits


def _columns(sources: Sequence[str], batch: VisitBatch) -> Iterator[QuantityColumn]:
    """Yield the columns of slots; an item with several places stands for all of them."""
    for source in sources:
        for slot, column in batch.quantities.items():
            if slot == source or slot.startswith(f"{source}."):
                yield column
