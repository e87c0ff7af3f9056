"""Needles of a pacemaker: deflections of a few milliseconds at one distance from the QRS or P."""

from typing import Final

import numpy as np
from scipy.ndimage import maximum_filter1d

from .numbers import NUMBERS
from .view import MS, NAN, View

_N: Final = NUMBERS["pacing"]


def pacing_features(view: View) -> dict[str, float]:
    """How sharp, how often and how steadily something sharp stands before the beats."""
    names = ("spike_share", "spike_height", "spike_contrast", "spike_before_mv", "spike_at_qrs_mv")
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
    local, further, quiet = [], [], []
    for a in np.round(on).astype(int):
        if a - far < 0 or a + stop >= len(height):
            continue
        local.append(float(height[a - start : a + stop].max()))
        further.append(float(height[a - far : a - start].max()))
        quiet.append(float(np.median(maximum_filter1d(height[a - far : a - start], start))))
    if not local:
        return found
    level = float(np.median(quiet)) + _N["floor_mv"]
    best = np.maximum(np.array(local), np.array(further))
    found["spike_height"] = float(np.median(best))
    found["spike_contrast"] = float(np.median(best)) / level
    found["spike_share"] = float((np.array(further) > _N["least_mv"]).mean())
    found["spike_before_mv"] = float(np.median(further))
    found["spike_at_qrs_mv"] = float(np.median(local))
    return found
