"""The aims of the recipe, each beside its measurement."""

from collections.abc import Mapping
from typing import Any

from ..card import exact
from ..report import Line
from .judge import COUNTED


def aim_lines(lines: list[Line], aim: Mapping[str, Any], n_rules: int) -> list[Line]:
    """Set each aim beside its measurement, with the word reached or not reached."""
    by_place = {(x.table, x.row, x.measure): x for x in lines}
    score2 = by_place["peers", "SCORE2", "this model minus it"]
    margin = aim["c_index_below_score2_at_most"]
    low, high = aim["calibration"]
    judged = [
        (f"C-index minus that of SCORE2, whole interval above -{margin}", score2,
         score2.estimate.ci_low > -margin),
    ]  # fmt: skip
    for measure in ("slope", "O:E"):
        line = by_place["calibration", "survey-weighted", measure]
        inside = low <= line.estimate.value <= high
        judged.append((f"calibration, {measure}, from {low} to {high}", line, inside))
    count = Line("aims", "", "", exact(n_rules, n_rules, COUNTED))
    at_most = aim["rules_at_most"]
    judged.append((f"rules, at most {at_most}", count, n_rules <= at_most))
    return [
        Line("aims", f"{name}: {'reached' if ok else 'NOT reached'}", "value", x.estimate, x.cases)
        for name, x, ok in judged
    ]
