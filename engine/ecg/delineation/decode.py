"""From probabilities to waves in an order that a heart can have."""

from dataclasses import dataclass, replace

import numpy as np

from ...fixedpoint import FloatArray
from ..fiducials import NO_BEAT, OFFSET, ONSET, PEAK, POINTS
from .atrial import atrial
from .events import QRS, Events, P, Strip, T, apart, find_events, one_per_interval
from .rules import DecodeRules
from .runs import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The waves of a strip; samples of the network.

    Parameters
    ----------
    p, qrs, t : as found on each lead
    p_beat, t_beat : the QRS complex of each P and T, -1 for none
    """

    p: Events
    qrs: Events
    t: Events
    p_beat: IntArray
    t_beat: IntArray


def decode(strip: Strip, rules: DecodeRules) -> Decoded:
    """Read the waves of a strip.

    Parameters
    ----------
    strip : probabilities of the network
    rules : numbers of the bundle

    Returns
    -------
    waves with P before QRS before T, no P inside a QRS, one T for each QRS
    """
    p, qrs, t = (find_events(strip, wave, rules) for wave in (P, QRS, T))
    qrs = apart(qrs, rules.refractory_s * strip.rate_hz)
    t, t_beat = one_per_interval(t, qrs)
    p, p_beat = atrial(p, qrs, t, rules, strip.rate_hz)
    return in_order(Decoded(p, qrs, t, p_beat, t_beat))


def in_order(found: Decoded) -> Decoded:
    """Cut each lead's waves so that none reaches into its neighbour.

    A wave whose peak lies beyond the neighbour's boundary is taken from that lead.
    """
    n = len(found.qrs)
    qrs = found.qrs.points
    pad = np.full((len(qrs), 1, POINTS), np.nan)
    # Index -1 (no beat) reads the last, empty column.
    beats = np.concatenate([qrs, pad], axis=1)
    after_t = np.where(found.t_beat + 1 < n, found.t_beat + 1, NO_BEAT)
    t = _cut(found.t.points, beats[:, found.t_beat, OFFSET], beats[:, after_t, ONSET])
    before = np.searchsorted(found.qrs.centre, found.p.centre) - 1
    following = np.where(before + 1 < n, before + 1, NO_BEAT)
    p = _cut(found.p.points, beats[:, before, OFFSET], beats[:, following, ONSET])
    return _without_empty(
        replace(found, p=replace(found.p, points=p), t=replace(found.t, points=t))
    )


def _cut(points: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Hold points between two limits, shape (k, m); NaN is no limit."""
    cut = np.array(points)
    cut[..., ONSET] = _keep_nan(points[..., ONSET], np.fmax(points[..., ONSET], low))
    cut[..., OFFSET] = _keep_nan(points[..., OFFSET], np.fmin(points[..., OFFSET], high))
    outside = (points[..., PEAK] <= low) | (points[..., PEAK] >= high)
    cut[outside] = np.nan
    return cut


def _keep_nan(original: FloatArray, changed: FloatArray) -> FloatArray:
    return np.where(np.isnan(original), np.nan, changed)


def _without_empty(found: Decoded) -> Decoded:
    """Leave out waves that no lead shows any more."""
    p = np.asarray(np.isfinite(found.p.points[..., PEAK]).any(axis=0))
    t = np.asarray(np.isfinite(found.t.points[..., PEAK]).any(axis=0))
    return Decoded(found.p.only(p), found.qrs, found.t.only(t), found.p_beat[p], found.t_beat[t])
