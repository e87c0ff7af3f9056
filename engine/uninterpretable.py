"""A value that the chosen guidelines can't interpret in a person is no input of a model either."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from .guidelines import Guidelines
from .guidelines.model import Flag
from .prediagnosis import Finding, Message
from .record import BoolArray, ItemState, VisitBatch

HBA1C: Final = "hba1c"
LIMIT: Final = "limit.fact.hba1c_invalid"


def hba1c_not_interpretable(batch: VisitBatch, guidelines: Guidelines) -> BoolArray:
    """Return bool (n,): an HbA1c was accepted, and an answer makes it say nothing of this person.

    Which answers do stands in the rows of the chosen guidelines (``flags.hba1c_invalid``).

    Parameters
    ----------
    batch : the record after the plausibility check
    guidelines : the chosen sets
    """
    measured = batch.quantity(HBA1C).accepted.any(axis=1)
    barred = np.zeros(batch.n, dtype=np.bool_)
    for flag in set(_flags(guidelines)):
        barred |= batch.answer(flag.name) == flag.choice
    return np.asarray(measured & barred)


def _flags(guidelines: Guidelines) -> Iterator[Flag]:
    for spec in guidelines.findings:
        for row in spec.rows:
            if row.item == HBA1C:
                yield from (*spec.not_when, *row.not_when)


def as_models_read(batch: VisitBatch, unread: BoolArray) -> VisitBatch:
    """Return the record without the HbA1c of whom it says nothing; facts keep and print it.

    A falsely low HbA1c would choose the form that reads it, and lower the risk.

    Parameters
    ----------
    batch : the record after the plausibility check
    unread : bool (n,), what ``hba1c_not_interpretable`` returned
    """
    if not unread.any():
        return batch
    column = batch.quantity(HBA1C)
    hidden = unread[:, None] & column.accepted
    state = np.where(hidden, np.int8(ItemState.SUSPECT), column.state).astype(np.int8)
    return replace(batch, quantities={**batch.quantities, HBA1C: column.with_state(state)})


def with_hba1c_limit(finding: Finding) -> Finding:
    """Return a risk that was answered without the HbA1c, with the limit that says so."""
    if finding.band in (None, "not_assessable"):
        return finding
    return replace(finding, limits=(*finding.limits, Message(LIMIT)))
