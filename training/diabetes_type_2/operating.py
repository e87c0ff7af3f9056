"""Bands, operating points and abstention, chosen on out-of-fold risks and frozen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..survey import FloatArray

BoolArray = NDArray[np.bool_]
RISK_DECIMALS = 4
_CUT_STEPS = 1000
"""Band cut-offs are whole thousandths: what is printed is what is compared."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Frozen cut-offs on the risk.

    Parameters
    ----------
    low_below, high_from : of the bands
    case_from, non_case_to : class-conditional conformal thresholds
    alpha : share of each class that the conformal sets may miss
    """

    low_below: float
    high_from: float
    case_from: float
    non_case_to: float
    alpha: float


def choose(
    risk: FloatArray, case: BoolArray, *, missed: float, high_share: float, alpha: float
) -> Choice:
    """Choose every cut-off of a form.

    Parameters
    ----------
    risk, case : shape (n,), out-of-fold
    missed : largest share of cases below the low cut-off
    high_share : share of people from the high cut-off up
    alpha : share of each class that the conformal sets may miss

    Returns
    -------
    band cut-offs rounded down to a thousandth
    """
    least = 1 / _CUT_STEPS
    low = max(np.floor(np.quantile(risk[case], missed) * _CUT_STEPS) / _CUT_STEPS, least)
    high = np.floor(np.quantile(risk, 1 - high_share) * _CUT_STEPS) / _CUT_STEPS
    case_from, non_case_to = conformal_thresholds(risk, case, alpha)
    return Choice(float(low), float(max(high, low + least)), case_from, non_case_to, alpha)


def conformal_thresholds(risk: FloatArray, case: BoolArray, alpha: float) -> tuple[float, float]:
    """Thresholds between which both labels stay possible.

    With exchangeable people, a new case lies at or above the first with probability at least
    1 - alpha, and a new person who is no case at or below the second.

    Source: class-conditional (Mondrian) conformal prediction, Vovk et al. 2005, Algorithmic
    Learning in a Random World.
    """
    cases, others = np.sort(risk[case]), np.sort(risk[~case])[::-1]
    at_case = max(int(np.floor(alpha * (len(cases) + 1))) - 1, 0)
    at_other = max(int(np.floor(alpha * (len(others) + 1))) - 1, 0)
    return float(cases[at_case]), float(others[at_other])


def decided(risk: FloatArray, case_from: float, non_case_to: float) -> BoolArray:
    """Say for whom exactly one label stays possible."""
    return np.asarray((risk >= case_from) != (risk <= non_case_to))


def threshold_at_sensitivity(risk: FloatArray, case: BoolArray, wanted: float) -> float:
    """Return the highest threshold at which at least `wanted` of the cases are positive."""
    ordered = np.sort(risk[case])[::-1]
    at = int(np.ceil(wanted * len(ordered) - 1e-9)) - 1
    return float(ordered[min(max(at, 0), len(ordered) - 1)])


def rounded(risk: FloatArray) -> FloatArray:
    """Round risks as they are printed and banded."""
    return np.asarray(np.round(risk, RISK_DECIMALS))
