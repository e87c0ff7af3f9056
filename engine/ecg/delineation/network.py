"""Runs the network over a strip of any length: windows of one length, joined in their middles."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .numbers import NUMBERS
from .prepare import NET_RATE_HZ, Float32Array

OUTPUTS: Final = ("p", "qrs", "t", "p_peak", "qrs_peak", "t_peak")
INPUT: Final = "signal"
OUTPUT: Final = "probability"
MULTIPLE: Final[int] = NUMBERS["network"]["multiple"]
LONGEST_S: Final[float] = NUMBERS["network"]["longest_s"]
WINDOW_S: Final[float] = NUMBERS["network"]["window_s"]
OVERLAP_S: Final[float] = NUMBERS["network"]["overlap_s"]
ROWS_AT_ONCE: Final[int] = NUMBERS["network"]["rows_at_once"]

Session = Any  # onnxruntime has no types


def probabilities(session: Session, x: Float32Array) -> Float32Array:
    """Return the probabilities of waves and peaks.

    Parameters
    ----------
    session : input ``signal`` float32 (n, leads, time), output ``probability`` float32
        (n, leads, 6, time)
    x : shape (k, n), 250 Hz, k >= 1

    Returns
    -------
    shape (k, 6, n)
    """
    k, n = x.shape
    if n <= round(LONGEST_S * NET_RATE_HZ):
        whole: Float32Array = _run(session, _padded(x, n)[None])[0, :, :, :n]
        return whole
    width, overlap = round(WINDOW_S * NET_RATE_HZ), round(OVERLAP_S * NET_RATE_HZ)
    hop = width - overlap
    starts = [*range(0, n - width, hop), n - width]
    out = np.empty((k, len(OUTPUTS), n), np.float32)
    at_once = max(ROWS_AT_ONCE // k, 1)
    for first in range(0, len(starts), at_once):
        part = starts[first : first + at_once]
        windows = np.stack([x[:, s : s + width] for s in part])
        for start, found in zip(part, _run(session, windows), strict=True):
            # The first half of the overlap stays with the window before.
            skip = 0 if start == 0 else overlap // 2
            out[:, :, start + skip : start + width] = found[:, :, skip:]
    return out


def _padded(x: Float32Array, n: int) -> Float32Array:
    """Lengthen to a multiple of what the network halves, with silence."""
    missing = -n % MULTIPLE
    return np.pad(x, ((0, 0), (0, missing))) if missing else x


def _run(session: Session, windows: NDArray[np.float32]) -> Float32Array:
    found: Float32Array = session.run([OUTPUT], {INPUT: np.ascontiguousarray(windows)})[0]
    return found
