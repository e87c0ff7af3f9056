"""The tables of a study, each from people to plain data; nothing is drawn or worded here."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ...training.survey import Design
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.abstention import abstention_bounds
from ..statistics.calibration import (
    CurveErrors,
    brier,
    calibration_curve,
    calibration_fit,
    curve_errors,
    is_risk,
    observed_to_expected,
    risk_histogram,
)
from ..statistics.discrimination import auroc, auroc_difference, average_precision, roc_points
from ..statistics.estimate import (
    BoolArray,
    FloatArray,
    NotEstimable,
    Result,
    TestResult,
    as_data,
)
from ..statistics.proportions import (
    TwoByTwo,
    likelihood_ratios,
    mcnemar,
    mcnemar_exact,
    number_needed,
    paired_difference,
    predictive_values_at,
    shares,
)
from ..statistics.smoothers import SMOOTHERS
from ..statistics.survey import weighted_auroc, weighted_auroc_difference, weighted_share
from .counts import cells, persons_in, smallest_cell

Table = dict[str, Any]
INDEX = "index"


def plain(results: Mapping[str, Result | TestResult]) -> Table:
    """Return named results as plain data."""
    return {name: as_data(result) for name, result in results.items()}


def scores_of(people: People) -> dict[str, FloatArray]:
    """Return the index test and every comparator by id."""
    return {INDEX: people.value, **people.comparators}


def discrimination(people: People) -> Table:
    """AUROC and average precision of every test, and index minus comparator in the same people."""
    tests, differences = {}, {}
    for name, score in scores_of(people).items():
        among = np.isfinite(score)
        case = people.case[among]
        tests[name] = {
            "auroc": as_data(auroc(case, score[among])),
            "auprc": as_data(average_precision(case, score[among])),
            "curve": roc_points(case, score[among]),
            "person_step": _person_step(people.of(among)),
        }
    for name, score in people.comparators.items():
        both = people.answered & np.isfinite(score)
        gap, test = auroc_difference(people.case[both], people.value[both], score[both])
        differences[name] = {"difference": as_data(gap), "test": as_data(test)}
    return {"tests": tests, "differences": differences}


def _person_step(people: People) -> list[float]:
    """Return how far one person can move a ROC curve, to the right and up."""
    steps = []
    for side in (~people.case, people.case):
        records = np.unique(people.person[side], return_counts=True)[1]
        steps.append(float(records.max() / side.sum()) if len(records) else 1.0)
    return steps


def weighted_discrimination(people: People, design: Design) -> Table:
    """As `discrimination`, in the population that the survey stands for."""
    tests, differences = {}, {}
    for name, score in scores_of(people).items():
        found = weighted_auroc(people.case, score, design, np.isfinite(score))
        tests[name] = {"auroc": as_data(found)}
    for name, score in people.comparators.items():
        both = people.answered & np.isfinite(score)
        pair = (people.value, score)
        gap = weighted_auroc_difference(people.case, pair, design, both)
        differences[name] = {"difference": as_data(gap)}
    return {"tests": tests, "differences": differences}


def thresholds_of(protocol: Protocol) -> dict[str, float]:
    """Return the frozen cut-off of every test that has one."""
    given = {c.id: c.threshold for c in protocol.comparators if c.threshold is not None}
    return {INDEX: protocol.index_test.threshold, **given}


def at_threshold(people: People, protocol: Protocol) -> Table:
    """Return two-by-two tables at the frozen cut-offs, and paired tests against the index test."""
    found: Table = {}
    scores, cuts = scores_of(people), thresholds_of(protocol)
    for name, cut in cuts.items():
        among = np.isfinite(scores[name])
        table = TwoByTwo.of(people.case[among], scores[name][among] >= cut)
        found[name] = {"threshold": cut, **_table(table, protocol.analysis.prevalences)}
        inside = people.of(among)
        if people.repeats:
            sides = cells(inside.case, scores[name][among] >= cut)
            found[name]["persons"] = persons_in(inside, sides)
        if name != INDEX:
            both = people.answered & among
            pair = (people.value[both] >= cuts[INDEX], scores[name][both] >= cut)
            found[name]["paired"] = _paired(people.of(both), *pair)
    return found


def _table(table: TwoByTwo, prevalences: tuple[float, ...]) -> Table:
    needed = {
        "number_needed_to_screen": number_needed(table.tp, table.n),
        "tests_per_case": number_needed(table.tp, table.tp + table.fp),
    }
    return {
        "counts": asdict(table),
        "shares": {
            name: {"wilson": as_data(a), "clopper_pearson": as_data(b)}
            for name, (a, b) in shares(table).items()
        },
        **plain(likelihood_ratios(table)),
        **plain(needed),
        "at_prevalence": [
            {"prevalence": p, **plain(predictive_values_at(table, p))} for p in prevalences
        ],
    }


def _paired(people: People, index: BoolArray, other: BoolArray) -> Table:
    """Compare sensitivities (in cases) and specificities (in the others)."""
    found: Table = {}
    for name, side, first, second in (
        ("sensitivity", people.case, index, other),
        ("specificity", ~people.case, ~index, ~other),
    ):
        apart = {"a": side & first & ~second, "b": side & ~first & second}
        only_a, only_b = (int(rows.sum()) for rows in apart.values())
        found[name] = {
            "smallest_cell": smallest_cell(people, apart),
            "difference": as_data(paired_difference(only_a, only_b, int(side.sum()))),
            "mcnemar": as_data(mcnemar(only_a, only_b)),
            "exact": as_data(mcnemar_exact(only_a, only_b)),
        }
    return found


def weighted_at_threshold(people: People, protocol: Protocol, design: Design) -> Table:
    """Return shares at the frozen cut-offs in the population that the survey stands for."""
    found: Table = {}
    for name, cut in thresholds_of(protocol).items():
        score = scores_of(people)[name]
        among, positive = np.isfinite(score), score >= cut
        case = people.case
        parts = {
            "prevalence": (case, among),
            "positive_share": (positive, among),
            "sensitivity": (positive, case & among),
            "specificity": (~positive, ~case & among),
            "ppv": (case, positive & among),
            "npv": (~case, ~positive & among),
        }
        found[name] = {
            "threshold": cut,
            "shares": {k: as_data(weighted_share(a, b, design)) for k, (a, b) in parts.items()},
        }
    return found


def abstention(people: People, threshold: float) -> Table:
    """Return who got no answer and why, and the worst that could hide there."""
    without = ~people.answered
    by_reason = {str(r): without & (people.why_not == r) for r in set(people.why_not[without])}
    by_reason = dict(sorted(by_reason.items()))
    bounds = abstention_bounds(people.case, people.value >= threshold, people.answered)
    sides = {
        "cases_without": without & people.case,
        "cases_with": people.answered & people.case,
        "others_without": without & ~people.case,
        "others_with": people.answered & ~people.case,
    }
    return {
        "reasons": {reason: int(rows.sum()) for reason, rows in by_reason.items()},
        **({"persons": persons_in(people, by_reason)} if people.repeats else {}),
        "smallest_cell": smallest_cell(people, sides),
        **plain(bounds),
    }


def calibration(people: People, design: Design | None = None) -> Table:
    """Return whether the risk of the index test means what it says; nothing for a mere score."""
    among = people.answered
    case, risk = people.case[among], people.value[among]
    inside = None if design is None else design.of(among)
    found: Table = {
        "observed_to_expected": as_data(observed_to_expected(case, risk, inside)),
        **plain(calibration_fit(case, risk, inside)),
        **plain(brier(case, risk, inside)),
        "curve": _curve(case, risk, inside),
    }
    if design is None:
        found["errors"] = [_errors(curve_errors(case, risk, name)) for name in SMOOTHERS]
        found["histogram"] = _histogram(people.of(among))
    return found


def _curve(case: BoolArray, risk: FloatArray, design: Design | None) -> Table:
    weight = None if design is None else design.weight / design.weight.mean()
    curve = calibration_curve(case, risk, weight)
    if isinstance(curve, NotEstimable):
        return as_data(curve)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(curve).items()}


def _errors(found: CurveErrors | NotEstimable) -> Table:
    return as_data(found) if isinstance(found, NotEstimable) else asdict(found)


def _histogram(people: People) -> Table:
    risk = people.value
    if not is_risk(risk):
        return {"edges": [], "counts": []}
    edges, counts = risk_histogram(risk)
    bar = np.clip(np.searchsorted(edges, risk, side="right") - 1, 0, len(counts) - 1)
    bars = {str(i): bar == i for i in range(len(counts))}
    return {
        "edges": [float(e) for e in edges],
        "counts": [int(c) for c in counts],
        "persons": list(persons_in(people, bars).values()),
    }
