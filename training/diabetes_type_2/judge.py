"""Every measurement of a form, out of fold, as lines of tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import expit

from .. import metrics as m
from ..calibration import brier_score, observed_to_expected, one_step_intercept, one_step_slope
from ..card import exact
from ..metrics import Estimate
from ..report import Line
from ..survey import FloatArray, replicate_factors
from . import operating
from .cohort import BoolArray, Cohort
from .operating import Choice

Statistic = Callable[[FloatArray], float]
COUNTED = "counted"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Out-of-fold answers for the people who are judged.

    Parameters
    ----------
    people : those judged; `everyone` also those with a measure of body size missing
    logit : shape (n,), of `people`
    peers : name -> score of `people`, any monotone scale
    ahead : shape (n,), logit of a model that knew earlier cycles only; NaN for the first ones
    factors : shape (replicates, n), replicates of the survey design
    """

    people: Cohort
    logit: FloatArray
    peers: Mapping[str, FloatArray]
    ahead: FloatArray
    factors: FloatArray

    @property
    def risk(self) -> FloatArray:
        """Shape (n,), rounded as printed."""
        return operating.rounded(expit(self.logit))

    @property
    def ones(self) -> FloatArray:
        """Every person counted once."""
        return np.ones(self.people.n)


def answers(
    people: Cohort,
    logit: FloatArray,
    peers: Mapping[str, FloatArray],
    ahead: FloatArray,
    *,
    replicates: tuple[int, int],
) -> Answers:
    """Put together what is judged; `replicates` is their number and the seed."""
    factors = replicate_factors(people.design, *replicates)
    return Answers(people, logit, peers, ahead, factors)


def mean_over_cycles(people: Cohort, score: FloatArray) -> Statistic:
    """AUROC inside each cycle, averaged: no difference between cycles can help or harm it."""
    parts = []
    for cycle in np.unique(people.design.cycle):
        rows = people.design.cycle == cycle
        if 0 < people.case[rows].sum() < rows.sum():
            parts.append((rows, m.WeightedAuroc(people.case[rows], score[rows])))
    return lambda weight: float(np.mean([auroc(weight[rows]) for rows, auroc in parts]))


def _of(
    statistic: Callable[[BoolArray, FloatArray, FloatArray], float],
    case: BoolArray,
    logit: FloatArray,
) -> Statistic:
    """Return a statistic of fixed people as a function of their weights."""
    return lambda weight: statistic(case, logit, weight)


def _minus(one: Statistic, other: Statistic) -> Statistic:
    return lambda weight: one(weight) - other(weight)


def share(rows: BoolArray, weight: FloatArray, factors: FloatArray) -> Estimate:
    """Return the weighted share of people in `rows`."""
    return m.bootstrap(lambda w: float(np.average(rows, weights=w)), weight, factors)


def people_lines(people: Cohort, factors: FloatArray) -> list[Line]:
    """Count people and cases of each cycle, with the weighted prevalence."""
    lines = []
    groups = {"all": np.ones(people.n, dtype=np.bool_)}
    groups |= {str(c): people.design.cycle == c for c in np.unique(people.design.cycle)}
    for name, rows in groups.items():
        n, cases = int(rows.sum()), int(people.case[rows].sum())
        case = people.case[rows]
        weighted = share(case, people.design.weight[rows], factors[:, rows])
        for measure, estimate in (
            ("people", exact(n, n, COUNTED)),
            ("cases", exact(cases, n, COUNTED)),
            ("prevalence, counted", m.wilson(cases, n)),
            ("prevalence, survey-weighted", weighted),
        ):
            lines.append(Line("people", name, measure, estimate, cases))
    return lines


def discrimination_lines(a: Answers) -> list[Line]:
    """AUROC of the model, and of its peers with the differences."""
    case, cases = a.people.case, int(a.people.case.sum())
    auroc = m.WeightedAuroc(case, a.logit)
    pooled = m.auroc_delong(case, a.logit)
    cycles = mean_over_cycles(a.people, a.logit)
    lines = [
        Line("discrimination", "pooled", "auroc", pooled, cases),
        Line(
            "discrimination",
            "mean over cycles",
            "auroc",
            m.bootstrap(cycles, a.ones, a.factors),
            cases,
        ),
        Line(
            "discrimination",
            "pooled, survey-weighted",
            "auroc",
            m.bootstrap(auroc, a.people.design.weight, a.factors),
            cases,
        ),
    ]
    for name, score in a.peers.items():
        theirs = mean_over_cycles(a.people, score)
        ahead = m.bootstrap(_minus(cycles, theirs), a.ones, a.factors)
        for measure, estimate in (
            ("auroc", m.auroc_delong(case, score)),
            ("auroc, mean over cycles", m.bootstrap(theirs, a.ones, a.factors)),
            ("this model minus it", m.auroc_difference_delong(case, a.logit, score)),
            ("this model minus it, mean over cycles", ahead),
        ):
            lines.append(Line("peers", name, measure, estimate, cases))
    return lines


