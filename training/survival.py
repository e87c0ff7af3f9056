"""Follow-up, its concordance with a score, and weights that make up for censoring."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .survey import FloatArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


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


def concordance(
    outcome: Outcome, score: FloatArray, weight: FloatArray | None = None
) -> tuple[float, FloatArray]:
    """Return the C-index and each person's influence on it, shape (n,); NaN where no pair counts.

    A pair counts where the earlier time is an event and the other person is still followed then
    (censored at that very time included); equal scores count half. Competing events are censored.
    With weights a pair counts as the product of the two: as often as it stands in the population.

    Source: Harrell et al. 1996, Stat Med 15:361-387; influence as ``concordance`` of R survival.
    """
    n = len(score)
    order = np.lexsort((~outcome.event, outcome.time))
    time, event = outcome.time[order], outcome.event[order]
    mass = np.ones(n) if weight is None else np.asarray(weight, np.float64)[order]
    rank = np.unique(score[order], return_inverse=True)[1].astype(np.int64)
    place = np.arange(n)
    after = _first_after(time, event)
    events = np.flatnonzero(event)
    below, tied = _dominated((after[events], rank[events]), (place, rank), mass)
    before = (-after[events], -rank[events])
    above, tied_as_later = _dominated((-place, -rank), before, mass[events])
    concordant, comparable = np.zeros(n), np.zeros(n)
    concordant[events] = below + tied / 2
    comparable[events] = (mass.sum() - np.r_[0.0, np.cumsum(mass)])[after[events]]
    concordant += above + tied_as_later / 2
    ended = np.bincount(after[events], mass[events], minlength=n + 1)
    comparable += np.cumsum(ended)[place]
    pairs = (mass * comparable).sum() / 2
    if pairs == 0:
        return float("nan"), np.zeros(n)
    value = float((mass * concordant).sum() / 2 / pairs)
    influence = np.empty(n)
    influence[order] = mass * (concordant - value * comparable) / pairs
    return value, influence


def _first_after(time: FloatArray, event: BoolArray) -> IntArray:
    """Return the first position that outlives each position, times sorted, events first."""
    start = np.searchsorted(time, time, side="left")
    events_before = np.r_[0, np.cumsum(event)]
    end = np.searchsorted(time, time, side="right")
    return np.asarray(start + events_before[end] - events_before[start])


def _dominated(
    query: tuple[IntArray, IntArray], point: tuple[IntArray, IntArray], mass: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sum, for each query, the masses of the points with place >= and key < (and key ==) its own.

    Both are given as (place, key).

    Halving the order again and again: queries in a left half count points in the right one, which
    costs n log2 n, where the definition costs n squared.
    """
    (query_place, query_key), (place, key) = query, point
    m, n = len(query_place), len(place)
    places = np.r_[query_place, place]
    masses = np.r_[np.zeros(m), mass]
    is_query = np.r_[np.ones(m, dtype=np.bool_), np.zeros(n, dtype=np.bool_)]
    order = np.lexsort((~is_query, places))
    rank = np.unique(np.r_[query_key, key], return_inverse=True)[1][order].astype(np.int64)
    asks, total, masses = is_query[order], m + n, masses[order]
    below, tied = np.zeros(total), np.zeros(total)
    width, keys = 1, int(rank.max()) + 2
    position = np.arange(total)
    while width < total:
        block, is_right = position // (2 * width), (position // width) % 2 == 1
        there = np.flatnonzero(is_right & ~asks)
        codes = (block * keys + rank)[there]
        by_code = np.argsort(codes, kind="stable")
        points = codes[by_code]
        so_far = np.r_[0.0, np.cumsum(masses[there][by_code])]
        left = np.flatnonzero(~is_right & asks)
        code = block[left] * keys + rank[left]
        base = so_far[np.searchsorted(points, block[left] * keys)]
        less = so_far[np.searchsorted(points, code)]
        below[left] += less - base
        tied[left] += so_far[np.searchsorted(points, code, side="right")] - less
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


def kaplan_meier(time: FloatArray, event: BoolArray, weight: FloatArray | None = None) -> Curve:
    """Return the share without the event along time, with Greenwood's variance.

    With weights that variance is not one: people who stand for many are counted as many.

    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457-481.
    """
    times, events, at_risk = risk_sets(time, event, weight)
    survival = np.asarray(np.cumprod(1 - events / at_risk), np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(events / (at_risk * (at_risk - events)))
        variances = np.asarray(np.where(survival > 0, survival**2 * hazard, 0.0), np.float64)
    return Curve(times, survival, variances, 1.0)


def risk_sets(
    time: FloatArray, event: BoolArray, weight: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the times of events, how many happen then, and how many are still followed."""
    mass = np.ones(len(time)) if weight is None else weight
    times, order = np.unique(time[event]), np.argsort(time, kind="stable")
    gone = np.r_[0.0, np.cumsum(mass[order])]
    at_risk = gone[-1] - gone[np.searchsorted(time[order], times, side="left")]
    places = np.searchsorted(times, time[event])
    events = np.bincount(places, mass[event], minlength=len(times))
    return times, events.astype(np.float64), at_risk.astype(np.float64)


def censoring_weights(
    outcome: Outcome, horizon: float, weight: FloatArray | None = None
) -> FloatArray:
    """Return inverse chances of not being censored by the horizon, shape (n,).

    0 for people censored before the horizon; the others stand for them. ``weight`` says how many
    people each one stands for in the estimate of that chance.

    Source: Uno et al. 2007, J Am Stat Assoc 102:527-537; Blanche et al. 2013, Stat Med
    32:5381-5397.
    """
    ended = outcome.event | outcome.competing
    free = kaplan_meier(outcome.time, ~ended, weight)
    early = ended & (outcome.time <= horizon)
    late = outcome.time > horizon
    chance = np.where(late, free.at(horizon), free.at(outcome.time, left=True))
    return np.where(early | late, 1 / np.where(chance > 0, chance, np.inf), 0.0)


def had_event(outcome: Outcome, horizon: float) -> BoolArray:
    """Return who had the event by the horizon."""
    return np.asarray(outcome.event & (outcome.time <= horizon))
