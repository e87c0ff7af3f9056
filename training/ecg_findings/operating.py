"""Cut-offs of every statement, chosen on the development records and frozen in the bundle."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fixedpoint import FloatArray
from .judge import BoolArray, assessable
from .records import Ecgs

FEWEST = 5
SPECIFICITY = 0.90
LEAST, MOST = 0.05, 0.9
BORDERLINE = 0.5
HALF = 0.5
DECIMALS = 3


def with_cut_offs(table: StatementTable, ecgs: Ecgs, logit: FloatArray) -> StatementTable:
    """Choose from where a statement is present and borderline.

    Present from the score that gives the greatest sum of sensitivity and specificity, averaged
    over sources with cases and controls, at a specificity of 0.9 and more; borderline from half of
    its odds. A statement with fewer than five cases keeps one half.
    """
    scored = assessable(ecgs, table)
    statements = []
    for j, spec in enumerate(table.statements):
        rows = np.isfinite(ecgs.truth[:, j]) & scored[:, j]
        case, score = ecgs.truth[rows, j] == 1, expit(logit[rows, j])
        cut = _cut(case, score, ecgs.source[rows]) if case.sum() >= FEWEST else HALF
        odds = BORDERLINE * cut / (1.0 - cut)
        low = round(odds / (1.0 + odds), DECIMALS)
        statements.append(replace(spec, present_from=cut, borderline_from=low))
    return StatementTable(tuple(statements))


def _cut(case: BoolArray, score: FloatArray, source: NDArray[np.str_]) -> float:
    groups = [source == name for name in dict.fromkeys(source)]
    groups = [here for here in groups if case[here].any() and not case[here].all()]
    best, cut = -1.0, HALF
    values = np.unique(score)
    for value in (values[1:] + values[:-1]) / 2:
        at = score >= value
        if float((~at[~case]).mean()) < SPECIFICITY:
            continue
        found = np.mean([at[h & case].mean() + (~at[h & ~case]).mean() for h in groups])
        if found > best:
            best, cut = float(found), float(value)
    return round(float(np.clip(cut, LEAST, MOST)), DECIMALS)
