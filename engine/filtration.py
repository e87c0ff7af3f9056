"""The filtration rate of a visit: the one that was sent, or that its creatinine gives, if lower.

Many sites send creatinine alone. One that rose from 80 to 195 umol/L over eight visits, 77 to 25
mL/min/1.73 m2, left no line and no urgency. Source and numbers of the equation (CKD-EPI 2021):
``engine/scores/ckd_epi.toml``.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from .combine import CombinedInput, combine_readings, combine_slot
from .fixedpoint import FloatArray
from .record import UNKNOWN, BoolArray, ItemState, QuantityColumn, VisitBatch, empty_column
from .scores.kidney import estimated_gfr

FILTRATION: Final = "filtration_rate"
SENT: Final = "egfr"
CREATININE: Final = "creatinine"
_STEP_NANO: Final = 100_000_000
_NANO: Final = 1e9


def computed_rate(batch: VisitBatch) -> QuantityColumn:
    """Return the filtration rate that each creatinine gives, to a tenth; absent where none can be.

    It is computed once a batch. A creatinine that is not used gives a rate that is not used either;
    a bound gives one on the other side.
    """
    return batch.made(FILTRATION, _computed_rate)


def _computed_rate(batch: VisitBatch) -> QuantityColumn:
    if CREATININE not in batch.quantities:
        return empty_column(batch.vocabulary.items[SENT], batch.n)
    read = batch.quantities[CREATININE]
    rate = _rate(batch, read)
    known = np.isfinite(rate)
    steps = np.rint(np.where(known, rate, 0.0) * (_NANO / _STEP_NANO)).astype(np.int64)
    return replace(
        read,
        item=batch.vocabulary.items[SENT],
        nano=steps * _STEP_NANO,
        unit=np.where(known, np.int8(0), np.int8(UNKNOWN)),
        comparator=np.where(known, -read.comparator, np.int8(0)).astype(np.int8),
        state=np.where(known, read.state, np.int8(ItemState.ABSENT)),
        confirmed=None,
    )


def _rate(batch: VisitBatch, creatinine: QuantityColumn) -> FloatArray:
    """Return (n, m) the rate in the model unit; NaN where unit, age or sex is not known."""
    has_unit = creatinine.present & (creatinine.unit >= 0)
    trusted = creatinine.with_state(
        np.where(has_unit, np.int8(ItemState.ACCEPTED), np.int8(ItemState.ABSENT))
    )
    value = trusted.model_values()
    age = np.where(batch.age_years == UNKNOWN, np.nan, batch.age_years.astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        return estimated_gfr(value, age[:, None], batch.sex[:, None])


def filtration_rate(batch: VisitBatch) -> CombinedInput:
    """Return the lower of the filtration rate that was sent and of the one creatinine gives.

    Of readings of one day the milder one is left out: two equations of one blood sample do not
    contradict each other.
    """
    sent, made = combine_slot(batch, SENT), combine_readings(computed_rate(batch))
    rates = [np.where(c.accepted, c.model_values(), np.inf)[:, 0] for c in (sent.column, made)]
    has_none = ~np.isfinite(rates[0]) & (~sent.column.present[:, 0] | np.isfinite(rates[1]))
    takes_made = np.asarray((rates[1] < rates[0]) | (has_none & made.present[:, 0]))
    column = _either(sent.column, made, takes_made)
    slot = np.where(takes_made, np.int8(1), sent.slot).astype(np.int8)
    nobody = np.zeros(batch.n, dtype=np.bool_)
    return CombinedInput(column, (SENT, FILTRATION), slot, nobody, nobody, _readings(batch))


def _either(one: QuantityColumn, other: QuantityColumn, takes_other: BoolArray) -> QuantityColumn:
    """Return (n, 1) one column or the other."""
    takes = takes_other[:, None]
    return QuantityColumn(
        item=one.item,
        nano=np.where(takes, other.nano, one.nano),
        unit=np.where(takes, other.unit, one.unit).astype(np.int8),
        comparator=np.where(takes, other.comparator, one.comparator).astype(np.int8),
        state=np.where(takes, other.state, one.state).astype(np.int8),
        days_before=np.where(takes, other.age_days, one.age_days),
    )


def _readings(batch: VisitBatch) -> QuantityColumn:
    """Return (n, m) every rate that was sent or computed, without the milder one of a day."""
    sent, made = batch.quantity(SENT), computed_rate(batch)
    same_day = sent.age_days[:, :, None] == made.age_days[:, None, :]
    both = same_day & sent.accepted[:, :, None] & made.accepted[:, None, :]
    lower = made.model_values()[:, None, :] < sent.model_values()[:, :, None]
    sent_stands = same_day & sent.accepted[:, :, None] & ~made.accepted[:, None, :]
    drops_sent = (both & lower).any(axis=2)
    drops_made = ((both & ~lower) | sent_stands).any(axis=1)
    parts = [
        part.with_state(np.where(drop, np.int8(ItemState.ABSENT), part.state).astype(np.int8))
        for part, drop in ((sent, drops_sent), (made, drops_made))
    ]
    old = [np.zeros_like(p.present) if p.old is None else p.old for p in parts]
    return QuantityColumn(
        item=sent.item,
        nano=np.concatenate([p.nano for p in parts], axis=1),
        unit=np.concatenate([p.unit for p in parts], axis=1),
        comparator=np.concatenate([p.comparator for p in parts], axis=1),
        state=np.concatenate([p.state for p in parts], axis=1),
        old=np.concatenate(old, axis=1),
        days_before=np.concatenate([p.age_days for p in parts], axis=1),
    )
