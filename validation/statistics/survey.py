"""Estimates for the population that a survey stands for, with design-based variance.

Every statistic here is smooth in the weights, so its variance is that of a total of influences
(Taylor linearisation), with sampling units within strata, drawn as if with replacement. People
outside a subpopulation keep their place in the design with influence zero; they are never dropped.
"""

from functools import lru_cache

import numpy as np
from scipy import stats

from ...training.metrics import LEVEL, Estimate
from ...training.survey import Design
from .estimate import (
    BoolArray,
    FloatArray,
    IntArray,
    NotEstimable,
    Result,
    log_wald,
    logit_wald,
    z_value,
)

LINEARISED = "design-based: Taylor linearisation, units within strata"


@lru_cache(maxsize=32)
def _units(design: Design) -> tuple[IntArray, IntArray]:
    """Return each person's unit, and each unit's stratum, numbered from 0; found once a design."""
    _, stratum = np.unique(design.stratum, return_inverse=True)
    names, psu = np.unique(design.psu, return_inverse=True)
    code, unit = np.unique(stratum * len(names) + psu, return_inverse=True)
    return unit, code // len(names)


def design_degrees(design: Design) -> int:
    """Return sampling units minus strata."""
    _, of_unit = _units(design)
    return len(of_unit) - len(np.unique(of_unit))


def linearised_variance(influence: FloatArray, design: Design) -> float:
    """Return the variance of the total of weighted influences, shape (n,).

    A stratum with a single unit counts as certain (its variance is not seen).

    Source: Lumley 2010, Complex Surveys, chapter 2; as ``svytotal`` of R survey without finite
    population correction and with ``survey.lonely.psu = "certainty"``.
    """
    unit, of_unit = _units(design)
    totals = np.bincount(unit, weights=influence)
    per_stratum = np.bincount(of_unit)
    mean = np.bincount(of_unit, weights=totals) / np.maximum(per_stratum, 1)
    spread = np.bincount(of_unit, weights=(totals - mean[of_unit]) ** 2)
    many = per_stratum > 1
    return float((spread[many] * per_stratum[many] / (per_stratum[many] - 1)).sum())


def t_quantile(design: Design) -> float:
    """Return the two-sided quantile of Student's t with the design's degrees of freedom."""
    return float(stats.t.ppf((1 + LEVEL) / 2, max(design_degrees(design), 1)))


def weighted_ratio(
    numerator: FloatArray, denominator: FloatArray, design: Design, *, method: str = LINEARISED
) -> Result:
    """Return sum(w * numerator) / sum(w * denominator), each of shape (n,), 0 outside.

    A mean has ones as its denominator; sensitivity has cases.
    """
    n = int(((denominator != 0) & (design.weight > 0)).sum())
    below = float(design.weight @ denominator)
    if below <= 0:
        return NotEstimable("nobody", n, method)
    value = float(design.weight @ numerator) / below
    influence = design.weight * (numerator - value * denominator) / below
    half = t_quantile(design) * np.sqrt(linearised_variance(influence, design))
    return Estimate(value, float(value - half), float(value + half), n, method)


def weighted_quotient(
    numerator: FloatArray, denominator: FloatArray, design: Design, method: str = LINEARISED
) -> Result:
    """Return a ratio that is above 0, as observed to expected, with its interval on the logarithm.

    As `weighted_ratio`, on the scale on which such a ratio is told where nobody is weighted.
    """
    plain = weighted_ratio(numerator, denominator, design)
    if isinstance(plain, NotEstimable):
        return plain
    error = (plain.ci_high - plain.value) / z_value()
    if plain.value <= 0:
        return NotEstimable("no_case", plain.n, method)
    return log_wald(plain.value, error / plain.value, plain.n, f"{method}; logarithm")


