"""How many people a study needs: developing a model (Riley), validating one (Archer, Riley)."""

from dataclasses import dataclass
from math import ceil, exp, log, sqrt

import numpy as np

from .estimate import z_value

_SHRINKAGE = 0.9
_OPTIMISM = 0.05
_RISK_ERROR = 0.05
_ERROR_STEP = 1e-4
_LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class DevelopmentSize:
    """People needed to develop a model, by each criterion; ``needed`` is the largest.

    Parameters
    ----------
    shrinkage : so that predictors' effects shrink by at most 10 %
    optimism : so that the apparent R2 is at most .05 too high
    prevalence : so that the mean risk is known to +- .05
    needed : the largest of them
    """

    shrinkage: int
    optimism: int
    prevalence: int
    needed: int


def development_size(r2_cs: float, parameters: int, prevalence: float) -> DevelopmentSize:
    """Return the people needed to develop a logistic model.

    Parameters
    ----------
    r2_cs : Cox-Snell R2 that is expected
    parameters : candidate parameters
    prevalence : of the outcome

    Source: Riley et al. 2019, Stat Med 38:1276-1296; as ``pmsampsize`` (type "b").

    >>> development_size(0.288, 24, 0.174).needed
    662
    """
    log_null = prevalence * log(prevalence) + (1 - prevalence) * log(1 - prevalence)
    r2_max = 1 - exp(2 * log_null)
    shrinkage = _by_shrinkage(parameters, r2_cs, _SHRINKAGE)
    wanted = r2_cs / (r2_cs + _OPTIMISM * r2_max)
    optimism = _by_shrinkage(parameters, r2_cs, wanted)
    by_mean = ceil((z_value() / _RISK_ERROR) ** 2 * prevalence * (1 - prevalence))
    return DevelopmentSize(shrinkage, optimism, by_mean, max(shrinkage, optimism, by_mean))


def _by_shrinkage(parameters: int, r2_cs: float, shrinkage: float) -> int:
    return ceil(parameters / ((shrinkage - 1) * log(1 - r2_cs / shrinkage)))


def size_for_oe(prevalence: float, width: float) -> int:
    """Return the people needed for an interval of O/E of this width (on O/E near 1).

    Source: Archer et al. 2021, Stat Med 40:133-146; Riley et al. 2021, Stat Med 40:4230-4251. As
    ``pmvalsampsize`` does, the standard error is taken upwards to four decimals, so that the number
    is the published one (exactly it would be 906 in the example).

    >>> size_for_oe(0.018, 1.0)
    905
    """
    # the interval exp(-+ z se) is as wide as asked for when sinh(z se) is half of it
    error = ceil(float(np.arcsinh(width / 2)) / z_value() / _ERROR_STEP) * _ERROR_STEP
    return ceil((1 - prevalence) / (prevalence * error**2))


def auroc_standard_error(auroc: float, prevalence: float, n: int) -> float:
    """Return the expected standard error of an AUROC.

    Source: Newcombe 2006, Stat Med 25:559-573, method 4; as used by Riley et al. 2021.
    """
    half = n / 2 - 1
    spread = half * (1 - auroc) / (2 - auroc) + half * auroc / (1 + auroc)
    cases = n * n * prevalence * (1 - prevalence)
    return sqrt(auroc * (1 - auroc) * (1 + spread) / cases)


def size_for_auroc(auroc: float, prevalence: float, width: float) -> int:
    """Return the people needed for an interval of the AUROC of this width.

    Source: Riley et al. 2021, Stat Med 40:4230-4251, criterion on the C statistic.
    """
    low, high = 4, _LARGEST
    while low < high:
        middle = (low + high) // 2
        if 2 * z_value() * auroc_standard_error(auroc, prevalence, middle) <= width:
            high = middle
        else:
            low = middle + 1
    return low


def size_for_slope(logits: np.ndarray, width: float) -> int:
    """Return the people needed for an interval of the calibration slope of this width.

    Parameters
    ----------
    logits : shape (m,), logits of the risks that are expected in the new people
    width : of the 95 % interval

    Source: Riley et al. 2021, Stat Med 40:4230-4251, from the information of one person for a
    slope of 1.
    """
    risk = 1 / (1 + np.exp(-logits))
    w = risk * (1 - risk)
    a, b, c = w.mean(), (w * logits).mean(), (w * logits**2).mean()
    error = width / (2 * z_value())
    return ceil(float(a / (error**2 * (a * c - b * b))))


def size_for_share(share: float, width: float) -> int:
    """Return the people (for sensitivity: cases) needed for a Wald interval of this width."""
    return ceil(4 * z_value() ** 2 * share * (1 - share) / width**2)
