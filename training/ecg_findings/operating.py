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
FLAGGED, PRESENT = 0.90, 0.92
MISSED = 0.2
LEAST, MOST = 0.005, 0.98
FEW_PRESENT, FEW_BORDERLINE = 0.05, 0.02
DECIMALS = 3


def with_cut_offs(table: StatementTable, ecgs: Ecgs, logit: FloatArray) -> StatementTable:
    """Choose from where a statement is present and borderline.

    Borderline from where 90 % of the controls lie below, a source weighing as the root of its
    number of records. Present from where 92 % do; with five cases or more, four in five of which
    score above that, from the middle in log-odds between there and these: a statement that is told
    clearly need not alarm eight controls in a hundred. The best cut-off on a dozen cases does not
    hold elsewhere, so none is sought. Present from 5 % at least, and with fewer cases borderline
    from 2 %: below, no word of a rule is half true. What another present statement forbids does not
    count. With fewer than twenty controls these two stay.
    """
    scored, specs = assessable(ecgs, table), {s.name: s for s in table.statements}
    present = np.zeros(ecgs.truth.shape, dtype=bool)
    for name in _order(table):
        j = table.names.index(name)
        free = scored[:, j] & ~_forbidden(table, specs[name], present)
        rows = np.isfinite(ecgs.truth[:, j]) & free
        case = ecgs.truth[rows, j] == 1
        low, cut = _cuts(logit[rows, j], case, ecgs.source[rows])
        specs[name] = replace(specs[name], present_from=cut, borderline_from=low)
        present[:, j] = free & (expit(logit[:, j]) >= cut)
    return StatementTable(tuple(specs[name] for name in table.names))


def _cuts(z: FloatArray, case: BoolArray, source: NDArray[np.str_]) -> tuple[float, float]:
    """Return from where a statement is borderline and present, as scores."""
    if (~case).sum() < FEWEST_CONTROLS:
        return FEW_BORDERLINE, FEW_PRESENT
    controls, of = z[~case], _weights(source[~case])
    low, cut = (_below(controls, of, share) for share in (FLAGGED, PRESENT))
    if case.sum() >= FEWEST:
        most = _quantile(z[case], _weights(source[case]), MISSED)
        cut = (cut + max(most, cut)) / 2
        found = (_score(low), max(_score(cut), FEW_PRESENT))
    else:
        found = (max(_score(low), FEW_BORDERLINE), max(_score(cut), FEW_PRESENT))
    return min(found), found[1]


def _score(log_odds: float) -> float:
    return round(float(np.clip(expit(log_odds), LEAST, MOST)), DECIMALS)


def called(
    table: StatementTable, ecgs: Ecgs, logit: FloatArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Say what is present, what is borderline or present, and what can be said at all.

    Returns
    -------
    present, flagged and decided, shape (n, s) each, as the engine says it (QTc, which is decided
    by its value, and wide tachycardia apart); a forbidden statement is not decided
    """
    score = expit(logit)
    found = decide(table, score, assessable(ecgs, table))
    borderline = np.array([s.borderline_from for s in table.statements])
    return found.present, found.decided & (score >= borderline), found.decided


def _order(table: StatementTable) -> list[str]:
    return [s.name for s in sorted(table.statements, key=lambda s: len(s.not_when))]


def _forbidden(table: StatementTable, spec: StatementSpec, present: BoolArray) -> BoolArray:
    others = [table.names.index(name) for name in spec.not_when]
    return np.asarray(present[:, others].any(axis=1), dtype=np.bool_)


def _weights(source: NDArray[np.str_]) -> FloatArray:
    """Let a source weigh as the root of its number of records."""
    weight = np.zeros(len(source))
    for name in dict.fromkeys(source):
        weight[source == name] = 1.0 / np.sqrt((source == name).sum())
    return weight / weight.sum()


def _below(z: FloatArray, weight: FloatArray, least: float) -> float:
    """Return just above where a share of the weighted controls lies below."""
    step = 10.0**-DECIMALS
    score = (np.floor(expit(_quantile(z, weight, least)) / step) + 1) * step
    return float(logit_of(min(score, MOST)))


def _quantile(z: FloatArray, weight: FloatArray, share: float) -> float:
    """Return the value at which the weighted share is reached."""
    order = np.argsort(z)
    at = min(int(np.searchsorted(np.cumsum(weight[order]), share)), len(z) - 1)
    return float(z[order[at]])
