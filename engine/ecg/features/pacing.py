"""Needles of a pacemaker: deflections of a few milliseconds at one distance from the QRS or P."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from ...fixedpoint import FloatArray
from .numbers import NUMBERS
from .view import MS, NAN, View

_N: Final = NUMBERS["pacing"]


def pacing_features(view: View) -> dict[str, float]:
    """How sharp, how often and how steadily something sharp stands before the beats.

    In muscle noise something sharp is everywhere: ``spike_before_mv`` is not known there unless a
    needle stands out of it at one place.
    """
    names = (
        "spike_share", "spike_height", "spike_contrast", "spike_before_mv", "spike_at_qrs_mv",
        "spike_clear_mv",
    )  # fmt: skip
    found = dict.fromkeys(names, NAN)
    if view.fs < _N["least_rate_hz"] or view.n_beats < 3:  # noqa: PLR2004 - nothing repeats in two
        return found
    x = np.nan_to_num(view.raw_mv)
    reach = max(round(_N["needle_ms"] * view.fs / MS), 1)
    before, after = np.roll(x, reach, axis=1), np.roll(x, -reach, axis=1)
    sharp = np.maximum(np.minimum(x - before, x - after), np.minimum(before - x, after - x))
    sharp = np.maximum(sharp, 0.0)
    sharp[:, :reach] = sharp[:, -reach:] = 0.0
    rows = np.sort(sharp, axis=0)[-4:]
    height = rows.mean(axis=0)
    on = view.times.qrs_onset
    on = np.where(np.isfinite(on), on, view.times.r_peak - _N["before_ms"] * view.fs / MS)
    start, stop = view.samples(_N["before_ms"]), view.samples(_N["after_ms"])
    far = view.samples(_N["far_ms"])
    at, free_from = np.round(on).astype(int), _after_the_beat_before(view)
    local, further, quiet = [], [], []
    for a, begin in zip(at, np.maximum(at - far, free_from), strict=True):
        if a - far < 0 or a + stop >= len(height):
            continue
        local.append(float(height[a - start : a + stop].max()))
        if a - start - begin >= start:
            further.append(float(height[begin : a - start].max()))
            quiet.append(float(np.median(maximum_filter1d(height[begin : a - start], start))))
    if not local or len(further) < _N["least_share"] * len(local):
        return found
    level = float(np.median(quiet)) + _N["floor_mv"]
    best = max(float(np.median(local)), float(np.median(further)))
    found["spike_height"], found["spike_contrast"] = best, best / level
    found["spike_share"] = float((np.array(further) > _N["least_mv"]).mean())
    before_mv = float(np.median(further))
    hidden = before_mv >= _N["hidden_from_mv"] and not _stands_out(view, height, on)
    found["spike_before_mv"] = NAN if hidden else before_mv
    at_qrs_mv = float(np.median(local))
    found["spike_at_qrs_mv"] = at_qrs_mv
    clear_mv = at_qrs_mv if at_qrs_mv >= _N["clear_of"] * level else 0.0
    found["spike_clear_mv"] = clear_mv if hidden else max(before_mv, clear_mv)
    return found


def _after_the_beat_before(view: View) -> NDArray[np.intp]:
    """Return from where on no QRS of the beat before is taken for a needle, in samples."""
    off = view.times.qrs_offset
    off = np.where(np.isfinite(off), off, view.times.r_peak + _N["qrs_end_ms"] * view.fs / MS)
    ends = np.r_[0.0, off[:-1] + _N["near_ms"] * view.fs / MS]
    return np.asarray(np.round(ends), dtype=np.intp)


def _stands_out(view: View, height: FloatArray, onset: FloatArray) -> bool:
    """Say whether what is sharp before the QRS stands at one place, well above all other places.

    A pacemaker leads each beat by one time; the needles of tense muscles are everywhere. The place
    is counted from the QRS onset or from R, whichever is the steadier.
    """
    near, start, far = (view.samples(_N[name]) for name in ("near_ms", "before_ms", "far_ms"))
    gaps = np.round(onset).astype(int) - _after_the_beat_before(view)
    far = min(far, int(np.median(gaps)))
    if far - start < start:
        return False
    close = maximum_filter1d(height, 2 * near + 1)
    to_r = float(np.median(view.times.r_peak - onset))
    for begin in (onset, view.times.r_peak - to_r):
        at = np.round(begin).astype(int)
        at = at[(at >= far) & (at < len(height))]
        if not len(at):
            continue
        usual = np.median(close[at[:, None] + np.arange(-far, -start)], axis=0)
        if usual.max() >= _N["stands_out"] * np.median(usual):
            return True
    return False
