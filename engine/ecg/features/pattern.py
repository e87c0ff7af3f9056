"""Patterns of RR intervals: scatter without a pattern, and early beats that a pause follows."""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .ectopy import BeatTable
from .numbers import NUMBERS
from .view import NAN, View

_N: Final = NUMBERS["pattern"]


def pattern_features(view: View, table: BeatTable) -> dict[str, float]:
    """Say how scattered the RR intervals are, and how many beats are truly premature."""
    rr = np.diff(view.times.r_peak / view.fs)
    return {"rr_scatter": rr_scatter(rr), "paused_beats": paused_beats(view, table)}


def rr_scatter(rr_s: FloatArray) -> float:
    """Return the middle distance of each pair of intervals to its third neighbour.

    Each interval with the next one is a point (Poincaré's plot). In fibrillation the points lie
    apart; in bigeminy or sinus rhythm they lie in clusters, however much one interval differs from
    the next. Distances shrink with the root of the number of points; they are brought to thirty.

    Parameters
    ----------
    rr_s : shape (n,), seconds, > 0

    Returns
    -------
    as a share of the median interval; NaN with fewer than six intervals

    Examples
    --------
    >>> rr_scatter(np.array([0.6, 1.2] * 10))
    0.0
    """
    if len(rr_s) < _N["least_intervals"]:
        return NAN
    points = np.stack([rr_s[:-1], rr_s[1:]], axis=1) / float(np.median(rr_s))
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    near = np.sort(apart, axis=1)[:, int(_N["neighbour"])]
    return float(np.median(near) * np.sqrt(len(points) / _N["points"]))


def paused_beats(view: View, table: BeatTable) -> float:
    """Count beats that come early, in a calm surrounding, with a pause that makes up for it.

    An extra detection in noise, and the true beat after it, are early without a pause, follow one
    another, or are much larger than a beat. The first two beats have nothing to be early against.
    """
    early, pause = table.earliness, table.pause
    if len(early) < _N["least_intervals"]:
        return NAN
    rr = np.diff(view.times.r_peak)
    swing = float(np.median(np.abs(np.diff(rr))) / np.median(rr))
    before = np.nan_to_num(np.r_[0.0, early[:-1]])
    later = np.nan_to_num(np.r_[early[2:], 0.0, 0.0])
    both = 1.0 - early + pause
    sure = view.fiducials.qrs.confidence
    with np.errstate(invalid="ignore"):
        found = (early >= max(_N["early"], _N["swings"] * swing)) & (early <= _N["most_early"])
        found &= (pause >= _N["pause"]) & (both >= _N["least_sum"]) & (both <= _N["most_sum"])
        found &= (before < _N["early"]) & (np.abs(later) < _N["calm_after"])
        found &= table.area_ratio <= _N["most_area"]
    if len(sure) == len(found):
        found &= sure >= _N["least_confidence"]
    return float(found[2:].sum())