def weighted_share(part: BoolArray, whole: BoolArray, design: Design) -> Result:
    """Return the share of ``whole`` that is in ``part``, shape (n,) each; interval on the logit.

    Source: as ``svyciprop(method = "logit")`` of R survey, degrees of freedom of the whole design.
    """
    method = f"{LINEARISED}; logit"
    inside, denominator = (part & whole).astype(np.float64), whole.astype(np.float64)
    plain = weighted_ratio(inside, denominator, design, method=method)
    if isinstance(plain, NotEstimable):
        return plain
    t = t_quantile(design)
    return logit_wald(plain.value, (plain.ci_high - plain.value) / t, plain.n, method, z=t)


def auroc_influence(
    case: BoolArray, score: FloatArray, weight: FloatArray
) -> tuple[float, FloatArray]:
    """Return the weighted AUROC and each person's influence on it, shape (n,).

    The influence of a case is w * (weighted share of others below it - AUROC) / weight of cases,
    of another person w * (weighted share of cases above it - AUROC) / weight of others.
    """
    order = np.argsort(score, kind="stable")
    ordered, w = score[order], weight[order]
    hit = case[order]
    group = np.cumsum(np.r_[True, ordered[1:] != ordered[:-1]]) - 1
    w_case, w_other = np.where(hit, w, 0.0), np.where(hit, 0.0, w)
    case_in, other_in = np.bincount(group, w_case), np.bincount(group, w_other)
    below = (np.cumsum(other_in) - other_in / 2) / other_in.sum()
    above = 1 - (np.cumsum(case_in) - case_in / 2) / case_in.sum()
    value = float((case_in * below).sum() / case_in.sum())
    influence = np.empty(len(score))
    influence[order] = np.where(
        hit,
        w * (below[group] - value) / case_in.sum(),
        w * (above[group] - value) / other_in.sum(),
    )
    return value, influence


def weighted_auroc(
    case: BoolArray, score: FloatArray, design: Design, among: BoolArray | None = None
) -> Result:
    """AUROC in the population that the survey stands for, interval on the logit.

    Parameters
    ----------
    case, score : shape (n,); the score is read of ``among`` only
    design : of all n people
    among : the subpopulation; everyone when None

    Source: influence function of the weighted Mann-Whitney statistic; design-based variance as in
    Yao, Li and Graubard 2015, Stat Med 34:1293-1303.
    """
    value, influence, refused = _domain(case, score, design, among)
    if refused is not None:
        return refused
    error = float(np.sqrt(linearised_variance(influence, design)))
    n = int((influence_rows(case, among) & (design.weight > 0)).sum())
    return logit_wald(value, error, n, f"{LINEARISED}; logit", z=t_quantile(design))


def influence_rows(case: BoolArray, among: BoolArray | None) -> BoolArray:
    """Return the rows that count."""
    return np.ones(len(case), dtype=np.bool_) if among is None else among


def _domain(
    case: BoolArray, score: FloatArray, design: Design, among: BoolArray | None
) -> tuple[float, FloatArray, NotEstimable | None]:
    rows = influence_rows(case, among) & (design.weight > 0)
    influence = np.zeros(len(case))
    cases = int(case[rows].sum())
    if cases in (0, int(rows.sum())):
        code = "nobody" if not rows.any() else ("no_other" if cases else "no_case")
        return np.nan, influence, NotEstimable(code, int(rows.sum()), LINEARISED)  # type: ignore[arg-type]  # three of the codes
    value, influence[rows] = auroc_influence(case[rows], score[rows], design.weight[rows])
    return value, influence, None


def weighted_auroc_difference(
    case: BoolArray,
    scores: tuple[FloatArray, FloatArray],
    design: Design,
    among: BoolArray | None = None,
) -> Result:
    """AUROC of the first score minus that of the second, in the survey's population."""
    method = f"{LINEARISED}; paired"
    first, influence_a, refused = _domain(case, scores[0], design, among)
    second, influence_b, _ = _domain(case, scores[1], design, among)
    if refused is not None:
        return refused
    error = np.sqrt(linearised_variance(influence_a - influence_b, design))
    half, gap = t_quantile(design) * float(error), first - second
    n = int((influence_rows(case, among) & (design.weight > 0)).sum())
    return Estimate(gap, gap - half, gap + half, n, method)
