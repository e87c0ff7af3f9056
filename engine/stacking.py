"""Single visits put one under the other: the columns that a table of them would have given."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .record import QuantityColumn, VisitBatch, empty_column
from .vocabulary import load_vocabulary

Scalar = TypeVar("Scalar", bound=np.generic)


def stack_visits(visits: Sequence[VisitBatch]) -> VisitBatch:
    """Return the visits as one batch, in their order.

    Where each value stood in its document, and how it was written there, is not kept: as of a
    table, values are then said as their shortest decimal.

    Parameters
    ----------
    visits : batches of any number of rows
    """
    starts = [0, *accumulate(one.n for one in visits)]
    names = dict.fromkeys(name for one in visits for name in one.answers)
    slots = dict.fromkeys(slot for one in visits for slot in one.quantities)
    return VisitBatch(
        visit_id=[name for one in visits for name in one.visit_id],
        person_id=[name for one in visits for name in one.person_id],
        age_years=_joined((one.age_years for one in visits), np.int16),
        sex=_joined((one.sex for one in visits), np.int8),
        quantities={slot: _column(visits, slot) for slot in slots},
        answers={name: _joined((v.answer(name) for v in visits), np.int8) for name in names},
        refused=_joined((one.refused for one in visits), np.bool_),
        problems=tuple(
            replace(problem, row=problem.row + start)
            for one, start in zip(visits, starts, strict=False)
            for problem in one.problems
        ),
        vocabulary=visits[0].vocabulary if visits else load_vocabulary(),
    )


def _joined(arrays: "Iterable[npt.NDArray[Scalar]]", kind: type[Scalar]) -> "npt.NDArray[Scalar]":
    return np.concatenate([np.zeros(0, dtype=kind), *arrays])


def _column(visits: Sequence[VisitBatch], slot: str) -> QuantityColumn:
    """Return one item of all visits; who has fewer readings has nothing in the last ones."""
    columns = [one.quantity(slot) for one in visits]
    readings = max(column.readings for column in columns)
    rows = sum(column.n for column in columns)
    whole = empty_column(columns[0].item, rows, readings)
    confirmed = np.zeros((rows, readings), dtype=np.bool_)
    old = np.zeros((rows, readings), dtype=np.bool_)
    days_before = np.zeros((rows, readings), dtype=np.int64)
    start = 0
    for column in columns:
        here = (slice(start, start + column.n), slice(0, column.readings))
        whole.nano[here], whole.unit[here] = column.nano, column.unit
        whole.comparator[here], whole.state[here] = column.comparator, column.state
        confirmed[here] = False if column.confirmed is None else column.confirmed
        old[here] = False if column.old is None else column.old
        days_before[here] = column.age_days
        start += column.n
    dated = days_before if days_before.any() else None
    return replace(whole, confirmed=confirmed, old=old, days_before=dated)
