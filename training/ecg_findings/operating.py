"""Cut-offs of every statement, chosen on the development records and frozen in the bundle."""

from dataclasses import replace

import numpy as np
from scipy.special import expit

from ...engine.ecg.findings.spec import StatementTable
from ...engine.fixedpoint import FloatArray
from .judge import assessable
from .records import Ecgs

FEWEST = 5
SPECIFICITY = 0.93
LEAST, MOST = 0.1, 0.8
BORDERLINE = 0.5
DECIMALS = 3


def with_cut_offs(table: StatementTable, ecgs: Ecgs, logit: FloatArray) -> StatementTable:
    """Choose from where a statement is present and borderline.

    Present from the score that gives the greatest sum of sensitivity and specificity at a
    specificity of 0.93 and more; borderline from half of its odds. A statement with fewer than five
    cases keeps one half.
    """
    scored = assessable(ecgs, table)
    statements = []
    for j, spec in enumerate(table.statements):
        rows = np.isfinite(ecgs.truth[:, j]) & scored[:, j]
        case, score = ecgs.truth[rows, j] == 1, expit(logit[rows, j])
        cut = _cut(case, score) if case.sum() >= FEWEST else 0.5
        odds = BORDERLINE * cut / (1.0 - cut)
        low = round(odds / (1.0 + odds), DECIMALS)
        statements.append(replace(spec, present_from=cut, borderline_from=low))
    return StatementTable(tuple(statements))


def _cut(case: np.ndarray, score: FloatArray) -> float:
    best, cut = -1.0, 0.5
    values = np.unique(score)
    for value in (values[1:] + values[:-1]) / 2:
        at = score >= value
        specificity = float((~at[~case]).mean())
        found = float(at[case].mean()) + specificity
        if specificity >= SPECIFICITY and found > best:
            best, cut = found, float(value)
    return round(float(np.clip(cut, LEAST, MOST)), DECIMALS)