def calibration_lines(a: Answers) -> list[Line]:
    """Slope, intercept, observed to expected and Brier score, weighted and not."""
    case, cases = a.people.case, int(a.people.case.sum())
    lines = []
    for row, weight in (("survey-weighted", a.people.design.weight), ("counted", a.ones)):
        statistics = {
            "slope": one_step_slope(case, a.logit, weight),
            "intercept": one_step_intercept(case, a.logit, weight),
            "O:E": _of(observed_to_expected, case, a.logit),
            "brier_score": _of(brier_score, case, a.logit),
        }
        for measure, statistic in statistics.items():
            estimate = m.bootstrap(statistic, weight, a.factors)
            lines.append(Line("calibration", row, measure, estimate, cases))
    return lines


def group_lines(
    a: Answers, groups: Mapping[str, BoolArray], table: str, choice: Choice
) -> list[Line]:
    """AUROC, observed to expected and bands inside groups of people."""
    lines = []
    for name, rows in groups.items():
        case, logit, risk = a.people.case[rows], a.logit[rows], a.risk[rows]
        n, cases = len(case), int(case.sum())
        if cases in (0, n):
            continue
        weight, factors = a.people.design.weight[rows], a.factors[:, rows]
        low = risk < choice.low_below
        estimates = {"auroc": m.auroc_delong(case, logit)}
        for label, weights in (("O:E, survey-weighted", weight), ("O:E, counted", np.ones(n))):
            estimates[label] = m.bootstrap(
                _of(observed_to_expected, case, logit),
                weights,
                factors,
            )
        estimates["slope, survey-weighted"] = m.bootstrap(
            one_step_slope(case, logit, weight), weight, factors
        )
        estimates["share of people in the low band"] = m.wilson(int(low.sum()), n)
        estimates["npv of the low band"] = m.npv(case, ~low)
        estimates["ppv of the high band"] = m.ppv(case, risk >= choice.high_from)
        lines += [Line(table, name, measure, e, cases) for measure, e in estimates.items()]
    return lines


def subgroups(people: Cohort, rows: Sequence[Mapping[str, Any]]) -> dict[str, BoolArray]:
    """Return who is in each ``[[group]]`` of the recipe."""
    found = {}
    for row in rows:
        value = people.about[row["feature"]]
        found[row["name"]] = (value >= row.get("from", -np.inf)) & (
            value < row.get("below", np.inf)
        )
    return found


def missing_patterns(
    optional: tuple[str, ...], body_size: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """Every single and pair of optional inputs that leaves a measure of body size."""
    patterns = [c for size in (1, 2) for c in combinations(optional, size)]
    return [p for p in patterns if not set(body_size) <= set(p)]


def missing_lines(a: Answers, hidden: Mapping[tuple[str, ...], FloatArray]) -> list[Line]:
    """Measure what it costs not to know one or two inputs, and how calibration fares."""
    case, cases = a.people.case, int(a.people.case.sum())
    weight = a.people.design.weight
    lines = []
    for names, logit in hidden.items():
        cost = m.auroc_difference_delong(case, a.logit, logit)
        table = "missing_one" if len(names) == 1 else "missing_two"
        row = " and ".join(names)
        lines.append(Line(table, row, "auroc", m.auroc_delong(case, logit), cases))
        lines.append(Line(table, row, "auroc lost", cost, cases))
        if len(names) == 1:
            for measure, statistic in (
                ("slope", one_step_slope(case, logit, weight)),
                ("O:E", _of(observed_to_expected, case, logit)),
            ):
                estimate = m.bootstrap(statistic, weight, a.factors)
                lines.append(Line(table, row, f"{measure}, survey-weighted", estimate, cases))
    return lines


def ahead_lines(a: Answers) -> list[Line]:
    """Judge each next cycle, scored by a model that knew the earlier ones only."""
    lines = []
    for cycle in np.unique(a.people.design.cycle[np.isfinite(a.ahead)]):
        rows = (a.people.design.cycle == cycle) & np.isfinite(a.ahead)
        case, logit = a.people.case[rows], a.ahead[rows]
        estimates = {"auroc": m.auroc_delong(case, logit)}
        for measure, weights in (
            ("O:E, survey-weighted", a.people.design.weight[rows]),
            ("O:E, counted", np.ones(len(case))),
        ):
            estimates[measure] = m.bootstrap(
                _of(observed_to_expected, case, logit),
                weights,
                a.factors[:, rows],
            )
        cases = int(case.sum())
        lines += [Line("ahead", str(cycle), measure, e, cases) for measure, e in estimates.items()]
    return lines
