"""Whether inputs, scores or outcomes move between periods: PSI and CUSUM."""

from dataclasses import dataclass

import numpy as np

from ...training.metrics import LEVEL, Estimate
from .estimate import BoolArray, FloatArray, NotEstimable, Result

WATCH = 0.1
ACT = 0.25
_BINS = 10
_HALF = 0.5
_DRAWS = 400


def bin_shares(
    reference: FloatArray, current: FloatArray, bins: int = _BINS
) -> tuple[FloatArray, FloatArray]:
    """Count both periods in bins of equal share in the reference; missing is a bin of its own."""
    known = reference[np.isfinite(reference)]
    inner = np.empty(0)
    if len(known):
        inner = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))

    def counts(values: FloatArray) -> FloatArray:
        there = values[np.isfinite(values)]
        placed = np.bincount(np.searchsorted(inner, there, side="right"), minlength=len(inner) + 1)
        return np.r_[placed, len(values) - len(there)].astype(np.float64)

    first, second = counts(reference), counts(current)
    used = first + second > 0
    return first[used], second[used]


def _psi(first: FloatArray, second: FloatArray) -> float:
    a = (first + _HALF) / (first.sum() + _HALF * len(first))
    b = (second + _HALF) / (second.sum() + _HALF * len(second))
    return float(((b - a) * np.log(b / a)).sum())


def population_stability(reference: FloatArray, current: FloatArray, seed: int) -> Result:
    """Return the population stability index of one column between two periods.

    Below .1 little has moved, from .25 on something has (a convention, not a test). Half a person
    is added to each bin, so that an empty bin gives a number. With few people the index is above
    zero by chance: bins / n of the smaller period, about.

    Parameters
    ----------
    reference, current : shape (n,), (m,); NaN is missing
    seed : of the bootstrap

    Source: Siddiqi 2006, Credit Risk Scorecards, chapter 9; Yurdakul 2018 for its distribution.
    """
    method = "PSI, tenths of the reference; multinomial bootstrap"
    n = len(reference) + len(current)
    if not (len(reference) and len(current)):
        return NotEstimable("nobody", n, method)
    first, second = bin_shares(reference, current)
    generator = np.random.default_rng(seed)
    drawn = [
        generator.multinomial(int(c.sum()), c / c.sum(), size=_DRAWS).astype(np.float64)
        for c in (first, second)
    ]
    values = [_psi(a, b) for a, b in zip(*drawn, strict=True)]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return Estimate(_psi(first, second), float(low), float(high), n, method)


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """A running sum of evidence that a rate has gone up.

    Parameters
    ----------
    path : shape (n,), after each person; back at 0 where it would fall below, and after a signal
    signals : positions at which it reached the limit
    """

    path: FloatArray
    signals: tuple[int, ...]


def cusum(outcome: BoolArray, expected: FloatArray, odds_ratio: float, limit: float) -> Cusum:
    """Return the risk-adjusted CUSUM of outcomes in order of time.

    Parameters
    ----------
    outcome : shape (n,), a case, or a finding that the physician overrode
    expected : shape (n,), the chance of it if nothing has changed
    odds_ratio : of the change to be found; above 1 looks for a rise, below 1 for a fall
    limit : evidence from which on it signals

    Source: Steiner et al. 2000, Biostatistics 1:441-452.
    """
    down = np.log1p((odds_ratio - 1) * expected)
    weight = np.where(outcome, np.log(odds_ratio) - down, -down)
    path, signals, total = np.empty(len(weight)), [], 0.0
    for i, w in enumerate(weight):
        total = max(0.0, total + float(w))
        path[i] = total
        if total >= limit:
            signals.append(i)
            total = 0.0
    return Cusum(path, tuple(signals))
