"""Dropped beats, as pauses in a steady rhythm: what is seen of a block without a network."""

import numpy as np

from ...fixedpoint import FloatArray
from .limits import Limits


def dropped_beats(beats_s: FloatArray, limits: Limits) -> int:
    """Count the gaps in a steady rhythm that are long beside the interval before and the median.

    A gap after a premature beat is its compensatory pause and does not count; where long and short
    alternate, nothing is said (bigeminy).

    Parameters
    ----------
    beats_s : shape (n_beats,), ascending

    >>> from .settings import load_ecg_urgent
    >>> limits = load_ecg_urgent().limits
    >>> dropped_beats(np.array([0, 0.8, 1.6, 2.4, 4.0, 4.8, 5.6, 7.2, 8.0]), limits)
    2
    >>> dropped_beats(np.array([0, 0.8, 1.6, 2.1, 3.2, 4.0, 4.8, 5.6]), limits)
    0
    """
    rr = np.diff(beats_s)
    if len(rr) < _FEWEST:
        return 0
    usual = float(np.median(rr))
    steady = np.abs(rr - usual) <= limits.dropped_steady_share * usual
    long = rr >= limits.dropped_rr_ratio * usual
    if steady.sum() < max(limits.dropped_steady_per_gap * long.sum(), len(rr) - long.sum() - 1):
        return 0
    return int((long[1:] & steady[:-1]).sum())


_FEWEST = 4
