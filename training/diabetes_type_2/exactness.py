"""How far graph, rules and the directly solved expectation lie apart."""

import numpy as np

from ...engine.fuzzy.tsk import evaluate_tsk
from .. import bundle as bundles
from ..card import exact
from ..completion import exact_expectation
from ..fitted import Fitted
from ..report import Line
from ..survey import FloatArray
from .cohort import Cohort

_EXACT_PEOPLE = 200


def exact_lines(fitted: Fitted, people: Cohort, export: bundles.Export) -> list[Line]:
    """Compare graph, rules and the directly solved expectation."""
    how = "greatest absolute difference"
    lines = [
        Line(
            "exact", f"graph against rules, {name}", "difference", exact(v, export.n_compared, how)
        )
        for name, v in export.largest_difference.items()
    ]
    complete = people.of(people.complete)
    system, worst = fitted.system, 0.0
    at = complete.x[:: max(1, complete.n // _EXACT_PEOPLE)]
    optional = [system.inputs.index(name) for name in system.optional]
    for chosen in ([j] for j in optional):
        worst = max(worst, _worst_risk(fitted, complete, at, chosen))
    worst = max(worst, _worst_risk(fitted, complete, at, optional[1:]))
    row = "table of expectations against the exact solution, risk"
    return [*lines, Line("exact", row, "difference", exact(worst, len(at), how))]


def _worst_risk(fitted: Fitted, complete: Cohort, at: FloatArray, columns: list[int]) -> float:
    missing = np.zeros(at.shape[1], dtype=np.bool_)
    missing[columns] = True
    system = fitted.system
    firing = exact_expectation(system, complete.x, complete.design.weight, missing, at)
    expected = 1 / (1 + np.exp(-(system.bias + firing @ system.points)))
    observed = np.broadcast_to(~missing, at.shape).copy()
    given = evaluate_tsk(system, at, observed, completion=fitted.completion).risk
    return float(np.abs(given - expected).max())
