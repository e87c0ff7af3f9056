"""What one guideline row says of many people, from every result of the item that it compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..combine import CombinedInput
from ..guidelines import FindingSpec, Row
from ..guidelines.model import Flag
from ..logic import (
    FALSE,
    TRUE,
    UNKNOWN,
    Operator,
    all_of,
    answered,
    any_of,
    compare,
    count_true,
    verdict_of,
)
from ..record import UNKNOWN as NOT_KNOWN
from ..record import BoolArray, Int8Array, QuantityColumn, VisitBatch

TOWARDS_BORDERLINE: Final[Mapping[Operator, Operator]] = {
    ">=": ">=", ">": ">=", "<=": "<=", "<": "<=",
}  # fmt: skip
"""How the lower edge of a row's uncertainty is compared: the edge itself is borderline."""


@dataclass(frozen=True, slots=True)
class RowVerdicts:
    """What r rows say of n people, each (r, n): the row, its lower edge, whether results differ."""

    rows: Int8Array
    edge: Int8Array
    split: BoolArray


def row_verdicts(
    spec: FindingSpec, batch: VisitBatch, inputs: Mapping[str, CombinedInput]
) -> RowVerdicts:
    """Return what the rows of one finding say of n people, from the combined inputs."""
    each: dict[str, Int8Array] = {}
    edges: dict[str, Int8Array] = {}
    verdicts: dict[str, Int8Array] = {}
    never, agreed = np.full(batch.n, FALSE), np.zeros(batch.n, dtype=np.bool_)
    splits = dict.fromkeys((row.id for row in spec.rows), agreed)
    for row in spec.rows:
        if row.threshold is not None:
            gate = gate_of(row, batch)
            found = inputs[row.threshold.item].readings
            value = compare(found, row.threshold.op, row.threshold.values)
            each[row.id] = value if gate is None else all_of(value, gate[:, None])
            verdicts[row.id] = _gated(_any_result(value, found), gate)
            edges[row.id] = (
                _edge(row, row.threshold.op, found, gate) if row.borderline_from else never
            )
            if found.readings > 1:
                splits[row.id] = _is_split(value)
    for row in spec.rows:
        if row.threshold is None:
            verdicts[row.id] = _tally(row, [each[i] for i in row.tally], batch.n)
            edges[row.id] = never
    return RowVerdicts(
        np.array([verdicts[r.id] for r in spec.rows]),
        np.array([edges[r.id] for r in spec.rows]),
        np.array([splits[r.id] for r in spec.rows]),
    )


def _any_result(verdicts: Int8Array, found: QuantityColumn) -> Int8Array:
    """Return (n,) true where one accepted result says so, false where every one says no."""
    if found.readings == 1:
        return np.asarray(verdicts[:, 0])
    some = found.accepted.any(axis=1)
    said = np.where(found.accepted, verdicts, FALSE).max(axis=1)
    return np.where(some, said, UNKNOWN).astype(np.int8)


def _is_split(verdicts: Int8Array) -> BoolArray:
    """Return (n,) where some results (n, m) satisfy a row and others do not."""
    return np.asarray((verdicts == TRUE).any(axis=1) & (verdicts == FALSE).any(axis=1))


def gate_of(row: Row, batch: VisitBatch) -> Int8Array | None:
    """Return whether the row speaks of this person; None for a row that speaks of everybody.

    Sex, age, further answers and exclusions decide.
    """
    parts = []
    if row.sex != NOT_KNOWN:
        parts.append(answered(batch.sex, row.sex))
    if row.age_min is not None or row.age_max is not None:
        parts.append(_age_gate(row, batch))
    if row.also:
        parts.append(any_of(*(answered(batch.answer(f.name), f.choice) for f in row.also)))
    if row.not_when:
        parts.append(np.where(holds_any(row.not_when, batch), UNKNOWN, TRUE))
    return all_of(*parts) if parts else None


def _gated(verdicts: Int8Array, gate: Int8Array | None) -> Int8Array:
    return verdicts if gate is None else all_of(verdicts, gate)


def _age_gate(row: Row, batch: VisitBatch) -> Int8Array:
    age = batch.age_years
    inside = np.ones(batch.n, dtype=np.bool_)
    if row.age_min is not None:
        inside &= age >= row.age_min
    if row.age_max is not None:
        inside &= age <= row.age_max
    return np.where(age == NOT_KNOWN, UNKNOWN, verdict_of(inside)).astype(np.int8)


def holds_any(flags: Sequence[Flag], batch: VisitBatch) -> BoolArray:
    """Return (n,) for whom any of the answers was given; unanswered does not count."""
    holds = np.zeros(batch.n, dtype=np.bool_)
    for flag in flags:
        holds |= batch.answer(flag.name) == flag.choice
    return holds


def _edge(row: Row, op: Operator, found: QuantityColumn, gate: Int8Array | None) -> Int8Array:
    """Return whether a value lies beyond the lower edge of the row's uncertainty."""
    towards = TOWARDS_BORDERLINE[op]
    return _gated(_any_result(compare(found, towards, row.borderline_from), found), gate)


def _tally(row: Row, readings: Sequence[Int8Array], n: int) -> Int8Array:
    """Return whether enough readings satisfy the rows; a tally never leaves anything unknown."""
    found = np.zeros(n, dtype=np.int8)
    for verdicts in readings:
        found = found + count_true(verdicts)
    return verdict_of(found >= row.at_least)
