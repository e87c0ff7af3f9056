"""Every measurement of the model, out of fold, as lines of tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit

from .. import metrics as m
from ..calibration import one_step_intercept, one_step_slope
from ..card import exact
from ..metrics import Estimate
from ..report import Line
from ..survey import FloatArray
from ..survival import Outcome, concordance, had_event
from .cohort import BoolArray, Cohort
from .fit import follow_until, weights_at

Statistic = Callable[[FloatArray], float]
HARRELL = "Harrell, follow-up cut at the horizon; infinitesimal jackknife"
COUNTED = "counted"
RISK_DECIMALS = 4
_Z = 1.959963984540054
_TENTHS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Out-of-fold answers for the people who are judged.

    Parameters
    ----------
    people : everyone
    logit : shape (n,)
    peers : name -> score, any monotone scale; NaN where a peer gives none
    followed : follow-up cut at the horizon
    dead : shape (n,), died of the cause by the horizon
    known : shape (n,), weight that makes up for censoring; 0 for whoever was censored before
    factors : shape (replicates, n), replicates of the survey design
    """

    people: Cohort
    logit: FloatArray
    peers: Mapping[str, FloatArray]
    followed: Outcome
    dead: BoolArray
    known: FloatArray
    factors: FloatArray

    @property
    def risk(self) -> FloatArray:
        """Shape (n,), rounded as printed."""
        return np.asarray(np.round(expit(self.logit), RISK_DECIMALS))

    @property
    def deaths(self) -> int:
        """Number of deaths of the cause by the horizon."""
        return int(self.dead.sum())


def answers(
    people: Cohort,
    scores: tuple[FloatArray, Mapping[str, FloatArray]],
    horizon: float,
    factors: FloatArray,
) -> Answers:
    """Put together what is judged: people, their logit and the peers' scores."""
    return Answers(
        people=people,
        logit=scores[0],
        peers=scores[1],
        followed=follow_until(people.outcome, horizon),
        dead=had_event(people.outcome, horizon),
        known=weights_at(people, horizon),
        factors=factors,
    )


def c_index(outcome: Outcome, score: FloatArray) -> Estimate:
    """Chance that of two people the one with the higher score dies first.

    Source: Harrell et al. 1996, Stat Med 15:361-387.
    """
    value, influence = concordance(outcome, score)
    return _wald(value, float(np.sqrt((influence**2).sum())), len(score))


def c_difference(outcome: Outcome, ours: FloatArray, theirs: FloatArray) -> Estimate:
    """C-index of one score minus that of another in the same people."""
    first, second = concordance(outcome, ours), concordance(outcome, theirs)
    error = float(np.sqrt(((first[1] - second[1]) ** 2).sum()))
    return _wald(first[0] - second[0], error, len(ours))


def _wald(value: float, error: float, n: int) -> Estimate:
    return Estimate(value, value - _Z * error, value + _Z * error, n, HARRELL)


def _incidence(a: Answers, rows: BoolArray) -> Statistic:
    """Share that dies of the cause by the horizon, by weights that make up for censoring."""
    known, dead = a.known[rows], a.dead[rows]

    def statistic(weight: FloatArray) -> float:
        total = float((weight * known).sum())
        return float((weight * known * dead).sum()) / total if total > 0 else float("nan")

    return statistic


def incidence(a: Answers, rows: BoolArray, *, weighted: bool = True) -> Estimate:
    """Return the incidence by the horizon among some of the people."""
    weight = a.people.design.weight[rows] if weighted else np.ones(int(rows.sum()))
    return m.bootstrap(_incidence(a, rows), weight, a.factors[:, rows])


def observed_to_expected(a: Answers, rows: BoolArray, *, weighted: bool = True) -> Estimate:
    """Return the incidence by the horizon over the mean risk among some of the people."""
    observed, risk = _incidence(a, rows), expit(a.logit[rows])
    weight = a.people.design.weight[rows] if weighted else np.ones(int(rows.sum()))
    return m.bootstrap(
        lambda w: observed(w) / float(np.average(risk, weights=w)), weight, a.factors[:, rows]
    )


def people_lines(a: Answers) -> list[Line]:
    """Count people and deaths of each cycle, with the incidence and the follow-up."""
    lines = []
    groups = {"all": np.ones(a.people.n, dtype=np.bool_), **by_cycle(a.people)}
    for name, rows in groups.items():
        n, deaths = int(rows.sum()), int(a.dead[rows].sum())
        longest = float(a.people.outcome.time[rows].max())
        estimates = {
            "people": exact(n, n, COUNTED),
            "cases": exact(deaths, n, COUNTED),
            "other deaths by the horizon": exact(
                float(a.followed.competing[rows].sum()), n, COUNTED
            ),
            "longest follow-up, months": exact(longest, n, COUNTED),
        }
        if name == "all":
            estimates["incidence, survey-weighted"] = incidence(a, rows)
            estimates["incidence, counted"] = incidence(a, rows, weighted=False)
        lines += [Line("people", name, k, e, deaths) for k, e in estimates.items()]
    return lines


def by_cycle(people: Cohort) -> dict[str, BoolArray]:
    """Return who is in each cycle."""
    cycles = np.unique(people.design.cycle)
    return {str(c): np.asarray(people.design.cycle == c) for c in cycles}


