"""Whether inputs, scores or outcomes move between periods: PSI and CUSUM."""

from dataclasses import dataclass

import numpy as np

from ...training.metrics import LEVEL, Estimate
from .estimate import BoolArray, FloatArray, NotEstimable, Result, TestResult, one_class

WATCH = 0.1
ACT = 0.25
_BINS = 10
_HALF = 0.5
_DRAWS = 400
_BLOCK = 4096


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
    zero by chance: bins / n of the smaller period, about. The replicates are above it by as much
    again, so their percentiles alone lie above the index; from them both are taken off, which
    gives an interval for the index of the populations.

    Parameters
    ----------
    reference, current : shape (n,), (m,); NaN is missing
    seed : of the bootstrap

    Returns
    -------
    the index of these people, with an interval that holds it and does not go below 0

    Source: Siddiqi 2006, Credit Risk Scorecards, chapter 9; Yurdakul 2018 for its distribution;
    bias by bootstrap, Efron and Tibshirani 1993, chapter 10.
    """
    method = "PSI, tenths of the reference; multinomial bootstrap less twice its bias, from 0"
    n = len(reference) + len(current)
    if not (len(reference) and len(current)):
        return NotEstimable("nobody", n, method)
    first, second = bin_shares(reference, current)
    generator = np.random.default_rng(seed)
    drawn = [
        generator.multinomial(int(c.sum()), c / c.sum(), size=_DRAWS).astype(np.float64)
        for c in (first, second)
    ]
    values = np.array([_psi(a, b) for a, b in zip(*drawn, strict=True)])
    value, tail = _psi(first, second), 100 * (1 - LEVEL) / 2
    bias = float(values.mean()) - value
    low, high = np.percentile(values - 2 * bias, [tail, 100 - tail])
    return Estimate(value, max(min(float(low), value), 0.0), max(float(high), value), n, method)


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
    weight = _evidence(outcome, expected, odds_ratio)
    path, signals, total = np.empty(len(weight)), [], 0.0
    for i, w in enumerate(weight):
        total = max(0.0, total + float(w))
        path[i] = total
        if total >= limit:
            signals.append(i)
            total = 0.0
    return Cusum(path, tuple(signals))


def _evidence(outcome: BoolArray, expected: FloatArray, odds_ratio: float) -> FloatArray:
    """Return each person's logarithm of the likelihood ratio, for a change of the odds."""
    down = np.log1p((odds_ratio - 1) * expected)
    return np.where(outcome, np.log(odds_ratio) - down, -down)


@dataclass(frozen=True, slots=True)
class CusumTest:
    """How high a CUSUM without limit climbed, and how often chance alone climbs as high.

    Parameters
    ----------
    test : statistic is the highest point of the path, p is simulated
    at : position of the person at whom it stood highest
    """

    test: TestResult
    at: int


def cusum_test(
    outcome: BoolArray, expected: FloatArray, odds_ratio: float, seed: int
) -> CusumTest | NotEstimable:
    """Ask whether outcomes in order of time drift away from their risks, by simulation.

    No limit has to be chosen: outcomes are drawn from the risks themselves, and p is the share of
    draws whose path climbs at least as high. A risk that is wrong from the start signals too.

    Parameters
    ----------
    outcome, expected : shape (n,), in order of time
    odds_ratio : of the change that is looked for, not 1
    seed : of the draws

    Source: as ``cusum``; Monte Carlo p of Davison and Hinkley 1997, section 4.2.
    """
    method = f"CUSUM, odds times {odds_ratio:g}; {_DRAWS} draws of right risks"
    refused = one_class(outcome, method)
    if refused is not None:
        return refused
    generator, n = np.random.default_rng(seed), len(outcome)
    height, top, at = np.zeros(_DRAWS + 1), np.zeros(_DRAWS + 1), 0
    for start in range(0, n, _BLOCK):
        risk = expected[start : start + _BLOCK]
        drawn = generator.random((len(risk), _DRAWS)) < risk[:, None]
        mine = outcome[start : start + _BLOCK, None]
        for i, row in enumerate(_evidence(np.hstack([mine, drawn]), risk[:, None], odds_ratio)):
            height = np.maximum(height + row, 0.0)
            if height[0] > top[0]:
                at = start + i
            np.maximum(top, height, out=top)
    p = float(1 + np.sum(top[1:] >= top[0])) / (_DRAWS + 1)
    return CusumTest(TestResult(float(top[0]), p, n, method), at)
