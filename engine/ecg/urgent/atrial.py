"""Whether P waves lead to wide complexes: what tells a bundle branch block from the ventricles."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from ...fixedpoint import FloatArray
from ..analysis import EcgAnalysis
from ..classical.beat import UsualBeat
from ..classical.bounds import qrs_bounds, spatial_velocity
from ..classical.settings import load_classical
from ..conduction import leads_each_beat
from .limits import AtrialLimits
from .pair import Pair
from .shape import BeatShape

_NAN: Final = float("nan")
_MS: Final = 1000.0


def p_pairs(
    analysis: EcgAnalysis,
    beat: UsualBeat | None,
    qrs: Pair,
    shape: BeatShape,
    limits: AtrialLimits,
) -> dict[str, Pair]:
    """Return whether no P wave stands before each QRS at one time: by each, and by both together.

    It is asked of wide complexes only; needles of a pacemaker explain these.

    Parameters
    ----------
    analysis : of one ECG
    beat : the usual one of the leads that the gate does not refuse, as they were recorded
    qrs : width by the two measurements
    shape : of the usual beat
    limits : of guidelines/ecg_urgent.toml
    """
    width = float(np.fmax(qrs.classical, qrs.network))
    if shape.has_needles or width < limits.wide_qrs_ms:
        return {name: Pair(_NAN, applies=False) for name in ("no_steady_p", "no_p_by_both")}
    classical = 1.0 - p_seen(beat, analysis.classical.beats_s, limits)
    fast, usual = (
        1.0 - leads_each_beat(analysis.fiducials, share, limits.most_pr_spread_ms)
        for share in (limits.least_share_fast, limits.least_share)
    )
    return {
        "no_steady_p": Pair(classical, fast, differ=True),
        "no_p_by_both": Pair(classical * usual),
    }


def p_seen(usual: UsualBeat | None, beats_s: FloatArray, limits: AtrialLimits) -> float:
    """Return 1 where a wave stands before the QRS of the usual beat, 0 where none does.

    P waves that go their own way are in no usual beat: the median takes them away. A wave is a
    summit with lower places on both sides, in one lead at least, up or down.

    Parameters
    ----------
    usual : the median beat
    beats_s : shape (n_beats,), R peaks in seconds
    limits : of guidelines/ecg_urgent.toml

    Returns
    -------
    NaN where no beat repeats, or its QRS has no beginning
    """
    if usual is None:
        return _NAN
    chosen, rate = load_classical(), usual.rate_hz
    velocity = spatial_velocity(usual.signal_mv[None], rate, chosen.bounds)
    steep = replace(chosen.bounds, velocity_share=chosen.rhythm.velocity_share)
    starts = [
        float(qrs_bounds(velocity, usual.r_index, rate, b)[0][0]) for b in (chosen.bounds, steep)
    ]
    known = [start for start in starts if np.isfinite(start)]
    if not known:
        return _NAN
    per_ms = rate / _MS
    # In a fast rhythm the T wave before it would be a summit there.
    after_t_ms = float(np.median(np.diff(beats_s))) * _MS - limits.after_qrs_ms
    stop = int(known[0] - limits.end_ms * per_ms)
    begin = max(int(known[0] - min(limits.begin_ms, after_t_ms) * per_ms), 0)
    width = max(round(limits.smooth_ms * per_ms), 1)
    before = uniform_filter1d(usual.signal_mv, width, axis=1)[:, begin:stop]
    least = np.maximum(limits.least_mv, limits.least_sd * usual.noise_mv)
    waves = zip(before, least, strict=True)
    return float(any(max(_summit(row), _summit(-row)) >= mv for row, mv in waves))


def _summit(row: FloatArray) -> float:
    """Return how far the highest summit stands above the lowest places on both its sides."""
    inner = 1 + np.flatnonzero((row[1:-1] > row[:-2]) & (row[1:-1] >= row[2:]))
    sides = ((row[k], row[:k].min(), row[k:].min()) for k in inner.tolist())
    return max((float(top - max(left, right)) for top, left, right in sides), default=0.0)
