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
    n = int((weight > 0).sum())
    value = statistic(weight)
    if not np.isfinite(value):
        return NotEstimable("nobody" if n == 0 else "zero_cell", n, method)
    values = np.array([statistic(weight * factor) for factor in factors])
    values = values[np.isfinite(values)]
    if len(values) < 2:  # noqa: PLR2004 - a spread needs two
        return NotEstimable("too_few", n, method)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
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
        self._order = np.argsort(-index, kind="stable")
        ordered = index[self._order]
        self._last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
        self._case = case.astype(np.float64)
        self._other = other.astype(np.float64)

    def shares(self, weight: FloatArray) -> tuple[float, float, float]:
        """Return (share sent by the index test, share sent by the other, common sensitivity)."""
        cases, total = float(weight @ self._case), float(weight.sum())
        found = float(weight @ (self._case * self._other))
        if cases <= 0 or found <= 0:
            return float("nan"), float("nan"), float("nan")
        ordered = weight[self._order]
        reached = np.cumsum(ordered * self._case[self._order])[self._last]
        enough = int(np.searchsorted(reached, found * (1 - 1e-12)))
        sent = float(np.cumsum(ordered)[self._last][min(enough, len(self._last) - 1)])
        return sent / total, float(weight @ self._other) / total, found / cases

    def saved(self, weight: FloatArray) -> float:
        """Return the part of the other test's referrals that the index test saves."""
        index, other, _ = self.shares(weight)
        return 1 - index / other if other > 0 else float("nan")


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
    statistics: dict[str, Callable[[FloatArray], float]] = {
        "index_share": lambda w: made.shares(w)[0],
        "other_share": lambda w: made.shares(w)[1],
        "sensitivity": lambda w: made.shares(w)[2],
        "saved": made.saved,
    }
    return {name: bootstrap_of(s, weight, factors(), method) for name, s in statistics.items()}


__all__ = [
    "BOOTSTRAP",
    "BY_PERSON",
    "ReferralsAtEqualSensitivity",
    "auroc_by_person",
    "bootstrap_of",
    "design_factors",
    "person_factors",
    "referrals",
]
