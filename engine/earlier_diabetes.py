"""A diabetes that was known at an earlier visit and is not stated today: asked, never forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from .past import EarlierVisit
from .plausibility.diabetes import DIABETES, TREATED, UNSTATED, is_sign_of_diabetes
from .record import YES, Problem, VisitBatch

_CODES: Final = (
    "diabetes_described_earlier",
    "diabetes_treated_earlier",
    "diabetes_known_earlier",
)
_DESCRIBED: Final = 0
_TREATED: Final = 1
_KNOWN: Final = 2


class _Sign(NamedTuple):
    """How strongly a visit says that there is a diabetes, an index of ``_CODES``, and its day."""

    strength: int
    day: date

    @classmethod
    def of(cls, visit: EarlierVisit) -> "_Sign":
        if visit.batch.answer(DIABETES)[0] == YES:
            return cls(_KNOWN, visit.day)
        treated = visit.batch.answer(TREATED)[0] == YES
        return cls(_TREATED if treated else _DESCRIBED, visit.day)


def with_earlier_diabetes(batch: VisitBatch, earlier: Sequence[EarlierVisit]) -> VisitBatch:
    """Return a visit that knows whether diabetes was known before, where it does not say so itself.

    The scores and models of an undiagnosed diabetes then don't answer, and the person is asked.

    Parameters
    ----------
    batch : one visit
    earlier : from ``checked_earlier``; the last one that states a diabetes is printed, else the
        last one that names a treatment of it, else a type, target or remission
    """
    signs = [_Sign.of(one) for one in earlier if is_sign_of_diabetes(one.batch)[0]]
    if not signs or batch.answer(DIABETES)[0] == YES:
        return batch
    strongest = max(signs)
    found = Problem(
        row=0,
        severity="suspect_item",
        code=_CODES[strongest.strength],
        path="$.conditions",
        item=DIABETES,
        parameters={"date": strongest.day.isoformat()},
    )
    known = np.full(batch.n, YES, dtype=np.int8)
    answers = {**batch.answers, UNSTATED: known}
    return replace(batch, answers=answers, problems=(*batch.problems, found))
