"""The median beat as the encoder reads it: twelve leads around R at 100 Hz."""

from typing import Final

import numpy as np
from scipy.signal import resample_poly

from ...engine.ecg.analysis import EcgAnalysis
from ...engine.ecg.features.view import view_of
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray

RATE_HZ: Final = 100
BEFORE_S: Final = 0.25
AFTER_S: Final = 0.45
WIDTH: Final = round((BEFORE_S + AFTER_S) * RATE_HZ)
UV_DECIMALS: Final = 3


def beat_of(analysis: EcgAnalysis) -> FloatArray:
    """Return the median beat around R in millivolt, shape (12, `WIDTH`); 0 where it is missing."""
    found = np.zeros((len(TWELVE_LEADS), WIDTH))
    view = view_of(analysis)
    if view.beat is None or view.curve_mv is None:
        return found
    first = view.beat.r_index - round(BEFORE_S * view.fs)
    stop = view.beat.r_index + round(AFTER_S * view.fs)
    curve = np.nan_to_num(view.curve_mv)
    padded = np.pad(curve, ((0, 0), (max(-first, 0), max(stop - curve.shape[1], 0))), mode="edge")
    piece = padded[:, max(first, 0) : max(first, 0) + stop - first]
    thin = resample_poly(piece, RATE_HZ, round(view.fs), axis=1, padtype="line")[:, :WIDTH]
    for row, name in enumerate(TWELVE_LEADS):
        if name in view.leads:
            found[row, : thin.shape[1]] = thin[view.leads.index(name)]
    return np.round(found, UV_DECIMALS)
