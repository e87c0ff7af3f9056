"""The pacing spike that starts a beat: a wide complex's own time, where there is one.

A paced complex is wide and slow, and its deepest point wanders; the spike is sharp and stands at
its begin, where annotators and the pacemaker itself count the beat.
"""

from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from .numbers import NUMBERS
from .prepare import NET_RATE_HZ, Float32Array
from .runs import IntArray

_S: Final = NUMBERS["spikes"]
_NARROW: Final[int] = round(_S["narrow_s"] * NET_RATE_HZ)
_BEFORE: Final[int] = round(_S["before_s"] * NET_RATE_HZ)
_AFTER: Final[int] = round(_S["after_s"] * NET_RATE_HZ)
_REST: Final[int] = round(_S["rest_s"] * NET_RATE_HZ)


def spike_times(x: Float32Array, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return the time of the spike of each wide complex that has one.

    A spike is narrow (its height above both sides is nearly the same at 16 and at 32 ms), large
    beside the complex that follows, and stands where the complex begins. A recording is taken for
    paced only where half of its wide complexes, and three at least, have one: a single artefact is
    no pacemaker.

    Parameters
    ----------
    x : shape (k, n), what the network read
    start, end : shape (m,), of the complexes, samples

    Returns
    -------
    shape (m,), samples; NaN for a complex without a spike
    """
    found = np.full(len(start), np.nan)
    wide = np.flatnonzero(end - start >= _S["wide_s"] * NET_RATE_HZ)
    if not len(wide) or x.shape[1] <= 4 * _NARROW:
        return found
    low, high = _bounds(x, start[wide], end[wide])
    at, height, narrow = _sharpest(x, low)
    # The rest of the complex, measured from the level before it.
    size = _largest_after(x, at, low, high)
    spiked = (height >= _S["least_share"] * size) & (narrow >= _S["least_narrow"]) & (size > 0)
    if spiked.sum() >= _S["fewest"] and spiked.mean() >= _S["least_beats"]:
        found[wide[spiked]] = at[spiked]
    return found


def _bounds(x: Float32Array, start: FloatArray, end: FloatArray) -> tuple[IntArray, IntArray]:
    last = x.shape[1] - 1
    low = np.clip(np.floor(start).astype(np.intp), 0, last)
    return low, np.clip(np.ceil(end).astype(np.intp) + 2, 0, last)


def _sharpest(x: Float32Array, low: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the sharpest sample about each begin, its height over leads, and how narrow it is."""
    near, far = _height(x, _NARROW), _height(x, 2 * _NARROW)
    at = np.clip(low[:, None] + np.arange(-_BEFORE, _AFTER + 1), 0, x.shape[1] - 1)
    best = at[np.arange(len(low)), near[at].argmax(axis=1)]
    height = near[best]
    return best, height, height / np.maximum(far[best], _SMALLEST)


def _height(x: Float32Array, reach: int) -> FloatArray:
    """Return how far each sample stands out of both its sides, over leads, shape (n,)."""
    inner = x[:, reach:-reach].astype(np.float64)
    left, right = inner - x[:, : -2 * reach], inner - x[:, 2 * reach :]
    up = np.maximum(np.minimum(left, right), np.minimum(-left, -right))
    height = np.zeros(x.shape[1])
    height[reach:-reach] = np.sqrt((np.maximum(up, 0.0) ** 2).sum(axis=0))
    return height


def _largest_after(
    x: Float32Array,
    at: IntArray,
    low: IntArray,
    high: IntArray,
) -> FloatArray:
    """Return the largest deflection over leads between the spike and the end of the complex."""
    width = int((high - at).max()) + 1
    places = at[:, None] + _REST + np.arange(max(width - _REST, 1))
    inside = places <= high[:, None]
    rows = x[:, np.minimum(places, x.shape[1] - 1)].astype(np.float64)
    level = x[:, np.maximum(np.minimum(low, at) - _BASE, 0)].astype(np.float64)
    size = np.sqrt(((rows - level[:, :, None]) ** 2).sum(axis=0)) * inside
    largest: FloatArray = size.max(axis=1)
    return largest


_BASE: Final = 4
_SMALLEST: Final = 1e-12
