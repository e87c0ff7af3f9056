"""Shares of a two-by-two table, with Wilson and Clopper-Pearson intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from ...training.metrics import LEVEL, Estimate
from ...training.metrics import wilson as _wilson
from .estimate import BoolArray, NotEstimable, Result, TestResult, log_wald, wald, z_value

WILSON = "Wilson"
CLOPPER_PEARSON = "Clopper-Pearson"


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """Counts of an index test against a reference standard."""

    tp: int
    fp: int
    fn: int
    tn: int

    @classmethod
    def of(cls, case: BoolArray, positive: BoolArray) -> "TwoByTwo":
        """Count columns of shape (n,)."""
        tp, cases, positives = int((case & positive).sum()), int(case.sum()), int(positive.sum())
        return cls(tp, positives - tp, cases - tp, len(case) - cases - positives + tp)

    @property
    def n(self) -> int:
        """Number of people."""
        return self.tp + self.fp + self.fn + self.tn


def wilson(successes: int, n: int) -> Result:
    """Estimate a share with Wilson's score interval.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212.

    >>> wilson(0, 0)
    NotEstimable(code='nobody', n=0, method='Wilson')
    """
    if n == 0:
        return NotEstimable("nobody", 0, WILSON)
    found = _wilson(successes, n)  # its ends can miss 0 and 1 by the last bit
    return replace(
        found, ci_low=min(found.ci_low, found.value), ci_high=max(found.ci_high, found.value)
    )


def clopper_pearson(successes: int, n: int) -> Result:
    """Estimate a share with the interval that covers at least 95 % whatever the share.

    Source: Clopper and Pearson 1934, Biometrika 26:404-413.

    >>> e = clopper_pearson(81, 263)
    >>> round(e.ci_low, 10), round(e.ci_high, 10)
    (0.2527367456, 0.3676219226)
    """
    if n == 0:
        return NotEstimable("nobody", 0, CLOPPER_PEARSON)
    tail = (1 - LEVEL) / 2
    low = stats.beta.ppf(tail, successes, n - successes + 1) if successes else 0.0
    high = stats.beta.ppf(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return Estimate(successes / n, float(low), float(high), n, CLOPPER_PEARSON)


def shares(table: TwoByTwo) -> Mapping[str, tuple[Result, Result]]:
    """Return each share of the table as (Wilson, Clopper-Pearson).

    PPV and NPV are those at the prevalence of these people: print it beside them.
    """
    t = table
    counts = {
        "prevalence": (t.tp + t.fn, t.n),
        "positive_share": (t.tp + t.fp, t.n),
        "sensitivity": (t.tp, t.tp + t.fn),
        "specificity": (t.tn, t.tn + t.fp),
        "ppv": (t.tp, t.tp + t.fp),
        "npv": (t.tn, t.tn + t.fn),
    }
    return {name: (wilson(k, n), clopper_pearson(k, n)) for name, (k, n) in counts.items()}


def likelihood_ratios(table: TwoByTwo) -> Mapping[str, Result]:
    """Return ``lr_positive`` and ``lr_negative``.

    Source: Simel et al. 1991, J Clin Epidemiol 44:763-770 (interval on the logarithm).
    """
    t, method = table, "log method (Simel)"
    cases, others = t.tp + t.fn, t.fp + t.tn

    def ratio(a: int, b: int) -> Result:
        if not (a and b and cases and others):
            return NotEstimable("zero_cell", t.n, method)
        error = np.sqrt(1 / a - 1 / cases + 1 / b - 1 / others)
        return log_wald((a / cases) / (b / others), float(error), t.n, method)

    return {"lr_positive": ratio(t.tp, t.fp), "lr_negative": ratio(t.fn, t.tn)}


def number_needed(successes: int, n: int) -> Result:
    """Return how many people there are for one success: one divided by a Wilson share.

    With (tp, n) the number needed to screen for one case found; with (tp, tp + fp) the blood tests
    for one case found.
    """
    method = "inverse of a Wilson interval"
    share = wilson(successes, n)
    if isinstance(share, NotEstimable) or successes == 0:
        return NotEstimable("zero_cell" if n else "nobody", n, method)
    return Estimate(n / successes, 1 / share.ci_high, 1 / share.ci_low, n, method)


def predictive_values_at(table: TwoByTwo, prevalence: float) -> Mapping[str, Result]:
    """Return ``ppv`` and ``npv`` for another prevalence than that of these people.

    Source: Mercaldo, Lau and Zhou 2007, Stat Med 26:2170-2183 (logit interval).
    Departure: none; a sensitivity or specificity of 0 or 1 is not estimable.
    """
    method = "logit (Mercaldo)"
    cases, others = table.tp + table.fn, table.fp + table.tn
    if 0 in (table.tp, table.fp, table.fn, table.tn):
        return dict.fromkeys(("ppv", "npv"), NotEstimable("zero_cell", table.n, method))
    se, sp = table.tp / cases, table.tn / others
    odds = prevalence / (1 - prevalence)

    def share(right: float, error: float) -> Result:
        value, factor = right / (1 + right), float(np.exp(z_value() * error))
        low, high = right / factor, right * factor
        return Estimate(value, low / (1 + low), high / (1 + high), table.n, method)

    error_ppv = np.sqrt((1 - se) / (se * cases) + sp / ((1 - sp) * others))
    error_npv = np.sqrt(se / ((1 - se) * cases) + (1 - sp) / (sp * others))
    return {
        "ppv": share(odds * se / (1 - sp), float(error_ppv)),
        "npv": share(sp / (odds * (1 - se)), float(error_npv)),
    }


def mcnemar(only_a: int, only_b: int, *, correction: bool = True) -> TestResult | NotEstimable:
    """Test whether two tests are positive equally often in the same people.

    Parameters
    ----------
    only_a, only_b : people positive in one test and not in the other
    correction : continuity correction of the chi-squared form

    Source: McNemar 1947, Psychometrika 12:153-157; Edwards 1948 for the correction.
    """
    method = "McNemar, continuity correction" if correction else "McNemar"
    discordant = only_a + only_b
    if discordant == 0:
        return NotEstimable("zero_cell", 0, method)
    gap = max(abs(only_a - only_b) - float(correction), 0.0)
    statistic = gap * gap / discordant
    return TestResult(statistic, float(stats.chi2.sf(statistic, 1)), discordant, method)


def mcnemar_exact(only_a: int, only_b: int) -> TestResult | NotEstimable:
    """Return McNemar's test from the binomial distribution."""
    method, discordant = "McNemar, exact", only_a + only_b
    if discordant == 0:
        return NotEstimable("zero_cell", 0, method)
    p = min(1.0, 2 * float(stats.binom.cdf(min(only_a, only_b), discordant, 0.5)))
    return TestResult(float(min(only_a, only_b)), p, discordant, method)


def paired_difference(only_a: int, only_b: int, n: int) -> Result:
    """Return the share positive in test a minus that in test b, in the same n people.

    Half a person is added to each of the four cells, two in all, which keeps the coverage of the
    Wald interval near 95 % in small samples.

    Source: Agresti and Min 2005, Stat Med 24:729-740.
    """
    method = "paired Wald, half a person added to each cell (Agresti and Min)"
    if n == 0:
        return NotEstimable("nobody", 0, method)
    a, b, total = only_a + 0.5, only_b + 0.5, n + 2.0
    centre, error = (a - b) / total, np.sqrt(a + b - (a - b) ** 2 / total) / total
    shrunk = wald(centre, float(error), n, method, within=(-1.0, 1.0))
    if isinstance(shrunk, NotEstimable):
        return shrunk
    return Estimate((only_a - only_b) / n, shrunk.ci_low, shrunk.ci_high, n, method)
