"""Whether a risk means what it says: O/E, intercept, slope, curves and their errors, Brier."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ...engine.errors import DataError
from ...training.logistic import fit_logistic
from ...training.survey import Design
from .estimate import (
    BoolArray,
    FloatArray,
    NotEstimable,
    Result,
    log_wald,
    one_class,
    wald,
    z_value,
)
from .smoothers import SMOOTHERS, logit, spline_curve
from .survey import LINEARISED, linearised_variance, t_quantile, weighted_quotient

_CURVE_POINTS = 41


def is_risk(score: FloatArray) -> bool:
    """Say whether every score could be a risk."""
    return bool(len(score) and np.all((score >= 0) & (score <= 1)))


def refusal(case: BoolArray, risk: FloatArray, method: str) -> NotEstimable | None:
    """Return why these people can't say whether a risk is calibrated, or None."""
    refused = one_class(case, method)
    if refused is None and not is_risk(risk):
        refused = NotEstimable("not_a_risk", len(case), method)
    return refused


def observed_to_expected(case: BoolArray, risk: FloatArray, design: Design | None = None) -> Result:
    """Observed cases divided by expected ones; 1 is right, above 1 too low a risk.

    Source: interval on the logarithm, Debray et al. 2017, BMJ 356:i6460 (the expected number taken
    as known).
    """
    method = "O/E, logarithm of binomial O"
    refused = refusal(case, risk, method)
    if refused is not None:
        return refused
    if design is not None:
        return weighted_quotient(case.astype(np.float64), risk, design)
    share, n = float(case.mean()), len(case)
    error = float(np.sqrt((1 - share) / case.sum()))
    return log_wald(float(case.sum() / risk.sum()), error, n, method)


def calibration_fit(
    case: BoolArray, risk: FloatArray, design: Design | None = None
) -> Mapping[str, Result]:
    """Return ``calibration_intercept`` (slope fixed at 1) and ``calibration_slope``.

    Intercept: 0 is right, above 0 too low a risk. Slope: 1 is right, below 1 too extreme risks.

    Source: Cox 1958, Biometrika 45:562-565; Van Calster et al. 2019, BMC Med 17:230.
    """
    names = ("calibration_intercept", "calibration_slope")
    method = "logistic regression on the logit; Wald"
    refused = refusal(case, risk, method)
    if refused is not None:
        return dict.fromkeys(names, refused)
    x = logit(risk)
    ones = np.ones((len(x), 1))
    try:
        level = _coefficient(ones, case, design, offset=x)
        slope = _coefficient(np.column_stack([ones, x]), case, design, start=np.array([0.0, 1.0]))
    except DataError:
        return dict.fromkeys(names, NotEstimable("does_not_converge", len(case), method))
    return dict(zip(names, (level, slope), strict=True))


def _coefficient(
    x: FloatArray,
    case: BoolArray,
    design: Design | None,
    *,
    offset: FloatArray | None = None,
    start: FloatArray | None = None,
) -> Result:
    """Return the last coefficient; sandwich variance of the design where there is one."""
    weight = np.ones(len(x)) if design is None else design.weight
    beta = fit_logistic(x, case, weight, offset, start)
    risk = expit(x @ beta + (0 if offset is None else offset))
    bread = np.linalg.inv((x * (weight * risk * (1 - risk))[:, None]).T @ x)
    if design is None:
        method = "logistic regression on the logit; Wald"
        return wald(float(beta[-1]), float(np.sqrt(bread[-1, -1])), len(x), method)
    influence = (x * (weight * (case - risk))[:, None]) @ bread[-1]
    error = np.sqrt(linearised_variance(influence, design)) * t_quantile(design) / z_value()
    return wald(float(beta[-1]), float(error), len(x), LINEARISED)


