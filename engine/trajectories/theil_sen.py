"""Theil-Sen slopes of many people at once, with Sen's distribution-free interval."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..fixedpoint import FloatArray, Int64Array
from ..record import BoolArray
from .settings import method


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """The trend of g runs of points.

    Attributes
    ----------
    slope, low, high : float64 (g,), per unit of time; NaN where there are too few points
    intercept : float64 (g,), so that half of the points lie above the line
    residual : float64 (n,), of every point; NaN in a run of one
    """

    slope: FloatArray
    low: FloatArray
    high: FloatArray
    intercept: FloatArray
    residual: FloatArray


def theil_sen(time: FloatArray, value: FloatArray, start: Int64Array, count: Int64Array) -> Slopes:
    """Return the median of all pairwise slopes of each run, and its interval.

    Parameters
    ----------
    time : shape (n,), increasing within a run, no time twice
    value : shape (n,), finite
    start, count : int64 (g,), the runs: ``start[i]`` to ``start[i] + count[i] - 1``

    Returns
    -------
    slopes; interval ends are NaN where ``confident_rank`` is 0

    Source: Theil 1950; Sen 1968, J Am Stat Assoc 63:1379-1389. Departure: up to the size in
    ``items.toml`` the interval's rank comes from the exact distribution of Kendall's S, without a
    correction for equal values, which makes it no shorter.
    """
    g = len(start)
    found = {name: np.full(g, np.nan) for name in ("slope", "low", "high", "intercept")}
    residual = np.full(len(time), np.nan)
    for size in np.unique(count[count > 1]):
        for runs in _chunks(np.flatnonzero(count == size), int(size)):
            at = start[runs][:, None] + np.arange(size)
            t, v = time[at], value[at]
            pairs = _pairwise(t, v)
            pairs.sort(axis=1)
            slope = _middle(pairs)
            found["slope"][runs] = slope
            found["low"][runs], found["high"][runs] = _ends(pairs, confident_rank(int(size)))
            level = v - slope[:, None] * t
            intercept = np.median(level, axis=1)
            found["intercept"][runs] = intercept
            residual[at] = level - intercept[:, None]
    return Slopes(**found, residual=residual)


def _chunks(runs: Int64Array, size: int) -> Iterator[Int64Array]:
    """Yield runs in portions whose pairs fit into memory."""
    step = max(1, method().pairs_at_once // (size * (size - 1) // 2))
    for first in range(0, len(runs), step):
        yield runs[first : first + step]


def _pairwise(t: FloatArray, v: FloatArray) -> FloatArray:
    """Return (runs, size (size - 1) / 2) slopes, lag by lag."""
    size = t.shape[1]
    pairs = np.empty((t.shape[0], size * (size - 1) // 2))
    at = 0
    for lag in range(1, size):
        end = at + size - lag
        pairs[:, at:end] = (v[:, lag:] - v[:, :-lag]) / (t[:, lag:] - t[:, :-lag])
        at = end
    return pairs


def _middle(ordered: FloatArray) -> FloatArray:
    n = ordered.shape[1]
    return np.asarray((ordered[:, (n - 1) // 2] + ordered[:, n // 2]) / 2)


def _ends(ordered: FloatArray, rank: int) -> tuple[FloatArray, FloatArray]:
    if rank < 1:
        nothing = np.full(len(ordered), np.nan)
        return nothing, nothing
    return ordered[:, rank - 1], ordered[:, ordered.shape[1] - rank]


@cache
def confident_rank(size: int) -> int:
    """Return which slope from below, and from above, bounds the interval; 0 where none can.

    Parameters
    ----------
    size : points of the run

    >>> confident_rank(4), confident_rank(5), confident_rank(10)
    (0, 1, 12)
    """
    tail = (1 - method().level) / 2
    pairs = size * (size - 1) // 2
    if size > method().exact_up_to:
        from scipy.special import ndtri  # noqa: PLC0415 - heavy, and for long runs only

        spread = float(-ndtri(tail)) * np.sqrt(size * (size - 1) * (2 * size + 5) / 18)
        return max(round((pairs - spread) / 2), 0)
    below = np.cumsum(_inversions(size))
    return int((below <= tail).sum())


def _inversions(size: int) -> FloatArray:
    """Return the chance of 0, 1, ... inversions in a random order of so many (Kendall's S)."""
    chance = np.ones(1)
    for n in range(2, size + 1):
        chance = np.convolve(chance, np.ones(n)) / n
    return chance


def medians(values: FloatArray, start: Int64Array, count: Int64Array) -> FloatArray:
    """Return the median of each run.

    Parameters
    ----------
    values : shape (n,), finite
    start, count : int64 (g,), runs of at least one

    >>> medians(np.array([1.0, 3.0, 8.0, 5.0]), np.array([0, 3]), np.array([3, 1]))
    array([3., 5.])
    """
    found = np.full(len(start), np.nan)
    for size in np.unique(count):
        runs = np.flatnonzero(count == size)
        found[runs] = np.median(values[start[runs][:, None] + np.arange(size)], axis=1)
    return found


def is_far(
    residual: FloatArray, floor: FloatArray, start: Int64Array, count: Int64Array
) -> BoolArray:
    """Say which points lie far from their line, by the median deviation of their run.

    Parameters
    ----------
    residual : shape (n,), from ``theil_sen``
    floor : float64 (g,), the smallest scale that is believed: what the item repeats anyway
    start, count : int64 (g,), the runs, together all n points
    """
    judged = count >= method().outlier_from_tests
    scale = np.full(len(start), np.nan)
    if judged.any():
        found = medians(np.abs(np.nan_to_num(residual)), start[judged], count[judged])
        scale[judged] = np.maximum(found * method().mad_to_sd, floor[judged])
    limit = np.repeat(scale * method().outlier_sd, count)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(residual) > limit)