def discrimination_lines(a: Answers) -> list[Line]:
    """C-index of the model, and of its peers on the same people with the differences."""
    pooled = c_index(a.followed, a.logit)
    lines = [Line("discrimination", "pooled", "c_index", pooled, a.deaths)]
    for name, score in a.peers.items():
        rows = np.isfinite(score)
        outcome, deaths = a.followed.rows(rows), int(a.dead[rows].sum())
        for measure, estimate in (
            ("c_index", c_index(outcome, score[rows])),
            ("c_index of this model there", c_index(outcome, a.logit[rows])),
            ("this model minus it", c_difference(outcome, a.logit[rows], score[rows])),
        ):
            lines.append(Line("peers", name, measure, estimate, deaths))
    return lines


def calibration_lines(a: Answers) -> list[Line]:
    """Slope, intercept and observed to expected at the horizon, weighted and not."""
    everyone = np.ones(a.people.n, dtype=np.bool_)
    lines = []
    for row, weighted in (("survey-weighted", True), ("counted", False)):
        base = a.people.design.weight if weighted else np.ones(a.people.n)
        weight = base * a.known
        inside = weight > 0
        dead, score, factors = a.dead[inside], a.logit[inside], a.factors[:, inside]
        estimates = {
            "slope": m.bootstrap(
                one_step_slope(dead, score, weight[inside]), weight[inside], factors
            ),
            "intercept": m.bootstrap(
                one_step_intercept(dead, score, weight[inside]), weight[inside], factors
            ),
            "O:E": observed_to_expected(a, everyone, weighted=weighted),
        }
        lines += [Line("calibration", row, k, e, a.deaths) for k, e in estimates.items()]
    return lines + _tenth_lines(a)


def _tenth_lines(a: Answers) -> list[Line]:
    """Mean risk and incidence in tenths of the risk."""
    risk = expit(a.logit)
    cuts = np.quantile(risk, np.linspace(0, 1, _TENTHS + 1)[1:-1])
    group = np.searchsorted(cuts, risk, side="right")
    lines = []
    for g in range(_TENTHS):
        rows = np.asarray(group == g)
        deaths = int(a.dead[rows].sum())
        weight = a.people.design.weight[rows]
        mean = exact(float(np.average(risk[rows], weights=weight)), int(rows.sum()), "mean")
        name = f"tenth {g + 1}"
        lines.append(Line("tenths", name, "mean risk", mean, deaths))
        lines.append(Line("tenths", name, "incidence, survey-weighted", incidence(a, rows), deaths))
    return lines


def group_lines(a: Answers, groups: Mapping[str, BoolArray], table: str) -> list[Line]:
    """C-index and observed to expected inside groups of people that run through all cycles."""
    lines = []
    for name, rows in groups.items():
        deaths = int(a.dead[rows].sum())
        if deaths == 0:
            continue
        estimates = {
            "c_index": c_index(a.followed.rows(rows), a.logit[rows]),
            "O:E, survey-weighted": observed_to_expected(a, rows),
            "O:E, counted": observed_to_expected(a, rows, weighted=False),
        }
        lines += [Line(table, name, measure, e, deaths) for measure, e in estimates.items()]
    return lines


def cycle_lines(a: Answers, horizon: float) -> list[Line]:
    """C-index of each cycle, and observed to expected where everybody is followed long enough.

    Weights for censoring belong to an era; a cycle that ends early is none of its own.
    """
    lines = []
    whole = replace(a, known=np.ones(a.people.n))
    for name, rows in by_cycle(a.people).items():
        deaths = int(a.dead[rows].sum())
        outcome = a.people.outcome.rows(rows)
        lost = ~(outcome.event | outcome.competing) & (outcome.time < horizon)
        estimates = {"c_index": c_index(a.followed.rows(rows), a.logit[rows])}
        if not lost.any():
            estimates["O:E, survey-weighted"] = observed_to_expected(whole, rows)
            estimates["O:E, counted"] = observed_to_expected(whole, rows, weighted=False)
        lines += [Line("cycles", name, measure, e, deaths) for measure, e in estimates.items()]
    return lines


def subgroups(people: Cohort, rows: list[Mapping[str, Any]]) -> dict[str, BoolArray]:
    """Return who is in each ``[[group]]`` of the recipe."""
    found = {}
    for row in rows:
        value = people.about[row["feature"]]
        low, high = row.get("from", -np.inf), row.get("below", np.inf)
        found[row["name"]] = (value >= low) & (value < high)
    return found


def missing_lines(a: Answers, hidden: Mapping[str, FloatArray]) -> list[Line]:
    """Measure what it costs not to know one input, and how calibration fares."""
    lines = []
    everyone = np.ones(a.people.n, dtype=np.bool_)
    for name, score in hidden.items():
        without = replace(a, logit=score)
        estimates = {
            "c_index": c_index(a.followed, score),
            "c_index lost": c_difference(a.followed, a.logit, score),
            "O:E, survey-weighted": observed_to_expected(without, everyone),
        }
        lines += [Line("missing_one", name, k, e, a.deaths) for k, e in estimates.items()]
    return lines
