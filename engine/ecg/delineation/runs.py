"""Pieces of time in which a probability is high, on all leads in one step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray

IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
RealArray = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Pieces, ordered by lead, then by time.

    Parameters
    ----------
    lead : shape (r,)
    start, end : shape (r,), first sample above the level, first sample after them
    mass : shape (r,), sum of the probability inside
    top : shape (r,), greatest probability inside
    """

    lead: IntArray
    start: IntArray
    end: IntArray
    mass: FloatArray
    top: FloatArray

    def __len__(self) -> int:
        return len(self.lead)

    def only(self, keep: BoolArray | IntArray) -> "Runs":
        """Return some of the pieces."""
        return Runs(
            self.lead[keep], self.start[keep], self.end[keep], self.mass[keep], self.top[keep]
        )


def find_runs(probability: RealArray, level: float, *, gap: int, shortest: int) -> Runs:
    """Find where a probability lies above a level.

    Parameters
    ----------
    probability : shape (k, n), 0 to 1
    level : above this
    gap : pieces of one lead with fewer samples than this between them are one
    shortest : pieces with fewer samples are left out
    """
    k, n = probability.shape
    above = np.zeros((k, n + 2), np.bool_)
    np.greater(probability, level, out=above[:, 1:-1])
    flat = above.ravel()
    change = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    start, end = change[0::2], change[1::2]
    if gap > 1 and len(start) > 1:
        # Between two leads stand two samples that are below every level: count them as far apart.
        apart = (start[1:] - end[:-1] >= gap) | (start[1:] // (n + 2) != start[:-1] // (n + 2))
        start, end = start[np.r_[True, apart]], end[np.r_[apart, True]]
    long_enough = end - start >= shortest
    start, end = start[long_enough], end[long_enough]
    lead = start // (n + 2)
    return _measured(probability, lead, start - lead * (n + 2) - 1, end - lead * (n + 2) - 1)


def _measured(probability: RealArray, lead: IntArray, start: IntArray, end: IntArray) -> Runs:
    if not len(lead):
        return Runs(lead, start, end, np.empty(0), np.empty(0))
    k, n = probability.shape
    # One more sample, so that a piece that reaches the very end has an end to cut at.
    flat = np.append(probability.ravel(), np.float32(0))
    cuts = np.stack([lead * n + start, lead * n + end], axis=1).ravel()
    mass = np.add.reduceat(flat, cuts)[0::2].astype(np.float64)
    top = np.maximum.reduceat(flat, cuts)[0::2].astype(np.float64)
    return Runs(lead, start, end, mass, top)


def tightened(probability: RealArray, runs: Runs, share: float) -> tuple[Runs, FloatArray]:
    """Narrow each piece to where the probability exceeds a share of its own greatest value.

    The probability that a wave is there and reaches a sample is the product of two: that it is
    there, which its greatest value tells, and that it reaches so far. The share is of the second.

    Parameters
    ----------
    probability : shape (k, n)
    runs : pieces above a lower level
    share : 0 to 1

    Returns
    -------
    the narrowed pieces, and the level of each, shape (r,)
    """
    level = np.asarray(share * runs.top)
    if not len(runs):
        return runs, level
    inside = _windows(probability, runs, fill=-1.0) >= level[:, None]
    width = inside.shape[1]
    start = runs.start + inside.argmax(axis=1)
    end = runs.start + width - inside[:, ::-1].argmax(axis=1)
    return Runs(runs.lead, start, end, runs.mass, runs.top), level


def _windows(values: RealArray, runs: Runs, *, fill: float) -> RealArray:
    """Return the samples of each piece as rows, filled up to the longest."""
    at = runs.start[:, None] + np.arange(int((runs.end - runs.start).max()))
    rows = values[runs.lead[:, None], np.minimum(at, values.shape[1] - 1)]
    found: RealArray = np.where(at < runs.end[:, None], rows, np.float32(fill))
    return found


def crossings(
    probability: RealArray, runs: Runs, level: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where a probability crosses a level, between two samples, at both ends of each piece.

    Parameters
    ----------
    probability : shape (k, n)
    runs : pieces above their level
    level : shape (r,), of each piece

    Returns
    -------
    onset and offset, shape (r,), samples; NaN where the piece reaches the end of the strip
    """
    return (
        _cross(probability, runs.lead, (runs.start - 1, runs.start), level),
        _cross(probability, runs.lead, (runs.end, runs.end - 1), level),
    )


def _cross(
    probability: RealArray, lead: IntArray, sides: tuple[IntArray, IntArray], level: FloatArray
) -> FloatArray:
    """Interpolate between a sample outside and its neighbour inside."""
    outside, inside = sides
    last = probability.shape[1] - 1
    there = (outside >= 0) & (outside <= last)
    low = probability[lead, np.clip(outside, 0, last)].astype(np.float64)
    high = probability[lead, inside].astype(np.float64)
    rise = np.where(high > low, high - low, 1.0)
    share = np.clip((level - low) / rise, 0.0, 1.0)
    return np.where(there, outside + share * (inside - outside), np.nan)


def summits(probability: RealArray, runs: Runs) -> FloatArray:
    """Return where a probability is greatest inside each piece, between samples.

    Parameters
    ----------
    probability : shape (k, n), of a peak
    runs : pieces to look in

    Returns
    -------
    shape (r,), samples
    """
    if not len(runs):
        return np.empty(0)
    best = runs.start + _windows(probability, runs, fill=-1.0).argmax(axis=1)
    return best + _vertex(probability, runs.lead, best)


def _vertex(probability: RealArray, lead: IntArray, best: IntArray) -> FloatArray:
    """Return the top of the parabola through three samples, beside the middle one."""
    n = probability.shape[1]
    left = probability[lead, np.maximum(best - 1, 0)].astype(np.float64)
    mid = probability[lead, best].astype(np.float64)
    right = probability[lead, np.minimum(best + 1, n - 1)].astype(np.float64)
    bend = left - 2 * mid + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    return np.clip(shift, -0.5, 0.5)
