"""Every measurement of a form, out of fold, as lines of tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import expit

from .. import metrics as m
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


def people_lines(people: Cohort, factors: FloatArray) -> list[Line]:
    """Count people and cases of each cycle, with the weighted prevalence."""
    lines = []
    groups = {"all": np.ones(people.n, dtype=np.bool_)}
    groups |= {str(c): people.design.cycle == c for c in np.unique(people.design.cycle)}
    for name, rows in groups.items():
        n, cases = int(rows.sum()), int(people.case[rows].sum())
        case = people.case[rows]
        weighted = _share(case, people.design.weight[rows], factors[:, rows])
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
    statistics: dict[str, Callable[[BoolArray, FloatArray, FloatArray], float]] = {
        "slope": m.calibration_slope,
        "intercept": m.calibration_intercept,
        "O:E": m.observed_to_expected,
        "brier_score": m.brier_score,
    }
    lines = []
    for row, weight in (("survey-weighted", a.people.design.weight), ("counted", a.ones)):
        for measure, statistic in statistics.items():
            estimate = m.bootstrap(
                _of(statistic, case, a.logit),
                weight,
                a.factors,
            )
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
                _of(m.observed_to_expected, case, logit),
                weights,
                factors,
            )
        estimates["share of people in the low band"] = m.wilson(int(low.sum()), n)
        estimates["npv of the low band"] = m.npv(case, ~low)
        estimates["ppv of the high band"] = m.ppv(case, risk >= choice.high_from)
        lines += [Line(table, name, measure, e, cases) for measure, e in estimates.items()]
    return lines


def subgroups(people: Cohort) -> dict[str, BoolArray]:
    """Return the groups that a card must speak of: sex, age, body mass index, working age."""
    age, bmi, male = (people.about[k] for k in ("age_years", "bmi_kg_per_m2", "male"))
    return {
        "women": male == 0,
        "men": male == 1,
        "age 20 to 39": age < 40,
        "age 40 to 65": (age >= 40) & (age <= 65),
        "age over 65": age > 65,
        "working age, 20 to 65": age <= 65,
        "body mass index below 25": bmi < 25,
        "body mass index 25 to below 30": (bmi >= 25) & (bmi < 30),
        "body mass index 30 and over": bmi >= 30,
    }


def band_lines(a: Answers, choice: Choice) -> list[Line]:
    """Who falls into each band, and what is true of them, counted and weighted."""
    case, risk = a.people.case, a.risk
    weight = a.people.design.weight
    bands = {
        "low": risk < choice.low_below,
        "intermediate": (risk >= choice.low_below) & (risk < choice.high_from),
        "high": risk >= choice.high_from,
    }
    lines = []
    for name, rows in bands.items():
        n, cases = int(rows.sum()), int(case[rows].sum())
        estimates = {
            "share of people": m.wilson(n, a.people.n),
            "share of people, survey-weighted": _share(rows, weight, a.factors),
            "share of cases": m.wilson(cases, int(case.sum())),
            "ppv": m.wilson(cases, n),
            "npv": m.wilson(n - cases, n),
            "npv, survey-weighted": _share_within(~case, rows, weight, a.factors),
        }
        lines += [Line("bands", name, measure, e, cases) for measure, e in estimates.items()]
    return lines


def _share(rows: BoolArray, weight: FloatArray, factors: FloatArray) -> Estimate:
    return m.bootstrap(lambda w: float(np.average(rows, weights=w)), weight, factors)


def _share_within(
    true: BoolArray, rows: BoolArray, weight: FloatArray, factors: FloatArray
) -> Estimate:
    def statistic(w: FloatArray) -> float:
        total = w[rows].sum()
        return float(w[rows & true].sum() / total) if total > 0 else float("nan")

    return m.bootstrap(statistic, weight, factors)


def referral_lines(a: Answers, reference: Mapping[str, BoolArray]) -> list[Line]:
    """How many fewer people are sent for a test at the sensitivity of another rule."""
    case, risk = a.people.case, expit(a.logit)
    lines = []
    for name, referred in reference.items():
        theirs = m.sensitivity(case, referred)
        cut = operating.threshold_at_sensitivity(risk, case, theirs.value)
        estimates = {
            "sensitivity": theirs,
            "referred by it": m.wilson(int(referred.sum()), a.people.n),
            "referred by this model": m.wilson(int((risk >= cut).sum()), a.people.n),
            "fewer referred": m.bootstrap(_fewer(case, risk, referred), a.ones, a.factors),
            "fewer referred, survey-weighted": m.bootstrap(
                _fewer(case, risk, referred), a.people.design.weight, a.factors
            ),
        }
        n = int(case.sum())
        lines += [Line("referrals", name, measure, e, n) for measure, e in estimates.items()]
    return lines


def _fewer(case: BoolArray, risk: FloatArray, referred: BoolArray) -> Statistic:
    """1 - people sent by the model / people sent by the rule, at the rule's own sensitivity."""
    order = np.argsort(-risk, kind="stable")
    case_first, rule_first = case[order], referred[order]

    def statistic(weight: FloatArray) -> float:
        w = weight[order]
        found = np.cumsum(w * case_first)
        wanted = float((w * (case_first & rule_first)).sum())
        at = int(np.searchsorted(found, wanted * (1 - 1e-12)))
        sent_by_rule = float((w * rule_first).sum())
        return 1 - float(w[: at + 1].sum()) / sent_by_rule if sent_by_rule > 0 else float("nan")

    return statistic


