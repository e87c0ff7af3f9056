"""From any signal to one that filters can read: no gaps, a moderate rate, usable leads only."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...fixedpoint import FloatArray

BoolArray = NDArray[np.bool_]
LARGEST_GAP_SHARE: Final = 0.5
FOLLOWING_LEADS: Final = ("III", "aVR", "aVL", "aVF")


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """Leads without gaps at a rate that is a whole fraction of the file's.

    Attributes
    ----------
    x : shape (k, n), millivolt, gaps bridged by straight lines
    known : shape (k, n), False where the file has no finite sample
    rows : shape (k,), the rows of the signal
    rate_hz : of ``x``
    factor : samples of the file for one sample of ``x``
    """

    x: FloatArray
    known: BoolArray
    rows: NDArray[np.intp]
    rate_hz: float
    factor: int

    def to_file(self, index: FloatArray) -> FloatArray:
        """Return where samples of ``x`` lie in the file, in samples of the file."""
        return np.asarray(index * self.factor + (self.factor - 1) / 2.0)

    def from_file(self, sample: FloatArray) -> FloatArray:
        """Return where samples of the file lie in ``x``."""
        return np.asarray((sample - (self.factor - 1) / 2.0) / self.factor)


def make_readable(
    signal_mv: FloatArray,
    sampling_rate_hz: float,
    rate_hz: float,
    leads: tuple[str, ...] = (),
    known: BoolArray | None = None,
) -> Readable:
    """Bridge gaps, and take means of neighbours down to the lowest rate that is still enough.

    A lead without samples in more than half of the time in which anything was recorded, or that
    never moves, is left out, and so are the four limb leads that follow from I and II where both
    are there.

    Parameters
    ----------
    signal_mv : shape (n_leads, n_samples); NaN and infinity count as no sample
    sampling_rate_hz : of the file
    rate_hz : the result has at least this rate, where the file has it
    leads : names of the rows; without them, leads that follow from others stay
    known : shape (n_leads, n_samples), finite samples, where that is computed already
    """
    known = np.isfinite(signal_mv) if known is None else known
    rows = _usable_rows(signal_mv, known)
    rows = independent_rows(rows, leads) if leads else rows
    x, known = signal_mv[rows], known[rows]
    if not known.all():
        x = bridge_gaps(x, known)
    factor = max(int(sampling_rate_hz // rate_hz), 1)
    return Readable(
        x=block_mean(x, factor),
        known=known[:, : known.shape[1] // factor * factor : factor],
        rows=rows,
        rate_hz=sampling_rate_hz / factor,
        factor=factor,
    )


def _usable_rows(signal_mv: FloatArray, known: BoolArray) -> NDArray[np.intp]:
    if signal_mv.shape[1] == 0:
        return np.empty(0, np.intp)
    if known.all():
        moves = signal_mv.max(axis=1) > signal_mv.min(axis=1)
        return np.flatnonzero(moves)
    enough = share_known(known) >= 1.0 - LARGEST_GAP_SHARE
    high = np.where(known, signal_mv, -np.inf).max(axis=1)
    low = np.where(known, signal_mv, np.inf).min(axis=1)
    return np.flatnonzero(enough & (high > low))


def share_known(known: BoolArray) -> FloatArray:
    """Return the share of the time in which anything was recorded that each lead has samples for.

    A gap in all leads together is the fault of none: what stands beside it is read.

    Parameters
    ----------
    known : shape (n_leads, n_samples)

    Returns
    -------
    shape (n_leads,), 0 where nothing was recorded
    """
    recorded = max(int(known.any(axis=0).sum()), 1)
    return np.asarray(known.sum(axis=1) / recorded)


def independent_rows(rows: NDArray[np.intp], leads: tuple[str, ...]) -> NDArray[np.intp]:
    """Leave out the limb leads that say nothing beyond I and II, where both are among the rows."""
    names = [leads[row] for row in rows]
    if not {"I", "II"} <= set(names):
        return rows
    return rows[[name not in FOLLOWING_LEADS for name in names]]


def bridge_gaps(x: FloatArray, known: BoolArray) -> FloatArray:
    """Fill what is not known by straight lines, so that a gap is not a step.

    Parameters
    ----------
    x : shape (k, n); every row has a known sample
    known : shape (k, n)
    """
    filled = np.array(x, np.float64)
    time = np.arange(x.shape[1])
    for row in np.flatnonzero(~known.all(axis=1)):
        there = known[row]
        filled[row, ~there] = np.interp(time[~there], time[there], x[row, there])
    return filled


def block_mean(x: FloatArray, factor: int) -> FloatArray:
    """Return the means of ``factor`` neighbours; what is left over at the end is dropped."""
    if factor == 1:
        return x
    n = x.shape[1] // factor * factor
    total = x[:, 0:n:factor].copy()
    for first in range(1, factor):
        total += x[:, first:n:factor]
    return np.asarray(total / factor)
