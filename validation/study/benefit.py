"""Net benefit along the planned cut-offs."""

from typing import Any

import numpy as np

from ...training.survey import Design
from ..data.people import People
from ..protocol.model import Protocol
from ..statistics.benefit import benefit_terms, mean_of, net_benefit, tests_avoided
from ..statistics.calibration import is_risk
from ..statistics.estimate import BoolArray, as_data
from .counts import cells, counted, smallest_cell
from .sections import thresholds_of

Table = dict[str, Any]


def benefit(people: People, protocol: Protocol, design: Design | None = None) -> list[Table]:
    """Net benefit along the planned cut-offs: index test, everybody, comparators with a cut-off."""
    among = people.answered
    case, risk = people.case[among], people.value[among]
    if not is_risk(risk):
        return []
    inside = None if design is None else design.of(among)
    rows = []
    for threshold in benefit_grid(protocol):
        everybody = np.ones(len(case), dtype=np.bool_)
        index = benefit_terms(case, risk >= threshold, threshold)
        every = benefit_terms(case, everybody, threshold)
        row = {
            "threshold": threshold,
            "smallest_cell": 0,
            "index": as_data(net_benefit(case, risk, threshold, inside)),
            "everybody": as_data(mean_of(every, inside)),
            "index_minus_everybody": as_data(mean_of(index - every, inside)),
        }
        if design is None:
            row["tests_avoided"] = as_data(tests_avoided(case, risk, threshold))
        tables = [cells(case, risk >= threshold)]
        for name, positive in _fixed_rules(people, protocol, among).items():
            tables.append(cells(case, positive))
            terms = benefit_terms(case, positive, threshold)
            row[f"test:{name}"] = as_data(mean_of(terms, inside))
            row[f"index_minus:{name}"] = as_data(mean_of(index - terms, inside))
        row["smallest_cell"] = smallest_cell(people.of(among), *tables)
        row["positive"] = counted(
            people.of(among), {name: tables[0][name] for name in ("tp", "fp")}
        )
        rows.append(row)
    return rows


def benefit_grid(protocol: Protocol) -> list[float]:
    """Return the planned cut-offs."""
    a = protocol.analysis
    steps = int(np.floor((a.benefit_to - a.benefit_from) / a.benefit_step + 1e-9))
    return [round(a.benefit_from + i * a.benefit_step, 6) for i in range(steps + 1)]


def _fixed_rules(people: People, protocol: Protocol, among: BoolArray) -> dict[str, BoolArray]:
    """Return comparators with a cut-off that answered everyone whom the index test answered."""
    cuts = thresholds_of(protocol)
    return {
        name: score[among] >= cuts[name]
        for name, score in people.comparators.items()
        if name in cuts and np.isfinite(score[among]).all()
    }
