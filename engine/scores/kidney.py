"""Filtration rate from creatinine (CKD-EPI 2021)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from .inputs import FEMALE, MALE, CodeArray, FloatArray
from .tables import read_toml


@cache
def _equation() -> Mapping[str, Any]:
    equation: Mapping[str, Any] = read_toml("ckd_epi")["equation"]
    return equation


def estimated_gfr(creatinine_umol_per_l: FloatArray, age: FloatArray, sex: CodeArray) -> FloatArray:
    """Estimate the glomerular filtration rate of adults.

    Parameters
    ----------
    creatinine_umol_per_l : (n,) or (n, m), NaN where not measured
    age : (n,) or (n, 1), in years, NaN where unknown
    sex : (n,) or (n, 1), FEMALE, MALE or -1

    Returns
    -------
    (n,) mL/min/1.73 m2; NaN under 18 years and where something is missing. Source, numbers:
    ``ckd_epi.toml``.

    >>> woman = estimated_gfr(np.array([0.7 * 88.42]), np.array([40.0]), np.array([FEMALE]))
    >>> round(float(woman[0]))
    112
    """
    table = _equation()
    women, men = table["female"], table["male"]
    is_woman = sex == FEMALE
    ratio = creatinine_umol_per_l / table["umol_per_l_per_mg_per_dl"]
    ratio = ratio / np.where(is_woman, women["kappa"], men["kappa"])
    below = np.minimum(ratio, 1.0) ** np.where(is_woman, women["alpha"], men["alpha"])
    above = np.maximum(ratio, 1.0) ** table["above"]
    factor = np.where(is_woman, women["factor"], men["factor"])
    rate = table["scale"] * below * above * table["per_year"] ** age * factor
    known = ((sex == FEMALE) | (sex == MALE)) & (age >= table["adult_from"])
    return np.asarray(np.where(known, rate, np.nan))
