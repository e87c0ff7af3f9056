"""Outcomes that take time: how well a score ranks them, and whether a risk at a horizon holds."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...training.metrics import Estimate
from ...training.survey import Design
from ...training.survival import (
    Curve,
    Outcome,
    censoring_weights,
    concordance,
    had_event,
    risk_sets,
)
from .calibration import calibration_fit
from .estimate import (
    FloatArray,
    NotEstimable,
    Result,
    log_wald,
    logit_wald,
    wald,
    z_value,
)
from .survey import auroc_influence

ALL_FOLLOW_UP = "over all follow-up, competing ends censored"
HARRELL = f"Harrell; {ALL_FOLLOW_UP}; infinitesimal jackknife"
WEIGHTED_FIT = "logistic regression on the logit, weighted for censoring; sandwich"


def harrell_c(outcome: Outcome, score: FloatArray) -> Result:
    """Chance that, of two people, the one with the higher score has the event first.

    A pair counts where the earlier time is an event and the other person is still followed then
    (censored at that very time included); equal scores count half. Competing events are censored.

    Source: Harrell et al. 1996, Stat Med 15:361-387; variance as ``concordance`` of R survival.
    """
    found = _concordance(outcome, score)
    if isinstance(found, NotEstimable):
        return found
    value, influence = found
    error = float(np.sqrt((influence**2).sum()))
    return wald(value, error, len(score), HARRELL, within=(0.0, 1.0))


def harrell_difference(outcome: Outcome, a: FloatArray, b: FloatArray) -> Result:
    """C-index of score ``a`` minus that of score ``b`` in the same people."""
    method = f"{HARRELL}; paired"
    first, second = _concordance(outcome, a), _concordance(outcome, b)
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    error = float(np.sqrt(((first[1] - second[1]) ** 2).sum()))
    return wald(first[0] - second[0], error, len(a), method, within=(-1.0, 1.0))


def _concordance(outcome: Outcome, score: FloatArray) -> tuple[float, FloatArray] | NotEstimable:
    """Return the C-index and each person's influence on it, or why there is none."""
    n = len(score)
    if n == 0 or not outcome.event.any():
        return NotEstimable("nobody" if n == 0 else "no_case", n, HARRELL)
    value, influence = concordance(outcome, score)
    return NotEstimable("no_follow_up", n, HARRELL) if np.isnan(value) else (value, influence)


def cumulative_incidence(outcome: Outcome) -> Curve:
    """Return the share that has had the event along time, other events not being censored.

    Without competing events it is 1 - Kaplan-Meier with Greenwood's variance.

    Source: Aalen and Johansen 1978; variance of Gray's delta form as in ``survfit`` (multi-state)
    of R survival.
    """
    any_event = outcome.event | outcome.competing
    times, ends, at_risk = risk_sets(outcome.time, any_event)
    ours = np.bincount(
        np.searchsorted(times, outcome.time[outcome.event]), minlength=len(times)
    ).astype(np.float64)
    survival = np.cumprod(1 - ends / at_risk)
    before = np.r_[1.0, survival[:-1]]
    incidence = np.cumsum(before * ours / at_risk)
    return Curve(times, incidence, _incidence_variance(outcome, (times, incidence, before)), 0.0)


