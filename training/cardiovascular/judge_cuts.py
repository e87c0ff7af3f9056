"""What the cut-offs do: who falls into each band, and who is found or referred by them."""

import numpy as np

from .. import metrics as m
from ..metrics import Estimate
from ..report import Line
from ..survey import FloatArray
from .cohort import BoolArray
from .judge import Answers, incidence


def band_lines(a: Answers, low_below: float, high_from: float) -> list[Line]:
    """Who falls into each band, and how many of them die of the cause by the horizon."""
    risk = a.risk
    bands = {
        "low": risk < low_below,
        "intermediate": (risk >= low_below) & (risk < high_from),
        "high": risk >= high_from,
    }
    lines = []
    for name, rows in bands.items():
        n, deaths = int(rows.sum()), int(a.dead[rows].sum())
        estimates = {
            "share of people": m.wilson(n, a.people.n),
            "share of deaths": m.wilson(deaths, a.deaths),
            "incidence, survey-weighted": incidence(a, rows),
        }
        lines += [Line("bands", name, measure, e, deaths) for measure, e in estimates.items()]
    for name, cut in (("low_cut", low_below), ("high_cut", high_from)):
        lines += [Line("cuts", name, k, e, a.deaths) for k, e in _cut(a, risk >= cut).items()]
    return lines


def _cut(a: Answers, positive: BoolArray) -> dict[str, Estimate]:
    """Sensitivity and specificity by the horizon, by weights that make up for censoring."""
    known = a.known

    def share(of: BoolArray, among: BoolArray) -> Estimate:
        def statistic(weight: FloatArray) -> float:
            total = float((weight * known)[among].sum())
            return float((weight * known)[among & of].sum()) / total if total > 0 else float("nan")

        return m.bootstrap(statistic, np.ones(a.people.n), a.factors)

    return {
        "sensitivity": share(positive, a.dead),
        "specificity": share(~positive, ~a.dead),
        "referred": m.wilson(int(positive.sum()), a.people.n),
    }
