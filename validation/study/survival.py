"""The tables of a study whose outcome takes time."""

from typing import Any

import numpy as np

from ...training.survey import Design
from ...training.survival import Outcome
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.calibration import is_risk
from ..statistics.estimate import BoolArray, FloatArray, as_data
from ..statistics.proportions import TwoByTwo
from ..statistics.survival import (
    auroc_at,
    calibration_at,
    harrell_c,
    harrell_difference,
    incidence_at,
    net_benefit_at,
)
from ..statistics.survival_survey import (
    weighted_auroc_at,
    weighted_c,
    weighted_c_difference,
    weighted_calibration_at,
)
from .sections import benefit_grid, plain, scores_of, smallest

_BANDS = ("low", "intermediate", "high")
_TENTHS = 10


def outcome_of(people: People) -> Outcome:
    """Return the follow-up of the people; the protocol has a time column."""
    time = np.zeros(people.n) if people.time is None else people.time
    return Outcome.of(time, people.case, people.competing)


def survival_tables(people: People, protocol: Protocol) -> dict[str, Any]:
    """Return ranking, calibration at the horizon, incidence by band and net benefit."""
    horizon, outcome = protocol.reference.horizon or 0.0, outcome_of(people)
    there = people.answered
    risk, inside = people.value[there], outcome.rows(there)
    return {
        "n": people.n,
        "cases": int(people.case.sum()),
        "horizon": horizon,
        "discrimination": _ranking(people, outcome, horizon),
        "calibration": {
            **plain(calibration_at(inside, risk, horizon)),
            "tenths": _tenths(inside, risk, horizon),
        },
        "comparator_calibration": _others_calibrated(people, protocol, horizon),
        "bands": _by_band(people, outcome, horizon),
        "benefit": [_benefit(inside, risk, t, horizon) for t in benefit_grid(protocol)],
    }


def _benefit(inside: Outcome, risk: FloatArray, threshold: float, horizon: float) -> dict[str, Any]:
    """Return net benefit at a cut-off, and the smallest count of events by the horizon and others.

    By it a report that hides small counts hides the row.
    """
    table = TwoByTwo.of(inside.event & (inside.time <= horizon), risk >= threshold)
    return {
        "threshold": threshold,
        "smallest_cell": smallest([table]),
        "index": as_data(net_benefit_at(inside, risk, threshold, horizon)),
        "everybody": as_data(net_benefit_at(inside, np.ones_like(risk), threshold, horizon)),
    }


def weighted_survival_tables(people: People, protocol: Protocol, design: Design) -> dict[str, Any]:
    """Return ranking and calibration at the horizon in the population that the survey stands for.

    Each person's censoring is made up for by people like them in weight too.
    """
    horizon, outcome = protocol.reference.horizon or 0.0, outcome_of(people)
    tests, differences = {}, {}
    for name, score in scores_of(people).items():
        there = np.isfinite(score)
        tests[name] = {
            "c_index": as_data(weighted_c(outcome, score, design, there)),
            "auroc_at": as_data(weighted_auroc_at(outcome, score, (design, there), horizon)),
        }
    for name, score in people.comparators.items():
        both = people.answered & np.isfinite(score)
        gap = weighted_c_difference(outcome, (people.value, score), design, both)
        differences[name] = {"difference": as_data(gap)}
    where = (design, people.answered)
    return {
        "n": people.n,
        "cases": int(people.case.sum()),
        "discrimination": {"tests": tests, "differences": differences},
        "calibration": plain(weighted_calibration_at(outcome, people.value, where, horizon)),
    }


def _ranking(people: People, outcome: Outcome, horizon: float) -> dict[str, Any]:
    tests, differences = {}, {}
    for name, score in scores_of(people).items():
        there = np.isfinite(score)
        inside = outcome.rows(there)
        tests[name] = {
            "c_index": as_data(harrell_c(inside, score[there])),
            "auroc_at": as_data(auroc_at(inside, score[there], horizon)),
        }
    for name, score in people.comparators.items():
        both = people.answered & np.isfinite(score)
        gap = harrell_difference(outcome.rows(both), people.value[both], score[both])
        differences[name] = {"difference": as_data(gap)}
    return {"tests": tests, "differences": differences}


def _others_calibrated(
    people: People, protocol: Protocol, horizon: float
) -> dict[str, dict[str, Any]]:
    """Say whether the comparators that give risks mean them for this outcome."""
    outcome, found = outcome_of(people), {}
    for comparator in protocol.comparators:
        score = people.comparators[comparator.id]
        there = np.isfinite(score)
        if comparator.kind != "feature" and is_risk(score[there]):
            of = calibration_at(outcome.rows(there), score[there], horizon)
            found[comparator.id] = plain(of)
    return found


def _incidence(outcome: Outcome, rows: BoolArray, horizon: float) -> dict[str, Any]:
    return as_data(incidence_at(outcome.rows(rows), horizon))


def _by_band(people: People, outcome: Outcome, horizon: float) -> list[dict[str, Any]]:
    return [
        {
            "band": name,
            "n": int((people.band == code).sum()),
            "cases": int(people.case[people.band == code].sum()),
            "incidence": _incidence(outcome, people.band == code, horizon),
        }
        for code, name in enumerate(_BANDS)
    ]


def _tenths(outcome: Outcome, risk: Any, horizon: float) -> list[dict[str, Any]]:  # noqa: ANN401 - a column
    """Return mean risk and incidence in tenths of the risk."""
    if not len(risk):
        return []
    cuts = np.unique(np.quantile(risk, np.linspace(0, 1, _TENTHS + 1)[1:-1]))
    group = np.searchsorted(cuts, risk, side="right")
    return [
        {
            "risk": float(risk[group == g].mean()),
            "n": int((group == g).sum()),
            "incidence": _incidence(outcome, group == g, horizon),
        }
        for g in range(len(cuts) + 1)
        if (group == g).any()
    ]
