"""What the development was asked to reach, and what it reached, as lines."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..metrics import Estimate
from ..report import Line, find

_PEERS = ("logistic splines", "monotone boosting")


def aim_lines(lines: Sequence[Line], aim: Mapping[str, Any]) -> list[Line]:
    """Set each aim beside its measurement, with the word reached or not reached.

    Parameters
    ----------
    lines : of the run
    aim : ``[aim]`` of the recipe
    """
    found = []
    for name in _PEERS:
        for measure in ("this model minus it", "this model minus it, mean over cycles"):
            line = find(lines, "peers", name, measure)
            least = -aim["auroc_below_peers_at_most"]
            how = "mean over cycles" if "cycles" in measure else "pooled"
            found.append(_judged(f"AUROC minus that of {name}, {how}", line, least=least))
    costs = [line for line in lines if line.measure == "auroc lost"]
    worst = max(costs, key=lambda line: line.estimate.value)
    most = aim["missing_cost_at_most"]
    found.append(_judged(f"AUROC lost without {worst.row} (worst)", worst, most=most))
    low, high = aim["calibration"]
    for measure in ("slope", "O:E"):
        line = find(lines, "calibration", "survey-weighted", measure)
        found.append(_judged(f"calibration, {measure}", line, least=low, most=high))
    if any(line.table == "referrals" for line in lines):
        found += _screening_aims(lines, aim)
    return found


def _screening_aims(lines: Sequence[Line], aim: Mapping[str, Any]) -> list[Line]:
    """Return the aims that are stated for undiagnosed diabetes."""
    share = find(lines, "bands", "low", "share of people")
    value = find(lines, "bands", "low", "npv")
    found = [
        _judged("low band, share of people", share, least=aim["low_share_at_least"]),
        _judged("low band, npv", value, least=aim["low_npv_at_least"]),
    ]
    for line in lines:
        if line.table == "referrals" and line.measure == "fewer referred":
            least = aim["referrals_saved_at_least"]
            found.append(_judged(f"fewer referred than by {line.row}", line, least=least))
    return found


def _judged(
    name: str, line: Line, *, least: float | None = None, most: float | None = None
) -> Line:
    value: Estimate = line.estimate
    reached = (least is None or value.value >= least) and (most is None or value.value <= most)
    limits = [f"at least {least}"] if least is not None else []
    limits += [f"at most {most}"] if most is not None else []
    word = "reached" if reached else "NOT reached"
    return Line("aims", f"{name} ({' and '.join(limits)}): {word}", "value", value, line.cases)
