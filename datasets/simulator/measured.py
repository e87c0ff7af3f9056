"""Intervals, axes and amplitudes that are true of a simulated record.

Amplitudes come from the noise-free waves of the beat itself (QRS, ST and T; P on its own), against
the level at the onset of QRS: a T wave of the beat before or fibrillatory waves that lie under a
beat are not part of its truth.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray, Int64Array
from .assembly import axis_of
from .figures import figures
from .profiles import Profiles, summed
from .waves import Group

if TYPE_CHECKING:
    from .truth import Truth

AMPLITUDES: Final = ("q", "r", "s", "t", "st_j", "st_j60")
_J60_S: Final = 0.060
_REGULAR: Final = ("conducted", "fibrillation", "flutter", "junctional", "escape", "paced")


@dataclass(frozen=True, slots=True)
class Measured:
    """Truth in numbers. Medians are over the beats of the leading rhythm, not over ectopic ones.

    Parameters
    ----------
    rate_bpm : 60 over the mean RR of the beats inside the record
    p_ms, pr_ms, qrs_ms, qt_ms : medians; None where there is nothing to measure
    qtc_fridericia_ms : of the median QT at the mean RR
    p_axis_deg, qrs_axis_deg, t_axis_deg : from highest and deepest deflections of I and aVF
    beat : index of the ventricular event of each row of the amplitudes, shape (n,)
    leading : which rows belong to the leading rhythm, shape (n,)
    amplitudes_mv : q, r, s, t, st_j, st_j60 -> shape (n, 12); q and s are 0 or negative, r is 0
        or positive; a complex without R has its whole depth in q
    p_mv : shape (n_atrial_events, 12), the largest deflection with its sign
    """

    rate_bpm: float | None
    p_ms: float | None
    pr_ms: float | None
    qrs_ms: float | None
    qt_ms: float | None
    qtc_fridericia_ms: float | None
    p_axis_deg: float | None
    qrs_axis_deg: float | None
    t_axis_deg: float | None
    beat: Int64Array
    leading: np.ndarray
    amplitudes_mv: dict[str, FloatArray]
    p_mv: FloatArray

    def median_mv(self, name: str) -> dict[str, float]:
        """Median of one amplitude over the leading beats, lead -> millivolt.

        Parameters
        ----------
        name : p, q, r, s, t, st_j or st_j60
        """
        rows = self.p_mv if name == "p" else self.amplitudes_mv[name][self.leading]
        if len(rows) == 0:
            return dict.fromkeys(TWELVE_LEADS, 0.0)
        return dict(zip(TWELVE_LEADS, np.median(rows, axis=0).tolist(), strict=True))


def measure(truth: "Truth") -> Measured:
    """Work out the numbers of a record from its waves."""
    beats = truth.beats
    regular = [b for b in beats if b.qrs is not None and b.origin in _REGULAR]
    chosen = regular or [b for b in beats if b.qrs is not None]
    peaks = truth.r_peaks_s
    rr = float(np.mean(np.diff(peaks))) if len(peaks) > 1 else None
    qt = _median([b.qt_ms for b in chosen])
    exponent = figures("pathologies")["qt"]["exponent"]
    qrs = truth.profiles[Group.QRS]
    kept = _inside(qrs, truth)
    origins = [truth.script.ventricular[int(e)].origin for e in qrs.events[kept]]
    is_regular = np.array([o in _REGULAR for o in origins], bool)
    leading = is_regular if is_regular.any() else np.ones(len(kept), bool)
    amplitudes, t_dipole = _amplitudes(truth, qrs, kept)
    p = truth.profiles[Group.P]
    return Measured(
        rate_bpm=None if rr is None else 60.0 / rr,
        p_ms=_median([b.p_ms for b in beats if b.p is not None]),
        pr_ms=_median([b.pr_ms for b in chosen]),
        qrs_ms=_median([b.qrs_ms for b in chosen]),
        qt_ms=qt,
        qtc_fridericia_ms=None if qt is None or rr is None else qt / rr**exponent,
        p_axis_deg=_axis(p.dipole_mv, truth.matrix),
        qrs_axis_deg=_axis(qrs.dipole_mv[kept][leading], truth.matrix),
        t_axis_deg=_axis(t_dipole[leading], truth.matrix),
        beat=qrs.events[kept],
        leading=leading,
        amplitudes_mv=amplitudes,
        p_mv=_largest(p.dipole_mv @ truth.matrix.T),
    )


def _inside(found: Profiles, truth: "Truth") -> Int64Array:
    last = (truth.scenario.n_samples - 1) / truth.scenario.sampling_rate_hz
    return np.flatnonzero((found.begin_s >= 0) & (found.end_s <= last))


def _amplitudes(
    truth: "Truth", qrs: Profiles, kept: Int64Array
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Amplitudes of the beats that are kept, and the T dipoles of those beats."""
    table, matrix = truth.table, truth.matrix
    events = qrs.events[kept]
    beat = table.only(Group.QRS, Group.ST, Group.T)
    onset, end = qrs.begin_s[kept], qrs.end_s[kept]
    level = _level(truth, events, onset)
    inside = summed(beat, events, qrs.time_s[kept]) @ matrix.T - level[:, None]
    points = np.stack([end, end + _J60_S], axis=1)
    after = summed(beat, events, points) @ matrix.T - level[:, None]
    t = truth.profiles[Group.T]
    rows = np.array([t.row_of[int(e)] for e in events], np.int64)
    t_leads = t.with_st_mv[rows] @ matrix.T - level[:, None]
    bare = t.dipole_mv[rows]
    own = np.abs(bare @ matrix.T).argmax(axis=1)
    at_peak = np.take_along_axis(t_leads, own[:, None, :], axis=1)[:, 0]
    q, r, s = _deflections(inside)
    named = (q, r, s, at_peak, after[:, 0], after[:, 1])
    return dict(zip(AMPLITUDES, named, strict=True)), bare


