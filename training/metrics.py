"""Statistics of a binary screening answer, every one with its interval, its n and its method."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from ..engine.errors import DataError
from .survey import BOOTSTRAP

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LEVEL = 0.95
_NEWTON_STEPS = 50
_CONVERGED = 1e-8
_HALVINGS = 20
_FARTHEST = 8.0


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


def fit_logistic(
    x: FloatArray,
    case: BoolArray,
    weight: FloatArray,
    offset: FloatArray | None = None,
    start: FloatArray | None = None,
) -> FloatArray:
    """Fit a weighted logistic regression without penalty.

    Parameters
    ----------
    x : shape (n, p), with a column of ones if an intercept is wanted
    case : shape (n,)
    weight : shape (n,)
    offset : shape (n,), added to the logit
    start : shape (p,), where to start; 0 when None

    Returns
    -------
    shape (p,)

    Raises
    ------
    DataError  if it does not converge (cases and others are separated, or columns repeat)
    """
    beta = np.zeros(x.shape[1]) if start is None else start
    fixed = np.zeros(len(x)) if offset is None else offset
    loss = _log_loss(fixed + x @ beta, case, weight)
    for _ in range(_NEWTON_STEPS):
        risk = expit(fixed + x @ beta)
        gradient = x.T @ (weight * (case - risk))
        hessian = (x * (weight * risk * (1 - risk))[:, None]).T @ x
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            break
        if np.abs(step).max() < _CONVERGED:
            return beta
        step = _short(step, x)
        beta, loss = _downhill(beta, step, loss, lambda b: _log_loss(fixed + x @ b, case, weight))
    raise DataError(
        found="the logistic regression does not converge",
        why="its coefficients are not determined by these people",
        remedy="Give more people of both kinds, or fewer columns",
        path="calibration",
    )


def _short(step: FloatArray, x: FloatArray) -> FloatArray:
    """Return a step that moves nobody's logit too far at once.

    Far from the solution a whole step lands where every risk is 0 or 1, from where there is no way
    back: so a model that is wrong for nearly everybody was said not to converge.
    """
    far = float(np.abs(x @ step).max())
    return step * min(1.0, _FARTHEST / far) if far > 0 else step


def _log_loss(logit: FloatArray, case: BoolArray, weight: FloatArray) -> float:
    return float(weight @ (np.logaddexp(0.0, logit) - case * logit))


def _downhill(
    beta: FloatArray, step: FloatArray, loss: float, loss_at: Callable[[FloatArray], float]
) -> tuple[FloatArray, float]:
    """Go as far along a Newton step as the loss falls, halving it where it would rise."""
    for halvings in range(_HALVINGS):
        moved = beta + step / 2**halvings
        found = loss_at(moved)
        if found <= loss + abs(loss) * 1e-12:
            break
    return moved, found


def calibration_slope(case: BoolArray, logit: FloatArray, weight: FloatArray) -> float:
    """Slope of the outcome on the logit of the risk; 1 is right, below 1 too extreme."""
    x = np.stack([np.ones(len(logit)), logit], axis=1)
    return float(fit_logistic(x, case, weight, start=np.array([0.0, 1.0]))[1])


def calibration_intercept(case: BoolArray, logit: FloatArray, weight: FloatArray) -> float:
    """Intercept with the slope fixed at 1; 0 is right, above 0 too low a risk."""
    return float(fit_logistic(np.ones((len(logit), 1)), case, weight, offset=logit)[0])


def one_step_slope(
    case: BoolArray, logit: FloatArray, weight: FloatArray
) -> Callable[[FloatArray], float]:
    """Return the calibration slope as a function of weights near `weight`, for replicates.

    One Newton step from the fit with `weight`, where it is exact.

    Source: one-step bootstrap of a generalised linear model, Moulton and Zeger 1991, Comput Stat
    Data Anal 11:53-63.
    """
    x = np.stack([np.ones(len(logit)), logit], axis=1)
    beta = fit_logistic(x, case, weight, start=np.array([0.0, 1.0]))
    return _one_step(x, case, beta, expit(x @ beta), at=1)


def one_step_intercept(
    case: BoolArray, logit: FloatArray, weight: FloatArray
) -> Callable[[FloatArray], float]:
    """Return the calibration intercept as a function of weights; as `one_step_slope`."""
    x = np.ones((len(logit), 1))
    beta = fit_logistic(x, case, weight, offset=logit)
    return _one_step(x, case, beta, expit(logit + beta[0]), at=0)


def _one_step(
    x: FloatArray, case: BoolArray, beta: FloatArray, risk: FloatArray, *, at: int
) -> Callable[[FloatArray], float]:
    gradients = x * (case - risk)[:, None]
    p = x.shape[1]
    hessians = (x[:, :, None] * x[:, None, :] * (risk * (1 - risk))[:, None, None]).reshape(
        -1, p * p
    )

    def statistic(weight: FloatArray) -> float:
        hessian = (weight @ hessians).reshape(p, p)
        return float((beta + np.linalg.solve(hessian, weight @ gradients))[at])

    return statistic


def observed_to_expected(case: BoolArray, logit: FloatArray, weight: FloatArray) -> float:
    """Observed cases divided by expected cases."""
    expected = float((weight * expit(logit)).sum())
    return float((weight * case).sum()) / expected if expected > 0 else float("nan")


def brier_score(case: BoolArray, logit: FloatArray, weight: FloatArray) -> float:
    """Weighted mean squared difference between risk and outcome."""
    return float(np.average((expit(logit) - case) ** 2, weights=weight))


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
