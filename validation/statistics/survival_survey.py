"""Outcomes that take time, in the population that a survey stands for: design-based variance.

Weights for censoring are estimated with the survey's weights and then taken as known, which makes
intervals at a horizon a little wide.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...training.survey import Design
from ...training.survival import Outcome, censoring_weights, concordance, had_event
from .calibration import calibration_fit
from .estimate import BoolArray, FloatArray, NotEstimable, Result, wald, z_value
from .survey import LINEARISED, linearised_variance, t_quantile, weighted_auroc, weighted_quotient
from .survival import ALL_FOLLOW_UP

HARRELL = f"Harrell, pairs weighted; {ALL_FOLLOW_UP}; {LINEARISED}"
AT_HORIZON = f"{LINEARISED}; inverse probability of censoring"


def weighted_c(outcome: Outcome, score: FloatArray, design: Design, among: BoolArray) -> Result:
    """Chance that, of two people of the population, the one who scores higher has the event first.

    Parameters
    ----------
    outcome, score, design : of everybody, shape (n,)
    among : shape (n,), who has a score; the others keep their place in the design

    Source: as ``harrell_c``; influence summed over sampling units (``survey.py``).
    """
    found = _influence(outcome, score, design, among)
    if isinstance(found, NotEstimable):
        return found
    return _wald(*found, design, int(among.sum()), (0.0, 1.0))


def weighted_c_difference(
    outcome: Outcome, scores: tuple[FloatArray, FloatArray], design: Design, among: BoolArray
) -> Result:
    """C-index of the first score minus that of the second, in the same people."""
    first, second = (_influence(outcome, score, design, among) for score in scores)
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    value, influence = first[0] - second[0], first[1] - second[1]
    return _wald(value, influence, design, int(among.sum()), (-1.0, 1.0))


def _influence(
    outcome: Outcome, score: FloatArray, design: Design, among: BoolArray
) -> tuple[float, FloatArray] | NotEstimable:
    among = among & (design.weight > 0)
    inside, n = outcome.rows(among), int(among.sum())
    if n == 0 or not inside.event.any():
        return NotEstimable("nobody" if n == 0 else "no_case", n, HARRELL)
    value, part = concordance(inside, score[among], design.weight[among])
    if np.isnan(value):
        return NotEstimable("no_follow_up", n, HARRELL)
    influence = np.zeros(len(score))
    influence[among] = part
    return value, influence


def _wald(
    value: float, influence: FloatArray, design: Design, n: int, within: tuple[float, float]
) -> Result:
    error = np.sqrt(linearised_variance(influence, design)) * t_quantile(design) / z_value()
    return wald(value, float(error), n, HARRELL, within=within)


def weighted_auroc_at(
    outcome: Outcome, score: FloatArray, where: tuple[Design, BoolArray], horizon: float
) -> Result:
    """AUROC of the event by the horizon in the population; ``where`` is design and who counts."""
    design, among = where
    both, case, inside = _at_horizon(outcome, design, among, horizon)
    cases, n = int(case[inside].sum()), int(among.sum())
    if cases in (0, int(inside.sum())):
        code = "no_follow_up" if not inside.any() else ("no_other" if cases else "no_case")
        return NotEstimable(code, n, AT_HORIZON)  # type: ignore[arg-type]  # three of the codes
    found = weighted_auroc(case, score, both, inside)
    return replace(found, n=n, method=AT_HORIZON)


def weighted_calibration_at(
    outcome: Outcome, risk: FloatArray, where: tuple[Design, BoolArray], horizon: float
) -> Mapping[str, Result]:
    """O/E, intercept and slope of a risk of the event by the horizon, in the population.

    O counts the events of people who were followed, weighted for censoring; E adds the risks of
    everybody who has one. Names are those of ``calibration_at``.
    """
    design, among = where
    both, case, inside = _at_horizon(outcome, design, among, horizon)
    n = int(among.sum())
    names = ("observed_to_expected", "calibration_intercept", "calibration_slope")
    if not case[inside].any():
        return dict.fromkeys(names, NotEstimable("no_case", n, AT_HORIZON))
    times = np.where(inside, both.weight / np.where(design.weight > 0, design.weight, 1.0), 0.0)
    expected = np.where(among, risk, 0.0)
    ratio = weighted_quotient(times * case, expected, design, AT_HORIZON)
    fit = calibration_fit(case[inside], risk[inside], both.of(inside))
    told = {name: replace(found, n=n, method=AT_HORIZON) for name, found in fit.items()}
    return {names[0]: replace(ratio, n=n), **told}


def _at_horizon(
    outcome: Outcome, design: Design, among: BoolArray, horizon: float
) -> tuple[Design, BoolArray, BoolArray]:
    """Return the design with censoring made up for, who had the event, and who counts."""
    weight = np.zeros(len(among))
    rows = outcome.rows(among)
    weight[among] = design.weight[among] * censoring_weights(rows, horizon, design.weight[among])
    return replace(design, weight=weight), had_event(outcome, horizon), weight > 0