def _level(truth: "Truth", events: Int64Array, onset: FloatArray) -> FloatArray:
    """Level of the PR segment at the onset of QRS in each lead, shape (n, 12)."""
    linked = [truth.script.ventricular[int(e)].atrial for e in events]
    atrial = np.array([-1 if a is None else a for a in linked], np.int64)
    segments = truth.table.only(Group.PR)
    known, back = np.unique(atrial, return_inverse=True)
    level = np.zeros((len(events), len(TWELVE_LEADS)))
    for i, event in enumerate(known):
        mine = segments.take(segments.event == event)
        if len(mine):
            rows = np.flatnonzero(back == i)
            at = summed(mine, np.array([event]), onset[rows][None, :])
            level[rows] = at[0] @ truth.matrix.T
    return level


def _deflections(leads_mv: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Q, R and S of every beat and lead, from shape (n, k, 12)."""
    if len(leads_mv) == 0:
        nothing = np.empty((0, len(TWELVE_LEADS)))
        return nothing, nothing, nothing
    small = figures("criteria")["visible"]["threshold_uv"] / 1000.0
    top = leads_mv.argmax(axis=1)
    height = leads_mv.max(axis=1)
    steps = np.arange(leads_mv.shape[1])[None, :, None]
    before = np.where(steps <= top[:, None], leads_mv, 0.0).min(axis=1)
    after = np.where(steps >= top[:, None], leads_mv, 0.0).min(axis=1)
    has_r = height > small
    whole = leads_mv.min(axis=1)
    q = np.where(has_r, before, np.minimum(whole, 0.0))
    return q, np.where(has_r, height, 0.0), np.where(has_r, after, 0.0)


def _largest(leads_mv: FloatArray) -> FloatArray:
    if len(leads_mv) == 0:
        return np.empty((0, len(TWELVE_LEADS)))
    where = np.abs(leads_mv).argmax(axis=1)
    return np.asarray(np.take_along_axis(leads_mv, where[:, None, :], axis=1)[:, 0])


def _axis(dipole_mv: FloatArray, matrix: FloatArray) -> float | None:
    """Axis of the mean wave, from dipoles of shape (n, k, 9)."""
    if len(dipole_mv) == 0:
        return None
    return axis_of(dipole_mv.mean(axis=0).T[:3], matrix)


def _median(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.median(known)) if known else None
