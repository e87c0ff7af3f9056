"""How far a risk is from what happens: slope, intercept, observed to expected, Brier score."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from ..engine.fixedpoint import FloatArray
from ..engine.record import BoolArray
from .logistic import fit_logistic


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
