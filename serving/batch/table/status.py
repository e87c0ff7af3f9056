"""What became of each row of a batch, and why: scored, not assessable or refused."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ....engine.guidelines.model import ABSENT, BORDERLINE, PRESENT
from ....engine.plausibility.diabetes import is_sign_of_diabetes
from ....engine.record import BoolArray
from ....engine.risks import Abstention, RiskColumns
from ....engine.screening import Screening
from .columns import coded

SCORED: Final = "scored"
NOT_ASSESSABLE: Final = "not_assessable"
REFUSED: Final = "refused"
STATUSES: Final = (SCORED, NOT_ASSESSABLE, REFUSED)

MEASURED: Final = "measured"
MEASURED_HIGH: Final = "measured_high"
"""Reasons of a scored row whose first risk was not answered, as a measured value speaks instead: it
is clearly below its cut-off, or reaches it."""

PREGNANCY: Final = "pregnancy"
"""Reason of a row that is excluded from the first risk for nothing but a pregnancy."""

_SPEAKS: Final = (Abstention.MEASURED, Abstention.TEST_MEASURED, Abstention.BOTH_MEASURED)


def status_columns(screening: Screening, outcomes: Sequence[str]) -> tuple[Any, Any]:
    """Return status and reason of every row.

    Scored: a risk was answered, or a measured fact is present and speaks instead. Refused: the
    record as a whole. Not assessable: everything else, with why the first risk was not answered.
    Of a scored row it is said that somebody is excluded from the first risk, as such a person is
    not screened, and that a measured value speaks instead of it, as nothing is missing there. A
    pregnancy, which passes, is told from a known or treated diabetes.

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
    codes = [*(a.name.lower() for a in Abstention), None, MEASURED, MEASURED_HIGH, PREGNANCY]
    why = risks[0].abstention if risks else np.full(n, Abstention.MODEL_REFUSED)
    is_excluded = why == Abstention.EXCLUDED
    reason = np.where((status == 1) | is_excluded, why, codes.index(None))
    reason[is_excluded & ~is_sign_of_diabetes(screening.batch)] = codes.index(PREGNANCY)
    if risks:
        below, high = values_speak(screening, risks[0])
        reason[(status == 0) & below] = codes.index(MEASURED)
        reason[(status == 0) & high] = codes.index(MEASURED_HIGH)
    refusals: dict[str, int] = {}
    for problem in reversed(screening.batch.problems):
        if problem.severity == "refused_record":
            code = refusals.setdefault(problem.code, len(codes) + len(refusals))
            reason[problem.row] = code
    return coded(status, STATUSES), coded(reason, [*codes, *refusals])


def values_speak(screening: Screening, risk: RiskColumns) -> tuple[BoolArray, BoolArray]:
    """Say for whom a measured value speaks instead of a risk that was not answered.

    One that reaches its cut-off speaks. One below it speaks where nothing is to be repeated: no
    other one lies within the uncertainty of its cut-off, and no reading is suspect or refused. An
    HbA1c that excludes nothing says nothing.

    Parameters
    ----------
    screening : of n people
    risk : one of its risks

    Returns
    -------
    bool (n,) below the cut-offs, bool (n,) at one or above
    """
    unanswered = (risk.abstention != Abstention.ANSWERED) & (risk.abstention < Abstention.EXCLUDED)
    facts = {name.partition(".")[0] for name in risk.outcome.measured_by}
    states = [c.state for c in screening.facts.columns if c.spec.id in facts]
    nobody = np.zeros(screening.batch.n, dtype=np.bool_)
    high, below, close = (
        np.logical_or.reduce([nobody, *(state == said for state in states)])
        for said in (PRESENT, ABSENT, BORDERLINE)
    )
    below &= ~(high | close)
    items = {slot.partition(".")[0] for slot in risk.outcome.defined_by}
    for problem in screening.batch.problems:
        if problem.item.partition(".")[0] in items:
            below[problem.row] = False
    return unanswered & below, unanswered & high