def brier(case: BoolArray, risk: FloatArray, design: Design | None = None) -> Mapping[str, Result]:
    """Return ``brier_score`` and ``brier_scaled`` (1 is perfect, 0 no better than the prevalence).

    Source: Brier 1950; scaled as in Steyerberg et al. 2010, Epidemiology 21:128-138. Intervals from
    each person's influence.
    """
    names, method = ("brier_score", "brier_scaled"), "influence of each person; normal"
    refused = refusal(case, risk, method)
    if refused is not None:
        return dict.fromkeys(names, refused)
    squared = (risk - case) ** 2
    weight = np.ones(len(case)) if design is None else design.weight
    share = float(np.average(case, weights=weight))
    score, reference = float(np.average(squared, weights=weight)), share * (1 - share)
    of_score = squared - score
    of_scaled = -of_score / reference + score / reference**2 * (1 - 2 * share) * (case - share)
    found = [
        _from_influence(value, influence, design, method)
        for value, influence in ((score, of_score), (1 - score / reference, of_scaled))
    ]
    return dict(zip(names, found, strict=True))


def _from_influence(
    value: float, influence: FloatArray, design: Design | None, method: str
) -> Result:
    n = len(influence)
    if design is None:
        return wald(value, float(influence.std(ddof=1) / np.sqrt(n)), n, method)
    spread = linearised_variance(design.weight * influence / design.weight.sum(), design)
    return wald(value, float(np.sqrt(spread)) * t_quantile(design) / z_value(), n, LINEARISED)


@dataclass(frozen=True, slots=True)
class CurveErrors:
    """How far a smoothed calibration curve lies from the risk, over people.

    Parameters
    ----------
    ici : mean distance (integrated calibration index, E average)
    e50, e90, e_max : median, 90 % quantile and largest distance
    n : people
    smoother : which curve; another one gives other numbers

    Source: Austin and Steyerberg 2019, Stat Med 38:4051-4065.
    """

    ici: float
    e50: float
    e90: float
    e_max: float
    n: int
    smoother: str


def curve_errors(case: BoolArray, risk: FloatArray, smoother: str) -> CurveErrors | NotEstimable:
    """Return the errors of one smoother of ``SMOOTHERS``."""
    refused = refusal(case, risk, smoother)
    if refused is None and np.ptp(risk) <= 0:
        refused = NotEstimable("constant_score", len(case), smoother)
    if refused is not None:
        return refused
    distance = np.abs(SMOOTHERS[smoother](risk, case.astype(np.float64)) - risk)
    if not np.isfinite(distance).all():
        return NotEstimable("does_not_converge", len(case), smoother)
    e50, e90 = (float(v) for v in np.quantile(distance, [0.5, 0.9]))
    return CurveErrors(float(distance.mean()), e50, e90, float(distance.max()), len(case), smoother)


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """A flexible curve with its pointwise interval, at quantiles of the risk."""

    risk: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int
    method: str


def calibration_curve(
    case: BoolArray, risk: FloatArray, weight: FloatArray | None = None
) -> CalibrationCurve | NotEstimable:
    """Return the observed share along the risk: logistic regression on a spline of the logit."""
    method = "restricted cubic spline of the logit, 5 knots; pointwise 95 %"
    refused = refusal(case, risk, method)
    if refused is not None:
        return refused
    curve = spline_curve(risk, case, weight)
    if curve is None:
        return NotEstimable("does_not_converge", len(case), method)
    grid = np.unique(np.quantile(risk, np.linspace(0.005, 0.995, _CURVE_POINTS)))
    low, high = curve.band(grid, z_value())
    risks, observed, below, above = (
        tuple(float(v) for v in c) for c in (grid, curve.at(grid), low, high)
    )
    return CalibrationCurve(risks, observed, below, above, len(case), method)


def risk_histogram(risk: FloatArray, bins: int = 30) -> tuple[FloatArray, np.ndarray]:
    """Return edges and counts of the risks from 0 to their largest."""
    counts, edges = np.histogram(risk, bins=bins, range=(0.0, float(risk.max()) or 1.0))
    return edges, counts
