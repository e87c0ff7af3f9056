"""One time for each QRS complex over all leads: its strongest moment near its middle.

The peak of each lead is where an annotator of that lead would put it, and two leads may differ by
half a complex; their middle can lie where no lead has anything. Rhythm needs one steady time.
"""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .numbers import NUMBERS
from .prepare import NET_RATE_HZ, Float32Array

REACH_S: Final[float] = NUMBERS["beats"]["reach_s"]


def beat_times(x: Float32Array, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return the time of each complex.

    The middle is the centre of all steepness of the complex, over leads; the time is that of the
    largest deflection over leads within 8 ms of it.

    Parameters
    ----------
    x : shape (k, n), what the network read
    start, end : shape (m,), samples

    Returns
    -------
    shape (m,), samples
    """
    if not len(start):
        return np.empty(0)
    low = np.clip(np.floor(start).astype(np.intp), 0, x.shape[1] - 2)
    width = int(np.clip(np.ceil(end) - low + 1, 3, NET_RATE_HZ).max())
    at = low[:, None] + np.arange(width)
    inside = at <= np.ceil(end)[:, None]
    inside[:, :2] = True
    rows = x[:, np.minimum(at, x.shape[1] - 1)].astype(np.float64)
    steep = np.abs(np.diff(rows, axis=2)).sum(axis=0) * inside[:, 1:]
    places = np.arange(width - 1) + 0.5
    middle = (steep * places).sum(axis=1) / np.maximum(steep.sum(axis=1), _SMALLEST)
    last = np.maximum(inside.sum(axis=1) - 1, 1)
    size = _deflection(rows, last)
    near = inside & (np.abs(np.arange(width) - middle[:, None]) <= REACH_S * NET_RATE_HZ)
    near |= np.arange(width) == np.round(middle)[:, None]
    best = np.where(near, size, -1.0).argmax(axis=1)
    found: FloatArray = low + best + _vertex(size, best)
    return found


def _deflection(rows: FloatArray, last: FloatArray) -> FloatArray:
    """Return how far the leads are from the line between both ends, shape (m, width)."""
    first = rows[:, :, :1]
    end = np.take_along_axis(rows, last[None, :, None].astype(np.intp), axis=2)
    share = np.arange(rows.shape[2]) / last[:, None]
    away = rows - first - (end - first) * share
    found: FloatArray = np.sqrt((away**2).sum(axis=0))
    return found


def _vertex(size: FloatArray, best: FloatArray) -> FloatArray:
    """Return the top of the parabola through three samples, beside the middle one."""
    row, index = np.arange(len(size)), best.astype(np.intp)
    left = size[row, np.maximum(index - 1, 0)]
    mid, right = size[row, index], size[row, np.minimum(index + 1, size.shape[1] - 1)]
    bend = left - 2 * mid + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    return np.clip(shift, -0.5, 0.5)


_SMALLEST: Final = 1e-12
