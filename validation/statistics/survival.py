"""Outcomes that take time: how well a score ranks them, and whether a risk at a horizon holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...training.metrics import Estimate
from ...training.survey import Design
from .calibration import calibration_fit
from .estimate import (
    BoolArray,
    FloatArray,
    IntArray,
    NotEstimable,
    Result,
    log_wald,
    logit_wald,
    wald,
    z_value,
)
from .survey import auroc_influence

HARRELL = "Harrell, infinitesimal jackknife"
WEIGHTED_FIT = "logistic regression on the logit, weighted for censoring; sandwich"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Follow-up of n people.

    Parameters
    ----------
    time : shape (n,), above 0
    event : shape (n,), the event ended it
    competing : shape (n,), another event ended it (nobody when not given)
    """

    time: FloatArray
    event: BoolArray
    competing: BoolArray

    @classmethod
    def of(
        cls, time: FloatArray, event: BoolArray, competing: BoolArray | None = None
    ) -> "Outcome":
        """Return follow-up; without ``competing`` everyone else is censored."""
        none = np.zeros(len(time), dtype=np.bool_)
        return cls(time, event, none if competing is None else competing & ~event)

    def rows(self, among: BoolArray) -> "Outcome":
        """Return some of the people."""
        return Outcome(self.time[among], self.event[among], self.competing[among])


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
    """Return the C-index and each person's influence on it, shape (n,)."""
    n = len(score)
    if n == 0 or not outcome.event.any():
        return NotEstimable("nobody" if n == 0 else "no_case", n, HARRELL)
    order = np.lexsort((~outcome.event, outcome.time))
    time, event = outcome.time[order], outcome.event[order]
    rank = np.unique(score[order], return_inverse=True)[1].astype(np.int64)
    place = np.arange(n)
    after = _first_after(time, event)
    events = np.flatnonzero(event)
    below, tied = _dominated(after[events], rank[events], place, rank)
    above, tied_as_later = _dominated(-place, -rank, -after[events], -rank[events])
    concordant, comparable = np.zeros(n), np.zeros(n)
    concordant[events] = below + tied / 2
    comparable[events] = n - after[events]
    concordant += above + tied_as_later / 2
    comparable += np.searchsorted(np.sort(after[events]), place, side="right")
    pairs = comparable.sum() / 2
    if pairs == 0:
        return NotEstimable("no_follow_up", n, HARRELL)
    value = float(concordant.sum() / 2 / pairs)
    influence = np.empty(n)
    influence[order] = (concordant - value * comparable) / pairs
    return value, influence


def _first_after(time: FloatArray, event: BoolArray) -> IntArray:
    """Return the first position that outlives each position, times sorted, events first."""
    start = np.searchsorted(time, time, side="left")
    events_before = np.r_[0, np.cumsum(event)]
    end = np.searchsorted(time, time, side="right")
    return np.asarray(start + events_before[end] - events_before[start])


def _dominated(
    query_place: IntArray, query_key: IntArray, place: IntArray, key: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Count, for each query, the points with place >= and key < (and key ==) its own.

    Halving the order again and again: queries in a left half count points in the right one, which
    costs n log2 n, where the definition costs n squared.
    """
    m, n = len(query_place), len(place)
    places = np.r_[query_place, place]
    is_query = np.r_[np.ones(m, dtype=np.bool_), np.zeros(n, dtype=np.bool_)]
    order = np.lexsort((~is_query, places))
    rank = np.unique(np.r_[query_key, key], return_inverse=True)[1][order].astype(np.int64)
    asks, total = is_query[order], m + n
    below, tied = np.zeros(total), np.zeros(total)
    width, keys = 1, int(rank.max()) + 2
    position = np.arange(total)
    while width < total:
        block, is_right = position // (2 * width), (position // width) % 2 == 1
        points = np.sort((block * keys + rank)[is_right & ~asks])
        left = np.flatnonzero(~is_right & asks)
        code = block[left] * keys + rank[left]
        base = np.searchsorted(points, block[left] * keys)
        less = np.searchsorted(points, code)
        below[left] += less - base
        tied[left] += np.searchsorted(points, code, side="right") - less
        width *= 2
    back = np.empty(total, dtype=np.int64)
    back[order] = position
    return below[back[:m]], tied[back[:m]]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A step function: value and variance from each time on; before the first, ``before`` and 0."""

    times: FloatArray
    values: FloatArray
    variances: FloatArray
    before: float

    def at(self, time: float | FloatArray, *, left: bool = False) -> FloatArray:
        """Return the value at times, or just before them."""
        return self._step(self.values, time, self.before, left=left)

    def variance_at(self, time: float) -> float:
        """Return the variance at a time."""
        return float(self._step(self.variances, time, 0.0, left=False))

    def _step(
        self, values: FloatArray, time: float | FloatArray, before: float, *, left: bool
    ) -> FloatArray:
        side = "left" if left else "right"
        index = np.searchsorted(self.times, time, side=side)  # type: ignore[call-overload]  # one of two
        return np.asarray(np.r_[before, values][index])


def kaplan_meier(time: FloatArray, event: BoolArray) -> Curve:
    """Return the share without the event along time, with Greenwood's variance.

    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457-481.
    """
    times, events, at_risk = _risk_sets(time, event)
    survival = np.asarray(np.cumprod(1 - events / at_risk), np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(events / (at_risk * (at_risk - events)))
        variances = np.asarray(np.where(survival > 0, survival**2 * hazard, 0.0), np.float64)
    return Curve(times, survival, variances, 1.0)


def _risk_sets(time: FloatArray, event: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    times = np.unique(time[event])
    ordered = np.sort(time)
    at_risk = len(time) - np.searchsorted(ordered, times, side="left")
    events = np.bincount(np.searchsorted(times, time[event]), minlength=len(times))
    return times, events.astype(np.float64), at_risk.astype(np.float64)


def cumulative_incidence(outcome: Outcome) -> Curve:
    """Return the share that has had the event along time, other events not being censored.

    Without competing events it is 1 - Kaplan-Meier with Greenwood's variance.

    Source: Aalen and Johansen 1978; variance of Gray's delta form as in ``survfit`` (multi-state)
    of R survival.
    """
    any_event = outcome.event | outcome.competing
    times, ends, at_risk = _risk_sets(outcome.time, any_event)
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
    _, ends, at_risk = _risk_sets(outcome.time, any_event)
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


def censoring_weights(outcome: Outcome, horizon: float) -> FloatArray:
    """Return inverse chances of not being censored by the horizon, shape (n,).

    0 for people censored before the horizon; the others stand for them.

    Source: Uno et al. 2007, J Am Stat Assoc 102:527-537; Blanche et al. 2013, Stat Med
    32:5381-5397.
    """
    ended = outcome.event | outcome.competing
    free = kaplan_meier(outcome.time, ~ended)
    early = ended & (outcome.time <= horizon)
    late = outcome.time > horizon
    chance = np.where(late, free.at(horizon), free.at(outcome.time, left=True))
    return np.where(early | late, 1 / np.where(chance > 0, chance, np.inf), 0.0)


def had_event(outcome: Outcome, horizon: float) -> BoolArray:
    """Return who had the event by the horizon."""
    return np.asarray(outcome.event & (outcome.time <= horizon))


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
