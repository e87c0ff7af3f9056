"""The tables of a study whose outcome takes time."""

from typing import Any

import numpy as np

from ...training.survey import Design
from ...training.survival import Outcome, had_event
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.calibration import is_risk
from ..statistics.estimate import BoolArray, as_data
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
from .benefit import benefit_grid
from .counts import cells, counted, smallest_cell
from .sections import plain, scores_of

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
        **_totals(people, outcome, horizon),
        "horizon": horizon,
        "discrimination": _ranking(people, outcome, horizon),
        "calibration": {
            **plain(calibration_at(inside, risk, horizon)),
            "tenths": _tenths(people.of(there), horizon),
        },
        "comparator_calibration": _others_calibrated(people, protocol, horizon),
        "smallest_cell": smallest_cell(people, by_horizon(outcome, there, horizon)),
        "bands": _by_band(people, outcome, horizon),
        "benefit": [_benefit(people.of(there), t, horizon) for t in benefit_grid(protocol)],
    }


def _totals(people: People, outcome: Outcome, horizon: float) -> dict[str, Any]:
    """Return how many there are, cases by the horizon, and others; of these, ``late`` cases.

    The C-index reads late events too, calibration and incidence at the horizon do not.
    """
    cases = had_event(outcome, horizon)
    sets = {"n": np.ones(people.n, dtype=np.bool_), "cases": cases, "others": ~cases}
    return counted(people, {**sets, "late": outcome.event & ~cases})


def by_horizon(outcome: Outcome, among: BoolArray, horizon: float) -> dict[str, BoolArray]:
    """Return who of some people had the event by the horizon, and who did not, as far as seen.

    An incidence without censoring is the first over both, to the last digit.
    """
    event = had_event(outcome, horizon)
    return {"events": among & event, "others": among & ~event}


def _benefit(people: People, threshold: float, horizon: float) -> dict[str, Any]:
    """Return net benefit at a cut-off, with the smallest cell and the positives it is made of."""
    outcome, risk = outcome_of(people), people.value
    table = cells(had_event(outcome, horizon), risk >= threshold)
    return {
        "threshold": threshold,
        "smallest_cell": smallest_cell(people, table),
        "positive": counted(people, {name: table[name] for name in ("tp", "fp")}),
        "index": as_data(net_benefit_at(outcome, risk, threshold, horizon)),
        "everybody": as_data(net_benefit_at(outcome, np.ones_like(risk), threshold, horizon)),
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
        **_totals(people, outcome, horizon),
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


def _incidence(people: People, outcome: Outcome, rows: BoolArray, horizon: float) -> dict[str, Any]:
    """Return the incidence of some people at the horizon, with the smallest cell behind it."""
    return {
        "smallest_cell": smallest_cell(people, by_horizon(outcome, rows, horizon)),
        "incidence": as_data(incidence_at(outcome.rows(rows), horizon)),
    }


def _by_band(people: People, outcome: Outcome, horizon: float) -> list[dict[str, Any]]:
    found = []
    for code, name in enumerate(_BANDS):
        inside = people.band == code
        sides = {"n": inside, "cases": inside & people.case, "others": inside & ~people.case}
        told = _incidence(people, outcome, inside, horizon)
        found.append({"band": name, **counted(people, sides), **told})
    return found


def _tenths(people: People, horizon: float) -> list[dict[str, Any]]:
    """Return mean risk and incidence in tenths of the risk."""
    if not people.n:
        return []
    outcome, risk = outcome_of(people), people.value
    cuts = np.unique(np.quantile(risk, np.linspace(0, 1, _TENTHS + 1)[1:-1]))
    group = np.searchsorted(cuts, risk, side="right")
    return [
        {
            "risk": float(risk[group == g].mean()),
            **counted(people, {"n": group == g}),
            **_incidence(people, outcome, group == g, horizon),
        }
        for g in range(len(cuts) + 1)
        if (group == g).any()
    ]
