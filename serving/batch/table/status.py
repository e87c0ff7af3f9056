"""What became of each row of a batch, and why: scored, not assessable or refused."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ....engine.guidelines.model import ABSENT, BORDERLINE, PRESENT
from ....engine.record import BoolArray
from ....engine.risks import Abstention, RiskColumns
from ....engine.screening import Screening
from .columns import coded

SCORED: Final = "scored"
NOT_ASSESSABLE: Final = "not_assessable"
REFUSED: Final = "refused"
STATUSES: Final = (SCORED, NOT_ASSESSABLE, REFUSED)

MEASURED: Final = Abstention.MEASURED.name.lower()
"""Reason of a scored row whose first risk was not answered, as a measured value speaks instead."""

_SPEAKS: Final = (Abstention.MEASURED, Abstention.TEST_MEASURED, Abstention.BOTH_MEASURED)


def status_columns(screening: Screening, outcomes: Sequence[str]) -> tuple[Any, Any]:
    """Return status and reason of every row.

    Scored: a risk was answered, or a measured fact is present and speaks instead. Refused: the
    record as a whole. Not assessable: everything else, with why the first risk was not answered.
    Of a scored row it is said that somebody is excluded from the first risk, as such a person is
    not screened, and that a measured value speaks instead of it, as nothing is missing there.

    Parameters
    ----------
    screening : of n people
    outcomes : the risks of the result, the first one first
    """
    n = screening.batch.n
    risks = [r for r in screening.risks if r.outcome.id in outcomes]
    scored = np.zeros(n, dtype=np.bool_)
    for risk in risks:
        scored |= (risk.abstention == Abstention.ANSWERED) | np.isin(risk.abstention, _SPEAKS)
    status = np.where(screening.batch.refused, 2, np.where(scored, 0, 1))
    codes = [*(a.name.lower() for a in Abstention), None]
    why = risks[0].abstention if risks else np.full(n, Abstention.MODEL_REFUSED)
    is_told = (status == 1) | (why == Abstention.EXCLUDED)
    reason = np.where(is_told, why, len(Abstention))
    if risks:
        reason[(status == 0) & value_speaks(screening, risks[0])] = Abstention.MEASURED
    refusals: dict[str, int] = {}
    for problem in reversed(screening.batch.problems):
        if problem.severity == "refused_record":
            code = refusals.setdefault(problem.code, len(codes) + len(refusals))
            reason[problem.row] = code
    return coded(status, STATUSES), coded(reason, [*codes, *refusals])


def value_speaks(screening: Screening, risk: RiskColumns) -> BoolArray:
    """Say for whom a measured value speaks instead of a risk that was not answered, bool (n,).

    It is above or below its cut-off: one within the uncertainty of it is to be repeated, one of
    which a second reading is suspect or refused to be measured again, and an HbA1c that excludes
    nothing says nothing.

    Parameters
    ----------
    screening : of n people
    risk : one of its risks
    """
    unanswered = (risk.abstention != Abstention.ANSWERED) & (risk.abstention < Abstention.EXCLUDED)
    facts = {name.partition(".")[0] for name in risk.outcome.measured_by}
    states = [c.state for c in screening.facts.columns if c.spec.id in facts]
    speaks = np.zeros(screening.batch.n, dtype=np.bool_)
    for state in states:
        speaks |= (state == ABSENT) | (state == PRESENT)
    for state in states:
        speaks &= state != BORDERLINE
    items = {slot.partition(".")[0] for slot in risk.outcome.defined_by}
    for problem in screening.batch.problems:
        if problem.item.partition(".")[0] in items:
            speaks[problem.row] = False
    return np.asarray(unanswered & speaks)