def conformal_lines(a: Answers, alpha: float) -> list[Line]:
    """Coverage of each class by thresholds that were set on the other cycles."""
    case, risk = a.people.case, expit(a.logit)
    covered, decided = np.zeros(a.people.n, dtype=np.bool_), np.zeros(a.people.n, dtype=np.bool_)
    for cycle in np.unique(a.people.design.cycle):
        here = a.people.design.cycle == cycle
        case_from, non_case_to = operating.conformal_thresholds(risk[~here], case[~here], alpha)
        possible = np.where(case[here], risk[here] >= case_from, risk[here] <= non_case_to)
        covered[here] = possible
        decided[here] = operating.decided(risk[here], case_from, non_case_to)
    right = decided & covered
    estimates = {
        "coverage of cases": m.wilson(int(covered[case].sum()), int(case.sum())),
        "coverage of others": m.wilson(int(covered[~case].sum()), int((~case).sum())),
        "decided": m.wilson(int(decided.sum()), a.people.n),
        "decided, survey-weighted": _share(decided, a.people.design.weight, a.factors),
        "decided that hold the true label": m.wilson(int(right.sum()), int(decided.sum())),
    }
    row = f"sets at {100 * (1 - alpha):.0f} %"
    cases = int(case.sum())
    return [Line("conformal", row, measure, e, cases) for measure, e in estimates.items()]


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
                ("slope", m.calibration_slope),
                ("O:E", m.observed_to_expected),
            ):
                estimate = m.bootstrap(
                    _of(statistic, case, logit),
                    weight,
                    a.factors,
                )
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
                _of(m.observed_to_expected, case, logit),
                weights,
                a.factors[:, rows],
            )
        cases = int(case.sum())
        lines += [Line("ahead", str(cycle), measure, e, cases) for measure, e in estimates.items()]
    return lines


def cut_lines(a: Answers, choice: Choice) -> list[Line]:
    """Sensitivity, specificity and share of people at each cut-off."""
    case, risk = a.people.case, a.risk
    lines = []
    for name, cut in (("low_cut", choice.low_below), ("high_cut", choice.high_from)):
        positive = risk >= cut
        estimates = {
            "sensitivity": m.sensitivity(case, positive),
            "specificity": m.specificity(case, positive),
            "ppv": m.ppv(case, positive),
            "npv": m.npv(case, positive),
            "referred": m.wilson(int(positive.sum()), a.people.n),
        }
        cases = int(case.sum())
        lines += [Line("cuts", name, measure, e, cases) for measure, e in estimates.items()]
    return lines
