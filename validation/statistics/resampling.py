"""Bootstraps: by person where somebody has several records, by sampling unit in a survey."""

from collections.abc import Callable, Iterator

import numpy as np

from ...training.metrics import LEVEL, Estimate, WeightedAuroc
from ...training.survey import BOOTSTRAP, Design, replicate_factors
from .estimate import BoolArray, FloatArray, IntArray, NotEstimable, Result, one_class

FEWEST_PERSONS = 2
BY_PERSON = "percentile bootstrap of persons"
_BLOCK = 64


def person_factors(person: IntArray, replicates: int, seed: int) -> Iterator[FloatArray]:
    """Yield how often each record counts in each replicate, persons drawn with replacement.

    All records of a person come together, so that they are never taken for independent.

    Parameters
    ----------
    person : shape (n,), any number per person
    replicates, seed : of the bootstrap

    Source: Efron and Tibshirani 1993, chapter 8; Field and Welsh 2007 for clusters.
    """
    _, number = np.unique(person, return_inverse=True)
    persons = int(number.max()) + 1 if len(number) else 0
    generator = np.random.default_rng(seed)
    for _ in range(replicates):
        drawn = generator.integers(0, persons, persons)
        yield np.bincount(drawn, minlength=persons)[number].astype(np.float64)


def design_factors(design: Design, replicates: int, seed: int) -> Iterator[FloatArray]:
    """Yield factors of the weights in each replicate of a survey, a few replicates in memory.

    Source: as ``replicate_factors`` (Rao and Wu 1988).
    """
    for start in range(0, replicates, _BLOCK):
        count = min(_BLOCK, replicates - start)
        yield from replicate_factors(design, count, seed + start)


def bootstrap_of(
    statistic: Callable[[FloatArray], float],
    weight: FloatArray,
    factors: Iterator[FloatArray],
    method: str,
) -> Result:
    """Estimate any statistic of weights, shape (n,), with its percentile interval."""
    return bootstrap_all(lambda w: (statistic(w),), weight, factors, method)[0]


def bootstrap_all(
    statistics: Callable[[FloatArray], tuple[float, ...]],
    weight: FloatArray,
    factors: Iterator[FloatArray],
    method: str,
) -> tuple[Result, ...]:
    """Estimate several statistics of the same weights out of the same replicates.

    Parameters
    ----------
    statistics : weights of shape (n,) -> the statistics, always in the same order
    weight : shape (n,)
    factors : of the weights, one array of shape (n,) for each replicate
    method : name of the interval
    """
    n = int((weight > 0).sum())
    values = statistics(weight)
    if not np.isfinite(values).any():
        return tuple(NotEstimable("nobody" if n == 0 else "zero_cell", n, method) for _ in values)
    drawn = np.array([statistics(weight * factor) for factor in factors])
    return tuple(_with_interval(value, drawn[:, i], n, method) for i, value in enumerate(values))


def _with_interval(value: float, drawn: FloatArray, n: int, method: str) -> Result:
    """Return a value with the percentiles of its replicates."""
    if not np.isfinite(value):
        return NotEstimable("nobody" if n == 0 else "zero_cell", n, method)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 2:  # noqa: PLR2004 - a spread needs two
        return NotEstimable("too_few", n, method)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Estimate(float(value), float(low), float(high), n, method)


def auroc_by_person(
    case: BoolArray, score: FloatArray, person: IntArray, replicates: int, seed: int
) -> Result:
    """AUROC with an interval that takes the records of a person together."""
    refused = one_class(case, BY_PERSON)
    if refused is not None:
        return refused
    if len(np.unique(person)) < FEWEST_PERSONS:
        return NotEstimable("too_few", len(case), BY_PERSON)
    factors = person_factors(person, replicates, seed)
    return bootstrap_of(WeightedAuroc(case, score), np.ones(len(case)), factors, BY_PERSON)


class ReferralsAtEqualSensitivity:
    """Share of people that the index test sends on, at the sensitivity of another test.

    Parameters
    ----------
    case, index, other : shape (n,); ``other`` is the positive result of the other test

    The people with the highest index values are sent until as many cases are among them as the
    other test finds; equal values are sent together.
    """

    def __init__(self, case: BoolArray, index: FloatArray, other: BoolArray) -> None:
        order = np.argsort(-index, kind="stable")
        ordered = index[order]
        last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
        self._order = order
        self._cases = order[case[order]]
        at = np.flatnonzero(case[order])
        self._sent_with = last[np.searchsorted(last, at)] + 1
        self._case_rows = np.flatnonzero(case)
        self._both_rows = np.flatnonzero(case & other)
        self._other_rows = np.flatnonzero(other)

    def shares(self, weight: FloatArray) -> tuple[float, float, float, float]:
        """Return the shares sent by the index test and the other, their sensitivity, what is saved.

        What is saved is the part of the other test's referrals that the index test spares.
        """
        cases, total = float(weight[self._case_rows].sum()), float(weight.sum())
        found = float(weight[self._both_rows].sum())
        if cases <= 0 or found <= 0:
            return float("nan"), float("nan"), float("nan"), float("nan")
        reached = np.cumsum(weight[self._cases])
        enough = int(np.searchsorted(reached, found * (1 - 1e-12)))
        people = self._sent_with[min(enough, len(self._sent_with) - 1)]
        index = float(weight[self._order[:people]].sum()) / total
        other = float(weight[self._other_rows].sum()) / total
        return index, other, found / cases, 1 - index / other


def referrals(
    made: ReferralsAtEqualSensitivity,
    weight: FloatArray,
    factors: Callable[[], Iterator[FloatArray]],
    method: str,
) -> dict[str, Result]:
    """Return ``index_share``, ``other_share``, ``sensitivity`` and ``saved`` with intervals.

    Parameters
    ----------
    made : the two tests in the same n people
    weight : shape (n,)
    factors : gives the replicates anew at each call
    method : name of the interval
    """
    names = ("index_share", "other_share", "sensitivity", "saved")
    found = bootstrap_all(made.shares, weight, factors(), method)
    return dict(zip(names, found, strict=True))


__all__ = [
    "BOOTSTRAP",
    "BY_PERSON",
    "ReferralsAtEqualSensitivity",
    "auroc_by_person",
    "bootstrap_all",
    "bootstrap_of",
    "design_factors",
    "person_factors",
    "referrals",
]
