"""What the frozen cut-offs give: bands, cut-offs, referrals saved, abstention."""

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from .. import metrics as m
from ..metrics import Estimate
from ..report import Line
from ..survey import FloatArray
from . import operating
from .cohort import BoolArray
from .judge import Answers, Statistic, share
from .operating import Choice


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
            "share of people, survey-weighted": share(rows, weight, a.factors),
            "share of cases": m.wilson(cases, int(case.sum())),
            "ppv": m.wilson(cases, n),
            "npv": m.wilson(n - cases, n),
            "npv, survey-weighted": _share_within(~case, rows, weight, a.factors),
        }
        lines += [Line("bands", name, measure, e, cases) for measure, e in estimates.items()]
    return lines


def _share_within(
    true: BoolArray, rows: BoolArray, weight: FloatArray, factors: FloatArray
) -> Estimate:
    def statistic(w: FloatArray) -> float:
        total = w[rows].sum()
        return float(w[rows & true].sum() / total) if total > 0 else float("nan")

    return m.bootstrap(statistic, weight, factors)


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
        "decided, survey-weighted": share(decided, a.people.design.weight, a.factors),
        "decided that hold the true label": m.wilson(int(right.sum()), int(decided.sum())),
    }
    row = f"sets at {100 * (1 - alpha):.0f} %"
    cases = int(case.sum())
    return [Line("conformal", row, measure, e, cases) for measure, e in estimates.items()]
