"""Agreement of two readers beyond chance: kappa and weighted kappa."""

from typing import Literal

import numpy as np

from ...training.metrics import Estimate
from .estimate import FloatArray, NotEstimable, Result, wald
from .proportions import clopper_pearson

_PERFECT = "perfect agreement: Clopper-Pearson of the agreement, chance held"
Weights = Literal["none", "linear", "quadratic"]


def kappa(table: FloatArray, weights: Weights = "none") -> Result:
    """Return Cohen's kappa of a square table of counts, categories in order.

    Parameters
    ----------
    table : shape (k, k), reader a in rows
    weights : how far apart two categories are; ``none`` counts every disagreement alike

    The standard error is the one that holds when readers do agree. Some programs (epiR among them)
    build their interval from `error_without_agreement`, which is for testing that there is none.

    Where readers agree on everything that error is 0; the interval is then that of the agreement.

    Source: Cohen 1960, Educ Psychol Meas 20:37-46; 1968, Psychol Bull 70:213-220; variance of
    Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323-327.
    """
    method = f"Fleiss, Cohen, Everitt, weights {weights}"
    n = float(table.sum())
    if n == 0:
        return NotEstimable("nobody", 0, method)
    share, agree = table / n, _agreement(len(table), weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((agree * share).sum())
    expected = float((agree * np.outer(rows, columns)).sum())
    if expected >= 1:
        return NotEstimable("constant_score", int(n), method)
    value = (observed - expected) / (1 - expected)
    raw = clopper_pearson(int(n), int(n))
    if value == 1 and isinstance(raw, Estimate):
        low = (raw.ci_low - expected) / (1 - expected)
        return Estimate(1.0, max(low, -1.0), 1.0, int(n), f"{method}; {_PERFECT}")
    row_mean, column_mean = agree @ columns, rows @ agree
    distance = agree - (row_mean[:, None] + column_mean[None, :]) * (1 - value)
    spread = float((share * distance**2).sum()) - (value - expected * (1 - value)) ** 2
    error = np.sqrt(max(spread, 0.0) / n) / (1 - expected)
    return wald(value, float(error), int(n), method, within=(-1.0, 1.0))


def error_without_agreement(table: FloatArray) -> float:
    """Return the standard error of kappa if the readers agreed by chance only.

    Source: Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323-327.
    """
    n = float(table.sum())
    rows, columns = table.sum(axis=1) / n, table.sum(axis=0) / n
    both = rows * columns
    expected = float(both.sum())
    spread = expected + expected**2 - float((both * (rows + columns)).sum())
    return float(np.sqrt(spread / n)) / (1 - expected)


def _agreement(k: int, weights: Weights) -> FloatArray:
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / max(k - 1, 1)
    if weights == "none":
        return np.eye(k)
    return 1 - (apart if weights == "linear" else apart**2)


def raw_agreement(table: FloatArray) -> float:
    """Return the share of equal readings."""
    return float(np.trace(table) / table.sum())


def pabak(table: FloatArray) -> float:
    """Return kappa adjusted for prevalence and bias, of k categories.

    Source: Byrt, Bishop and Carlin 1993, J Clin Epidemiol 46:423-429.
    """
    k = len(table)
    return (k * raw_agreement(table) - 1) / (k - 1)


def cross_table(a: FloatArray, b: FloatArray, categories: FloatArray) -> FloatArray:
    """Count readings of two readers, shape (n,) each, in a square table."""
    place_a, place_b = np.searchsorted(categories, a), np.searchsorted(categories, b)
    k = len(categories)
    return np.bincount(place_a * k + place_b, minlength=k * k).reshape(k, k).astype(np.float64)