def _incidence_variance(
    outcome: Outcome, curves: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """Return the variance of the incidence at each time (Dinse and Larson 1986).

    The square of a sum over earlier times is opened, so that every term is a running total.
    """
    times, incidence, before = curves
    any_event = outcome.event | outcome.competing
    _, ends, at_risk = risk_sets(outcome.time, any_event)
    ours = np.bincount(
        np.searchsorted(times, outcome.time[outcome.event]), minlength=len(times)
    ).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(at_risk > ends, ends / (at_risk * (at_risk - ends)), 0.0)
    own = before**2 * ours * (at_risk - ours) / at_risk**3
    cross = before * ours / at_risk**2
    f = incidence
    squares = f**2 * np.cumsum(hazard) - 2 * f * np.cumsum(hazard * f) + np.cumsum(hazard * f**2)
    crossed = f * np.cumsum(cross) - np.cumsum(cross * f)
    return np.maximum(squares + np.cumsum(own) - 2 * crossed, 0.0)


def auroc_at(outcome: Outcome, score: FloatArray, horizon: float) -> Result:
    """AUROC of the event by the horizon, people censored before it stood for by others.

    A competing event before the horizon counts as no event. The weights are taken as known in the
    variance, which makes the interval a little wide.

    Source: as `censoring_weights`, cumulative cases and dynamic controls.
    """
    method = "inverse probability of censoring; influence of each person; logit"
    weight, case = censoring_weights(outcome, horizon), had_event(outcome, horizon)
    inside = weight > 0
    cases = int(case[inside].sum())
    if cases in (0, int(inside.sum())):
        code = "no_follow_up" if not inside.any() else ("no_other" if cases else "no_case")
        return NotEstimable(code, len(score), method)  # type: ignore[arg-type]  # three of the codes
    value, influence = auroc_influence(case[inside], score[inside], weight[inside])
    return logit_wald(value, float(np.sqrt((influence**2).sum())), len(score), method)


def incidence_at(outcome: Outcome, horizon: float) -> Result:
    """Share that has the event by the horizon; interval on log(-log).

    Source: Kalbfleisch and Prentice 2002, section 1.4.
    """
    method = "Aalen-Johansen" if outcome.competing.any() else "Kaplan-Meier, Greenwood"
    n = len(outcome.time)
    if n == 0 or float(outcome.time.max()) < horizon:
        return NotEstimable("no_follow_up", n, method)
    curve = cumulative_incidence(outcome)
    value, spread = float(curve.at(horizon)), curve.variance_at(horizon)
    if not 0 < value < 1:
        return NotEstimable("no_case" if value == 0 else "zero_cell", n, method)
    stay = 1 - value
    half = z_value() * np.sqrt(spread) / (stay * abs(np.log(stay)))
    low, high = (1 - stay ** np.exp(sign * half) for sign in (-1, 1))
    return Estimate(value, float(low), float(high), n, f"{method}; log(-log)")


def calibration_at(outcome: Outcome, risk: FloatArray, horizon: float) -> Mapping[str, Result]:
    """Return O/E, intercept and slope of a risk of the event by the horizon.

    O is the cumulative incidence; intercept and slope are those of a logistic regression weighted
    for censoring, with a sandwich variance.

    Source: Crowson et al. 2016, Stat Methods Med Res 25:1692-1706 (O/E); McLernon et al. 2023, Ann
    Intern Med 176:105-114.
    """
    observed = incidence_at(outcome, horizon)
    names = ("observed_to_expected", "calibration_intercept", "calibration_slope")
    if isinstance(observed, NotEstimable):
        return dict.fromkeys(names, observed)
    spread = cumulative_incidence(outcome).variance_at(horizon)
    error = float(np.sqrt(spread)) / observed.value
    weight = censoring_weights(outcome, horizon)
    inside = weight > 0
    each = np.arange(len(risk), dtype=np.float64)
    alone = Design(weight, np.zeros(len(risk)), each, np.full(len(risk), "", dtype=np.str_))
    fit = calibration_fit(had_event(outcome, horizon)[inside], risk[inside], alone.of(inside))
    told = {k: replace(r, n=len(risk), method=WEIGHTED_FIT) for k, r in fit.items()}
    ratio = log_wald(observed.value / float(risk.mean()), error, len(risk), observed.method)
    return {names[0]: ratio, **told}


def net_benefit_at(outcome: Outcome, risk: FloatArray, threshold: float, horizon: float) -> Result:
    """Net benefit of acting on a risk of the event by the horizon (``risk >= threshold``).

    Source: Vickers et al. 2008, BMC Med Inform Decis Mak 8:53, from the incidence in positives.
    """
    method = "incidence in positives; delta method"
    positive = risk >= threshold
    n, share = len(risk), float(positive.mean()) if len(risk) else 0.0
    if n == 0 or share == 0:
        return NotEstimable("nobody", n, method)
    inside = outcome.rows(positive)
    if float(outcome.time.max()) < horizon:
        return NotEstimable("no_follow_up", n, method)
    curve = cumulative_incidence(inside)
    incidence, odds = float(curve.at(horizon)), threshold / (1 - threshold)
    each = incidence - (1 - incidence) * odds
    spread = share * (1 - share) / n * each**2
    spread += (share * (1 + odds)) ** 2 * curve.variance_at(horizon)
    return wald(share * each, float(np.sqrt(spread)), n, method)
