"""Cut-offs of every statement, chosen on the development records and frozen in the bundle."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.special import logit as logit_of

from ...engine.ecg.findings.decide import decide
from ...engine.ecg.findings.spec import StatementSpec, StatementTable
from ...engine.fixedpoint import FloatArray
from .judge import BoolArray, assessable
from .records import Ecgs

FEWEST, FEWEST_CONTROLS = 5, 20
SPECIFICITY = 0.91
CALM = 0.87
LEAST, MOST = 0.005, 0.98
BORDERLINE = 0.5
HALF = 0.5
DECIMALS = 3


def with_cut_offs(table: StatementTable, ecgs: Ecgs, logit: FloatArray) -> StatementTable:
    """Choose from where a statement is present and borderline.

    At least 91 % of the controls lie below, a source weighing as the root of its number of
    controls. Controls are many in every source and cases are few: the best sum of sensitivity and
    specificity on a dozen cases does not hold elsewhere. So a statement with fewer than five cases
    is present from there, and one with more from the middle, in log-odds, between there and the
    best sum above it. Borderline from half of its odds, but not where 87 % of the controls lie
    below: where scores are low, half the odds is what every calm ECG has. What another present
    statement forbids does not count. With fewer than twenty controls, or without a case, one half
    stays.
    """
    scored, specs = assessable(ecgs, table), {s.name: s for s in table.statements}
    present = np.zeros(ecgs.truth.shape, dtype=bool)
    for name in _order(table):
        j = table.names.index(name)
        free = scored[:, j] & ~_forbidden(table, specs[name], present)
        rows = np.isfinite(ecgs.truth[:, j]) & free
        case, score = ecgs.truth[rows, j] == 1, expit(logit[:, j])
        cut = HALF
        calm = 0.0
        if case.any() and (~case).sum() >= FEWEST_CONTROLS:
            cut = _cut(score[rows], case, ecgs.source[rows])
            calm = _controls_below(score[rows][~case], ecgs.source[rows][~case], CALM)
        odds = BORDERLINE * cut / (1.0 - cut)
        low = round(min(max(odds / (1.0 + odds), calm), cut), DECIMALS)
        specs[name] = replace(specs[name], present_from=cut, borderline_from=low)
        present[:, j] = free & (score >= cut)
    return StatementTable(tuple(specs[name] for name in table.names))


def called(table: StatementTable, ecgs: Ecgs, logit: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Say what is present and what can be said at all, as the engine does.

    Returns
    -------
    present and decided, shape (n, s) each; a forbidden statement is not decided
    """
    found = decide(table, expit(logit), assessable(ecgs, table))
    return found.present, found.decided


def _order(table: StatementTable) -> list[str]:
    return [s.name for s in sorted(table.statements, key=lambda s: len(s.not_when))]


def _forbidden(table: StatementTable, spec: StatementSpec, present: BoolArray) -> BoolArray:
    others = [table.names.index(name) for name in spec.not_when]
    return np.asarray(present[:, others].any(axis=1), dtype=np.bool_)


def _cut(score: FloatArray, case: BoolArray, source: NDArray[np.str_]) -> float:
    least = _controls_below(score[~case], source[~case], SPECIFICITY)
    cut = least
    if case.sum() >= FEWEST:
        low, high = logit_of(np.clip([least, _best_sum(score, case, least)], LEAST, MOST))
        cut = float(expit((low + high) / 2))
    return round(float(np.clip(cut, LEAST, MOST)), DECIMALS)


def _controls_below(score: FloatArray, source: NDArray[np.str_], least: float) -> float:
    """Return the score below which a share of the weighted controls lies, rounded up."""
    weight = np.zeros(len(score))
    for name in dict.fromkeys(source):
        weight[source == name] = 1.0 / np.sqrt((source == name).sum())
    order = np.argsort(score)
    share = np.cumsum(weight[order]) / weight.sum()
    at = min(int(np.searchsorted(share, least)), len(score) - 1)
    step = 10.0**-DECIMALS
    return float((np.floor(score[order[at]] / step) + 1) * step)


def _best_sum(score: FloatArray, case: BoolArray, least: float) -> float:
    """Return the cut-off from `least` on with the greatest sensitivity plus specificity."""
    values = np.unique(score[score >= least])
    cuts = np.r_[least, (values[1:] + values[:-1]) / 2]
    sums = [(score[case] >= c).mean() + (score[~case] < c).mean() for c in cuts]
    return float(cuts[int(np.argmax(sums))])
