"""Statistics of a binary screening answer, every one with its interval, its n and its method."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import expit

from ..engine.errors import DataError
from ..engine.fixedpoint import FloatArray
from ..engine.record import BoolArray
from .survey import BOOTSTRAP

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its 95 % interval, on how many people, and how the interval was made."""

    value: float
    ci_low: float
    ci_high: float
    n: int
    method: str


def wilson(successes: float, n: int) -> Estimate:
    """Estimate a share.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212.

    >>> e = wilson(81, 263)
    >>> round(e.ci_low, 4), round(e.ci_high, 4)
    (0.2553, 0.3662)
    """
    if n == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0, "Wilson")
    z = float(stats.norm.ppf((1 + LEVEL) / 2))
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(p, float(max(0.0, centre - half)), float(min(1.0, centre + half)), n, "Wilson")


def sensitivity(case: BoolArray, positive: BoolArray) -> Estimate:
    """Share of cases that are positive."""
    return wilson(int((case & positive).sum()), int(case.sum()))


def specificity(case: BoolArray, positive: BoolArray) -> Estimate:
    """Share of people who are no case that are negative."""
    return wilson(int((~case & ~positive).sum()), int((~case).sum()))


def ppv(case: BoolArray, positive: BoolArray) -> Estimate:
    """Share of positive people who are a case; print the prevalence beside it."""
    return wilson(int((case & positive).sum()), int(positive.sum()))


def npv(case: BoolArray, positive: BoolArray) -> Estimate:
    """Share of negative people who are no case; print the prevalence beside it."""
    return wilson(int((~case & ~positive).sum()), int((~positive).sum()))


def _refuse_one_class(case: BoolArray) -> None:
    if case.all() or not case.any():
        raise DataError(
            found=f"{int(case.sum())} cases among {len(case)} people",
            why="discrimination compares cases with people who are no case",
            remedy="Estimate it on people of both kinds",
            path="case",
        )


def auroc_delong(case: BoolArray, score: FloatArray) -> Estimate:
    """Chance that a case has a higher score than somebody who is no case, ties counting half.

    The interval is DeLong's on the logit scale. It takes people as independent; intervals that
    honour the survey's design are those of `bootstrap`.

    Source: DeLong et al. 1988, Biometrics 44:837-845; fast form Sun and Xu 2014,
    doi:10.1109/LSP.2014.2337313.

    Raises
    ------
    DataError  if all people are cases, or none is
    """
    _refuse_one_class(case)
    m, n = int(case.sum()), int((~case).sum())
    above, below = placements(case, score)
    value = float(above.mean())
    variance = above.var(ddof=1) / m + below.var(ddof=1) / n if min(m, n) > 1 else float("nan")
    low, high = _logit_interval(value, float(np.sqrt(variance)))
    return Estimate(value, low, high, m + n, "DeLong, logit scale")


def _logit_interval(value: float, error: float) -> tuple[float, float]:
    if value in (0.0, 1.0) or not np.isfinite(error):
        return value, value
    z = float(stats.norm.ppf((1 + LEVEL) / 2))
    logit = np.log(value / (1 - value))
    half = z * error / (value * (1 - value))
    return float(expit(logit - half)), float(expit(logit + half))


def auroc_difference_delong(case: BoolArray, a: FloatArray, b: FloatArray) -> Estimate:
    """AUROC of score `a` minus AUROC of score `b` in the same people.

    Source: DeLong et al. 1988, Biometrics 44:837-845.

    Raises
    ------
    DataError  if all people are cases, or none is
    """
    _refuse_one_class(case)
    m, n = int(case.sum()), int((~case).sum())
    above, below = (x - y for x, y in zip(placements(case, a), placements(case, b), strict=True))
    value = float(above.mean())
    error = float("nan")
    if min(m, n) > 1:
        error = float(np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n))
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * error
    return Estimate(value, value - half, value + half, m + n, "DeLong, paired")


def placements(case: BoolArray, score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of others below each case, and of cases above each other, ties half.

    Parameters
    ----------
    case : shape (n,), both kinds present
    score : shape (n,)

    Returns
    -------
    shape (cases,) and shape (others,), both with mean AUROC
    """
    m, n = int(case.sum()), int((~case).sum())
    everyone = stats.rankdata(score)
    above = (everyone[case] - stats.rankdata(score[case])) / n
    below = 1 - (everyone[~case] - stats.rankdata(score[~case])) / m
    return above, below


class WeightedAuroc:
    """AUROC of one score for many sets of weights; the sort is done once.

    Parameters
    ----------
    case : shape (n,)
    score : shape (n,)
    """

    def __init__(self, case: BoolArray, score: FloatArray) -> None:
        _refuse_one_class(case)
        self._order = np.argsort(score, kind="stable")
        ordered = score[self._order]
        self._case = case[self._order].astype(np.float64)
        self._first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

    def __call__(self, weight: FloatArray) -> float:
        """Return the AUROC in a population where each person counts `weight` times."""
        ordered = weight[self._order]
        case = np.add.reduceat(ordered * self._case, self._first)
        other = np.add.reduceat(ordered * (1 - self._case), self._first)
        below = np.cumsum(other) - other / 2
        total = case.sum() * other.sum()
        return float((case * below).sum() / total) if total > 0 else float("nan")


def bootstrap(
    statistic: Callable[[FloatArray], float], weight: FloatArray, factors: FloatArray
) -> Estimate:
    """Estimate any statistic of a weighted population, with replicates of the survey's design.

    Parameters
    ----------
    statistic : of weights, shape (n,)
    weight : shape (n,); ones give the unweighted statistic with the same resampled units
    factors : shape (replicates, n), from `survey.replicate_factors`
    """
    values = np.array([statistic(weight * factor) for factor in factors])
    values = values[np.isfinite(values)]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(values, [tail, 100 - tail]) if len(values) else (np.nan, np.nan)
    n = int((weight > 0).sum())
    return Estimate(statistic(weight), float(low), float(high), n, BOOTSTRAP)
