"""Cut-offs of every statement, chosen on the development records and frozen in the bundle.

They are chosen on the scores of the guideline's rules; calibration carries them along.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from ...engine.ecg.findings.axis import allows_present
from ...engine.ecg.findings.decide import decide, forbidden_by, ruled_out
from ...engine.ecg.findings.evidence import is_shown
from ...engine.ecg.findings.find import AXIS
from ...engine.ecg.findings.limits import reaches_limit
from ...engine.ecg.findings.spec import StatementSpec, StatementTable
from ...engine.fixedpoint import FloatArray
from .judge import BoolArray, assessable
from .records import Ecgs

FEWEST, FEWEST_CONTROLS = 5, 20
LEAST_PRESENT, LEAST_FLAGGED, MOST = 0.10, 0.07, 0.98
STEP: Final = 0.02
GRID: Final = np.arange(-3.0, 4.0, STEP)
SMOOTH: Final = 0.5
SUPPOSED, SUPPOSED_SPREAD = 3, 1.5
DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """What cut-offs are worth.

    Parameters
    ----------
    price : how many more cases in a hundred must be found for one more control in a hundred that
        is called present. At a share of cases of 5 % there are 19 controls to a case: five lets at
        most four be called wrongly for one more that is called rightly
    flagged : share of the controls that lie below borderline
    """

    price: float
    flagged: float


SHIPPED: Final = Choice(price=5.0, flagged=0.86)


def with_cut_offs(
    table: StatementTable, ecgs: Ecgs, logit: FloatArray, choice: Choice = SHIPPED
) -> StatementTable:
    """Choose from where a statement is present and borderline.

    Borderline from where a share of the controls lies below, which asks for no case. Present from
    where one more false one is no longer worth its price in true ones, never below borderline nor
    `least_present`. Shares are smoothed, a source weighs as the root of its number of records, and
    three supposed cases around an even score stand beside the real ones: a dozen cases alone would
    decide by chance. With fewer than twenty controls the guideline's cut-offs stay. What another
    present statement forbids does not count.

    Parameters
    ----------
    logit : shape (n, s), log-odds of the guideline's rules, not yet calibrated
    """
    scored, specs = assessable(ecgs, table), {s.name: s for s in table.statements}
    present = np.zeros(ecgs.truth.shape, dtype=bool)
    for name in _order(table):
        j = table.names.index(name)
        free = scored[:, j] & ~_forbidden(table, specs[name], present)
        rows = np.isfinite(ecgs.truth[:, j]) & free
        case = ecgs.truth[rows, j] == 1
        if (~case).sum() >= FEWEST_CONTROLS:
            least = least_present(table, specs[name], int(case.sum()))
            low, cut = _cuts(logit[rows, j], case, ecgs.source[rows], choice, least)
            specs[name] = replace(specs[name], present_from=cut, borderline_from=low)
        present[:, j] = free & (expit(logit[:, j]) >= specs[name].present_from)
    return StatementTable(tuple(specs[name] for name in table.names))


def least_present(table: StatementTable, spec: StatementSpec, cases: int) -> float:
    """Return the score below which a statement is not present, whatever its cases say.

    Where the guideline's rules are hardly true nothing is present; and with fewer than five cases
    nothing is before the guideline's own borderline: so few can't say what a false one costs, and
    most such statements are steps on a scale on which everybody stands (a voltage, an axis, an ST
    level). Called borderline they are still read.

    Both rules are for statements whose miss costs that statement alone. A paced rhythm, a left
    bundle branch block, fibrillation or hypertrophy forbids others (decisions 6, 9 and 15 of the
    clinical decisions): missed, it lets ST, T, Q waves, voltage or intervals be told of which
    nothing can be said in it. There the price alone decides. Which these are stands in the
    statements' own ``not_when``; no figure of any records chose them.
    """
    if any(spec.name in other.not_when for other in table.statements):
        return 0.0
    return spec.borderline_from if cases < FEWEST else LEAST_PRESENT


def _cuts(
    z: FloatArray, case: BoolArray, source: NDArray[np.str_], choice: Choice, least: float
) -> tuple[float, float]:
    """Return from where a statement is borderline and present, as scores."""
    controls, of = z[~case], weights_of(source[~case])
    found = SUPPOSED * norm.sf(GRID / SUPPOSED_SPREAD)
    if case.any():
        found = found + case.sum() * _above(z[case], weights_of(source[case]))
    worth = found / (case.sum() + SUPPOSED) - choice.price * _above(controls, of)
    low = float(np.clip(_just_above(quantile(controls, of, choice.flagged)), LEAST_FLAGGED, MOST))
    cut = float(np.clip(expit(GRID[int(np.argmax(worth))]), max(low, least), MOST))
    return low, round(cut, DECIMALS)


def _above(z: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the smoothed share above each step of the grid; scores count at their nearest step."""
    steps, index = np.unique(np.round(z / STEP), return_inverse=True)
    mass = np.bincount(index, weight)
    return np.asarray(mass @ norm.sf((GRID - STEP * steps[:, None]) / SMOOTH))


def called(
    table: StatementTable, ecgs: Ecgs, logit: FloatArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Say what is present, what is borderline or present, and what can be said at all.

    Returns
    -------
    present, flagged and decided, shape (n, s) each, as the engine says it (QTc, which is decided
    by its value, apart); a forbidden statement is not decided
    """
    score = expit(logit)
    columns = {name: ecgs.columns((name,))[:, 0] for name in ecgs.names}
    n = len(score)
    shown = is_shown(table.names, columns, n) & reaches_limit(table.names, columns, n)
    shown &= allows_present(table.names, columns.get(AXIS, np.full(n, np.nan)))
    found = decide(table, score, assessable(ecgs, table), shown, ruled_out(columns, n))
    borderline = np.array([s.borderline_from for s in table.statements])
    return found.present, found.decided & (score >= borderline), found.decided


def _order(table: StatementTable) -> list[str]:
    return [s.name for s in sorted(table.statements, key=lambda s: len(forbidden_by(s)))]


def _forbidden(table: StatementTable, spec: StatementSpec, present: BoolArray) -> BoolArray:
    others = [table.names.index(name) for name in forbidden_by(spec) if name in table.names]
    return np.asarray(present[:, others].any(axis=1), dtype=np.bool_)


def weights_of(source: NDArray[np.str_]) -> FloatArray:
    """Let a source weigh as the root of its number of records; all together weigh one."""
    weight = np.zeros(len(source))
    for name in dict.fromkeys(source):
        weight[source == name] = 1.0 / np.sqrt((source == name).sum())
    return weight / weight.sum()


def _just_above(log_odds: float) -> float:
    """Return the score of the next step of the last printed digit."""
    step = 10.0**-DECIMALS
    return round(float((np.floor(expit(log_odds) / step) + 1) * step), DECIMALS)


def quantile(z: FloatArray, weight: FloatArray, share: float) -> float:
    """Return the value at which the weighted share is reached."""
    order = np.argsort(z)
    at = min(int(np.searchsorted(np.cumsum(weight[order]), share)), len(z) - 1)
    return float(z[order[at]])
