"""Population stability index of counted values, less what chance alone gives, with an interval."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtr, chdtrc, chndtrinc

from ....engine.fixedpoint import FloatArray, Int64Array

BINS: Final = 10
_HALF: Final = 0.5
_TAIL: Final = 0.025


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Values with how often each occurs; values ascending."""

    value: FloatArray
    count: Int64Array

    @property
    def n(self) -> int:
        """Number of values."""
        return int(self.count.sum())


@dataclass(frozen=True, slots=True)
class Index:
    """How far a distribution has moved.

    Attributes
    ----------
    value : the index less its expectation without a change, not below zero
    low, high : 95 % interval of the index without sampling noise
    chance : how often chance alone gives such an index
    """

    value: float
    low: float
    high: float
    chance: float


def tenths(reference: Counted) -> FloatArray:
    """Return the lower ends of the bins above the first: tenths of the reference."""
    share = np.cumsum(reference.count) / max(reference.n, 1)
    ends = np.searchsorted(share, np.linspace(0, 1, BINS + 1)[1:-1], side="left")
    values = np.unique(reference.value[np.minimum(ends, len(reference.value) - 1)])
    return values[values > reference.value[0]]


def in_bins(counted: Counted, inner: FloatArray) -> FloatArray:
    """Return how many values lie in each bin."""
    place = np.searchsorted(inner, counted.value, side="right")
    return np.bincount(place, weights=counted.count, minlength=len(inner) + 1).astype(np.float64)


def raw_index(first: FloatArray, second: FloatArray) -> float:
    """Return the index of two counts in the same bins; half a person is added to each bin.

    >>> raw_index(np.array([50.0, 50.0]), np.array([50.0, 50.0]))
    0.0
    """
    a = (first + _HALF) / (first.sum() + _HALF * len(first))
    b = (second + _HALF) / (second.sum() + _HALF * len(second))
    return float(((b - a) * np.log(b / a)).sum())


def stability(reference: Counted, current: Counted, *, is_code: bool = False) -> Index:
    """Return how far a month lies from the reference.

    Without a change, index times nm / (n + m) is about chi-square with one degree less than bins;
    with one, noncentral chi-square, whose parameter gives the interval. Independence of the values
    is assumed: a person who comes twice in a month counts twice.

    Parameters
    ----------
    reference, current : counted values, at least one in each
    is_code : values are codes, each a bin of its own

    Source: Siddiqi 2006, Credit Risk Scorecards, chapter 9; Yurdakul 2018 for the chi-square form.
    Departure: the expectation without a change is subtracted.
    """
    if is_code:
        both = np.unique(np.r_[reference.value, current.value])
        inner = both[1:]
    else:
        inner = tenths(reference)
    first, second = in_bins(reference, inner), in_bins(current, inner)
    degrees = len(first) - 1
    if degrees == 0:
        return Index(0.0, 0.0, 0.0, 1.0)
    scale = reference.n * current.n / (reference.n + current.n)
    x = raw_index(first, second) * scale
    return Index(
        value=max(0.0, x - degrees) / scale,
        low=_noncentrality(x, degrees, 1 - _TAIL) / scale,
        high=_noncentrality(x, degrees, _TAIL) / scale,
        chance=float(chdtrc(degrees, x)),
    )


def _noncentrality(x: float, degrees: int, below: float) -> float:
    """Return the parameter with which so much lies below x; 0 where even none has less."""
    return float(chndtrinc(x, degrees, below)) if chdtr(degrees, x) > below else 0.0
