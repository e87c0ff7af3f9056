"""Net benefit: what a test gives when a missed case weighs as much as some unneeded tests."""

import numpy as np

from ...training.survey import Design
from .estimate import BoolArray, FloatArray, NotEstimable, Result, wald
from .survey import weighted_ratio

MEAN = "mean of the people's net benefits; normal interval"


def benefit_terms(case: BoolArray, positive: BoolArray, threshold: float) -> FloatArray:
    """Return each person's part in the net benefit, shape (n,).

    1 for a case found, minus the odds of the threshold for another person found.

    Source: Vickers and Elkin 2006, Med Decis Making 26:565-574.
    """
    odds = threshold / (1 - threshold)
    return np.where(positive, np.where(case, 1.0, -odds), 0.0)


def net_benefit(
    case: BoolArray, risk: FloatArray, threshold: float, design: Design | None = None
) -> Result:
    """Net benefit of testing from a risk on (``risk >= threshold``).

    Parameters
    ----------
    case : shape (n,)
    risk : shape (n,), 0..1; all ones for everybody
    threshold : 0..1, without the ends
    design : where given, for the survey's population

    >>> case = np.array([True, False, False, False])
    >>> net_benefit(case, np.array([.9, .8, .1, .1]), 0.5).value
    0.0
    """
    return mean_of(benefit_terms(case, risk >= threshold, threshold), design)


def net_benefit_difference(
    case: BoolArray,
    positives: tuple[BoolArray, BoolArray],
    threshold: float,
    design: Design | None = None,
) -> Result:
    """Net benefit of the first test minus that of the second, in the same people."""
    first, second = (benefit_terms(case, p, threshold) for p in positives)
    return mean_of(first - second, design)


def mean_of(terms: FloatArray, design: Design | None = None) -> Result:
    """Return the mean of terms, shape (n,), with its interval."""
    if design is not None:
        return weighted_ratio(terms, np.ones(len(terms)), design)
    n = len(terms)
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return NotEstimable("nobody" if n == 0 else "too_few", n, MEAN)
    return wald(float(terms.mean()), float(terms.std(ddof=1) / np.sqrt(n)), n, MEAN)


def net_benefit_at_prevalence(
    case: BoolArray, positive: BoolArray, threshold: float, prevalence: float
) -> Result:
    """Net benefit where people were chosen by outcome; the prevalence is known from elsewhere."""
    method = "binomial sensitivity and specificity"
    m, n = int(case.sum()), int((~case).sum())
    if m == 0 or n == 0:
        return NotEstimable("no_case" if m == 0 else "no_other", m + n, method)
    se, false = float(positive[case].mean()), float(positive[~case].mean())
    odds = threshold / (1 - threshold) * (1 - prevalence)
    error = np.sqrt(prevalence**2 * se * (1 - se) / m + odds**2 * false * (1 - false) / n)
    return wald(se * prevalence - false * odds, float(error), m + n, method)


def tests_avoided(case: BoolArray, risk: FloatArray, threshold: float) -> Result:
    """Tests avoided per person against testing everybody, at no loss of cases.

    The gain in net benefit over testing all, divided by the odds of the threshold.
    """
    everybody = np.ones(len(case), dtype=np.bool_)
    gain = benefit_terms(case, risk >= threshold, threshold) - benefit_terms(
        case, everybody, threshold
    )
    return mean_of(gain * (1 - threshold) / threshold)
