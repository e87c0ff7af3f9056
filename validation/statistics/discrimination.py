"""How well a score ranks: AUROC with DeLong's variance, paired differences, average precision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ...training.metrics import Estimate, placements
from .estimate import (
    BoolArray,
    FloatArray,
    NotEstimable,
    Result,
    TestResult,
    one_class,
    wald,
    z_value,
)
from .proportions import clopper_pearson

DELONG = "DeLong"
_RANGE = (0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class DeLong:
    """AUROCs of k scores in the same n people.

    Parameters
    ----------
    values : shape (k,)
    covariance : shape (k, k), NaN with a single case or a single other
    n : people
    """

    values: FloatArray
    covariance: FloatArray
    n: int


def delong(case: BoolArray, scores: Sequence[FloatArray]) -> DeLong | NotEstimable:
    """Return the AUROCs of several scores and their covariance.

    Parameters
    ----------
    case : shape (n,)
    scores : each of shape (n,), finite

    Source: DeLong et al. 1988, Biometrics 44:837-845; by ranks, Sun and Xu 2014,
    doi:10.1109/LSP.2014.2337313.
    """
    refused = one_class(case, DELONG)
    if refused is not None:
        return refused
    m, n = int(case.sum()), int((~case).sum())
    pairs = [placements(case, score) for score in scores]
    above = np.stack([p[0] for p in pairs])
    below = np.stack([p[1] for p in pairs])
    k = len(scores)
    covariance = np.full((k, k), np.nan)
    if min(m, n) > 1:
        covariance = (np.cov(above) / m + np.cov(below) / n).reshape(k, k)
    return DeLong(above.mean(axis=1), covariance, m + n)


def auroc(case: BoolArray, score: FloatArray) -> Result:
    """Chance that a case has a higher score than somebody who is no case, ties counting half.

    The interval is value -+ 1.96 standard errors, cut to 0..1, as in common software. Where the
    score separates the two groups wholly, DeLong's variance is zero and says nothing: then the
    bound is that of Clopper and Pearson on as many disjoint pairs as there are in the smaller
    group, all of them concordant.

    Source: DeLong et al. 1988, Biometrics 44:837-845. Departure: the separated case.

    >>> e = auroc(np.array([0, 0, 1, 1, 0, 1, 1, 0, 1, 0]) == 1,
    ...           np.array([.1, .4, .35, .8, .4, .4, .9, .2, .7, .3]))
    >>> round(e.value, 4), round(e.ci_low, 10), e.ci_high
    (0.88, 0.6670934147, 1.0)
    """
    found = delong(case, [score])
    if isinstance(found, NotEstimable):
        return found
    value, variance = float(found.values[0]), float(found.covariance[0, 0])
    if value in _RANGE:
        pairs = min(int(case.sum()), int((~case).sum()))
        bound = clopper_pearson(int(value) * pairs, pairs)
        if isinstance(bound, NotEstimable):
            return bound
        method = "separated: Clopper-Pearson on disjoint pairs"
        return Estimate(value, bound.ci_low, bound.ci_high, found.n, method)
    if not np.isfinite(variance):
        return NotEstimable("too_few", found.n, DELONG)
    return wald(value, float(np.sqrt(variance)), found.n, DELONG, within=_RANGE)


def auroc_difference(
    case: BoolArray, a: FloatArray, b: FloatArray
) -> tuple[Result, TestResult | NotEstimable]:
    """AUROC of score ``a`` minus AUROC of score ``b`` in the same people, and the test of no gap.

    Source: DeLong et al. 1988, Biometrics 44:837-845.
    """
    method = "DeLong, paired"
    found = delong(case, [a, b])
    if isinstance(found, NotEstimable):
        return found, found
    if not np.isfinite(found.covariance).all():
        return (NotEstimable("too_few", found.n, method),) * 2
    gap = float(found.values[0] - found.values[1])
    contrast = np.array([1.0, -1.0])
    error = float(np.sqrt(max(contrast @ found.covariance @ contrast, 0.0)))
    difference = wald(gap, error, found.n, method, within=(-1.0, 1.0))
    if not error > 0:
        return difference, NotEstimable("constant_score", found.n, method)
    z = gap / error
    return difference, TestResult(z, float(2 * stats.norm.sf(abs(z))), found.n, method)


def average_precision(case: BoolArray, score: FloatArray) -> Result:
    """Average precision by steps: the sum of precision over each gain in sensitivity.

    A constant score has the prevalence; print the prevalence beside it.

    Source: step estimator; interval on the logit, Boyd, Eng and Page 2013,
    doi:10.1007/978-3-642-40994-3_29.
    """
    method = "average precision, steps; logit interval (Boyd)"
    refused = one_class(case, method)
    if refused is not None:
        return refused
    order = np.argsort(-score, kind="stable")
    ordered, hits = score[order], case[order].astype(np.float64)
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    tp = np.cumsum(hits)[last]
    precision, gain = tp / (last + 1.0), np.diff(tp, prepend=0.0)
    cases = int(case.sum())
    value = float((precision * gain).sum() / cases)
    if not 0 < value < 1:
        return NotEstimable("zero_cell", len(case), method)
    half = z_value() / np.sqrt(cases * value * (1 - value))
    logit = np.log(value / (1 - value))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    return Estimate(value, float(low), float(high), len(case), method)


def roc_points(case: BoolArray, score: FloatArray, most: int = 400) -> list[tuple[float, float]]:
    """Return (1 - specificity, sensitivity) along the score, at most ``most`` points and the ends.

    Returns
    -------
    from (0, 0) to (1, 1); empty where people are of one kind
    """
    if one_class(case, "") is not None:
        return []
    order = np.argsort(-score, kind="stable")
    ordered, hits = score[order], case[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    tp = np.cumsum(hits)[last] / hits.sum()
    fp = np.cumsum(~hits)[last] / (~hits).sum()
    keep = np.unique(np.linspace(0, len(last) - 1, min(most, len(last))).round().astype(int))
    return [(0.0, 0.0), *((float(fp[i]), float(tp[i])) for i in keep)]
