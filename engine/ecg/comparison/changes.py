"""Measured values then and now, each beside what two recordings of one person vary by."""

from dataclasses import replace
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ...prediagnosis import EcgChange, EcgValue
from ..leads import CHEST_LEADS, LIMB_LEADS, TWELVE_LEADS
from ..measure.model import LeadMeasures
from .comparable import PREFIX, EcgPair
from .settings import ComparisonSettings, LeadRow, ValueRow
from .side import EcgSide

T_TWO_SIDED: Final = f"{PREFIX}.t_two_sided"
AXIS_LEADS: Final = ("I", "aVF")
LEAD_ABSENT: Final = f"{PREFIX}.lead_not_measured"
_TWO: Final = 2.0
_NAN: Final = float("nan")
_DECIMALS: Final = 4


def changes_of(pair: EcgPair) -> tuple[EcgChange, ...]:
    """Return every value that is compared: of the whole ECG first, then lead by lead.

    A value that neither recording has is left out.
    """
    whole = [_of_value(row, pair) for row in pair.settings.values]
    single = [
        _of_lead(row, lead, pair) for row in pair.settings.lead_values for lead in TWELVE_LEADS
    ]
    return tuple(change for change in (*whole, *single) if change is not None)


def _of_value(row: ValueRow, pair: EcgPair) -> EcgChange | None:
    one, other = pair.now.values.get(row.name), pair.then.values.get(row.name)
    if one is None or other is None or (one.value is None and other.value is None):
        return None
    withheld = tuple(dict.fromkeys((*one.withheld, *other.withheld)))
    why = (*pair.found.why(row.group), *withheld, *_own_reason(row.name, pair))
    own = pair.own.get((row.name, ""), 0.0)
    return change_of(replace(row, day=max(row.day, own)), one, other, why, pair.settings)


def _own_reason(name: str, pair: EcgPair) -> tuple[str, ...]:
    """Return why one value is not compared though its group is: a T with two sides has no axis."""
    if name != "t_axis":
        return ()
    sides = any(_is_two_sided(side, pair.settings) for side in (pair.now, pair.then))
    return (T_TWO_SIDED,) if sides else ()


def _is_two_sided(side: EcgSide, settings: ComparisonSettings) -> bool:
    measured = side.per_lead
    if measured is None:
        return False
    for lead in AXIS_LEADS:
        up = side.lead_value(measured.t_positive_mv, lead)
        down = -side.lead_value(measured.t_negative_mv, lead)
        if min(up, down) > settings.measured.t_two_sided * max(up, down):
            return True
    return False


def change_of(
    row: ValueRow,
    now: EcgValue,
    then: EcgValue,
    why: tuple[str, ...],
    settings: ComparisonSettings,
) -> EcgChange:
    """Compare one value of two recordings.

    Parameters
    ----------
    row : of the data file
    now, then : the value in both
    why : reasons for which it is not compared
    settings : of the data file
    """
    before, value = then.value, now.value
    if why or before is None or value is None:
        return EcgChange(
            row.name, "", now.unit, before, value, None, None, "not_comparable", tuple(why)
        )
    sd = {
        "day": max(row.day, row.day_share * (abs(before) + abs(value)) / _TWO),
        "method": row.method,
        "beats_before": _standard_error(then, row, settings),
        "beats_now": _standard_error(now, row, settings),
    }
    difference = value - before
    if row.is_circular:
        difference = _shorter_turn(difference)
    return _judged(
        EcgChange(row.name, "", now.unit, before, value, difference, None, "within", (), sd),
        settings,
    )


def _shorter_turn(angle_deg: float) -> float:
    """Return the same turn the shorter way round.

    >>> round(_shorter_turn(350.0), 6)
    -10.0
    """
    return float(np.degrees(np.angle(np.exp(1j * np.radians(angle_deg)))))


def _standard_error(one: EcgValue, row: ValueRow, settings: ComparisonSettings) -> float:
    """Return the standard error of a median over the beats; 0 where unknown or not added."""
    if one.spread is None or not one.n_beats or row.group not in settings.method.beats_of:
        return 0.0
    return settings.method.median_to_mean * one.spread / float(one.n_beats) ** 0.5


def _judged(change: EcgChange, settings: ComparisonSettings) -> EcgChange:
    """Set the limit of a difference, and say whether it lies beyond."""
    sd = change.sd
    variance = _TWO * (sd["day"] ** 2 + sd["method"] ** 2)
    variance += sd["beats_before"] ** 2 + sd["beats_now"] ** 2
    limit = settings.method.coverage * variance**0.5
    difference = change.difference or 0.0
    return EcgChange(
        change.name,
        change.lead,
        change.unit,
        change.before,
        change.now,
        round(difference, _DECIMALS),
        round(limit, _DECIMALS),
        "beyond" if abs(difference) > limit else "within",
        (),
        {name: round(value, _DECIMALS) for name, value in sd.items()},
    )


def wave_of(name: str, measured: LeadMeasures) -> FloatArray:
    """Return the heights of one wave in all leads, millivolt; Q or S as a positive depth."""
    q = measured.qrs
    return {
        "r": q.r_height_mv,
        "qs": -np.minimum(np.minimum(q.q_mv, q.s_mv), q.s2_mv),
        "t": measured.t_mv,
        "st_j": measured.st_j_mv,
    }[name]


def _of_lead(row: LeadRow, lead: str, pair: EcgPair) -> EcgChange | None:
    value, before = wave_in(row, lead, pair.now), wave_in(row, lead, pair.then)
    if np.isnan([value, before]).all():
        return None
    why = pair.found.why(row.group)
    if not why and np.isnan([value, before]).any():
        why = (LEAD_ABSENT,)
    then_mv, now_mv = (None if np.isnan(x) else round(x, _DECIMALS) for x in (before, value))
    if why:
        return EcgChange(row.name, lead, "mV", then_mv, now_mv, None, None, "not_comparable", why)
    share = row.share_limb if lead in LIMB_LEADS else row.share_chest
    own = pair.own.get((row.name, lead), 0.0)
    sd = {
        "day": max(row.floor, share * (abs(before) + abs(value)) / _TWO, own),
        "method": 0.0,
        "beats_before": _noise(pair.then, lead),
        "beats_now": _noise(pair.now, lead),
    }
    difference = value - before
    made = EcgChange(row.name, lead, "mV", then_mv, now_mv, difference, None, "within", (), sd)
    return _judged(made, pair.settings)


def wave_in(row: LeadRow, lead: str, side: EcgSide) -> float:
    """Return the height of one wave in one lead, NaN where it was not measured."""
    measured = side.per_lead
    return _NAN if measured is None else side.lead_value(wave_of(row.name, measured), lead)


def _noise(side: EcgSide, lead: str) -> float:
    """Return the standard error of a sample of the median beat; a wave is read at one of them."""
    measured = side.per_lead
    found = _NAN if measured is None else side.lead_value(measured.noise_mv, lead)
    return 0.0 if np.isnan(found) else found


def transition(side: EcgSide) -> int | None:
    """Return in which chest lead R first reaches S: 1 to 6, 7 where in none; None if unknown."""
    measured = side.per_lead
    if measured is None:
        return None
    r = [side.lead_value(measured.qrs.r_height_mv, lead) for lead in CHEST_LEADS]
    s = [side.lead_value(measured.s_depth_mv, lead) for lead in CHEST_LEADS]
    if np.isnan([*r, *s]).any():
        return None
    return next((k for k, (a, b) in enumerate(zip(r, s, strict=True), start=1) if a >= b), 7)
