"""From any ECG to what the network reads: one rate, no baseline, every lead at its own scale."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray
from .numbers import NUMBERS

NET_RATE_HZ: Final[int] = NUMBERS["prepare"]["net_rate_hz"]
HIGH_PASS_HZ: Final[float] = NUMBERS["prepare"]["high_pass_hz"]
SCALE_WINDOW_S: Final[int] = NUMBERS["prepare"]["scale_window_s"]
NUMERICAL_FLOOR_MV: Final[float] = NUMBERS["prepare"]["numerical_floor_mv"]
FINEST_RATIO: Final[int] = NUMBERS["prepare"]["finest_ratio"]
LARGEST_GAP_SHARE: Final[float] = NUMBERS["prepare"]["largest_gap_share"]
_PAD_S: Final[int] = NUMBERS["prepare"]["pad_s"]


@cache
def _baseline() -> FloatArray:
    """Return the high-pass filter, second order, as sections."""
    from scipy.signal import butter  # noqa: PLC0415 - a visit without ECG does not wait for scipy

    sections: FloatArray = butter(2, HIGH_PASS_HZ, "highpass", fs=NET_RATE_HZ, output="sos")
    return sections


Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What the network reads, and the way back to the file's samples.

    Parameters
    ----------
    x : shape (k, n), the usable leads at 250 Hz without baseline, median SD of 1
    usable : shape (k,), their rows in the signal
    known : shape (k, n), False where the file has no sample
    step : samples of the file for one sample of ``x``
    """

    x: Float32Array
    usable: NDArray[np.intp]
    known: NDArray[np.bool_]
    step: float


def prepare(signal_mv: FloatArray, sampling_rate_hz: float) -> Prepared:
    """Resample, take the baseline away and scale each lead.

    A lead without variation, or without samples in more than half of the time, is not usable.

    Parameters
    ----------
    signal_mv : shape (n_leads, n_samples), any unit that is linear; NaN where there is no sample
    sampling_rate_hz : > 0

    Returns
    -------
    the usable leads; none where nothing can be read
    """
    ratio = Fraction(NET_RATE_HZ / sampling_rate_hz).limit_denominator(FINEST_RATIO)
    # Above a thousand times the network's rate no ratio is left; such a file is read as it is.
    ratio = ratio or Fraction(1, FINEST_RATIO)
    step = float(1 / ratio)
    missing = ~np.isfinite(signal_mv)
    # A gap in all leads together is the fault of none: what stands beside it is read.
    recorded = max(int((~missing).any(axis=0).sum()), 1)
    enough = (~missing).sum(axis=1) >= (1.0 - LARGEST_GAP_SHARE) * recorded
    rows = np.flatnonzero(enough & (signal_mv.shape[1] > 1))
    filled = _fill(signal_mv[rows], missing[rows])
    at_net_rate = _resample(filled, ratio)
    flat = without_baseline(at_net_rate)
    known = ~_nearest(missing[rows], flat.shape[1], step)
    there = known.any(axis=0)
    scale = lead_scale(flat if there.all() else flat[:, there])
    kept = scale > NUMERICAL_FLOOR_MV
    x = (flat[kept] / scale[kept, None]).astype(np.float32)
    return Prepared(x, rows[kept], known[kept], step)


def _fill(signal: FloatArray, missing: NDArray[np.bool_]) -> FloatArray:
    """Bridge gaps by straight lines, so that a gap is not a step."""
    filled = np.array(signal, np.float64)
    time = np.arange(signal.shape[1])
    for row in np.flatnonzero(missing.any(axis=1)):
        gap = missing[row]
        filled[row, gap] = np.interp(time[gap], time[~gap], signal[row, ~gap])
    return filled


def _resample(signal: FloatArray, ratio: Fraction) -> FloatArray:
    if ratio == 1 or signal.size == 0:
        return signal
    from scipy.signal import resample_poly  # noqa: PLC0415 - as above

    # The ends are continued: a signal with an offset would otherwise begin with a step.
    found: FloatArray = resample_poly(
        signal, ratio.numerator, ratio.denominator, axis=1, padtype="line"
    )
    return found


def without_baseline(signal: FloatArray) -> FloatArray:
    """Take away what is slower than 0.4 Hz, without a delay.

    Parameters
    ----------
    signal : shape (n_leads, n), at 250 Hz
    """
    if signal.size == 0 or signal.shape[1] <= 1:
        return signal
    centred = signal - signal.mean(axis=1, keepdims=True)
    pad = min(_PAD_S * NET_RATE_HZ, signal.shape[1] - 1)
    from scipy.signal import sosfiltfilt  # noqa: PLC0415 - as above

    found: FloatArray = sosfiltfilt(_baseline(), centred, axis=1, padlen=pad)
    return found


def lead_scale(signal: FloatArray) -> FloatArray:
    """Return each lead's SD: the median over windows of 2 s, which one artefact does not move.

    Parameters
    ----------
    signal : shape (n_leads, n), at 250 Hz

    Returns
    -------
    shape (n_leads,)
    """
    width = SCALE_WINDOW_S * NET_RATE_HZ
    windows = signal.shape[1] // width
    if windows == 0:
        return signal.std(axis=1) if signal.shape[1] else np.zeros(len(signal))
    cut = signal[:, : windows * width].reshape(len(signal), windows, width)
    found: FloatArray = np.median(cut.std(axis=2), axis=1)
    return found


def _nearest(missing: NDArray[np.bool_], n: int, step: float) -> NDArray[np.bool_]:
    if not missing.any():
        return np.zeros((len(missing), n), np.bool_)
    at = np.minimum(np.round(np.arange(n) * step).astype(np.intp), missing.shape[1] - 1)
    return missing[:, at]
