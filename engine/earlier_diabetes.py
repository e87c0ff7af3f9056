"""A diabetes that was known at an earlier visit and is not stated today: asked, never forgotten."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .past import EarlierVisit
from .plausibility.diabetes import DIABETES, UNSTATED, is_sign_of_diabetes
from .record import YES, Problem, VisitBatch


def with_earlier_diabetes(batch: VisitBatch, earlier: Sequence[EarlierVisit]) -> VisitBatch:
    """Return a visit that knows whether diabetes was known before, where it does not say so itself.

    The scores and models of an undiagnosed diabetes then don't answer, and the person is asked.

    Parameters
    ----------
    batch : one visit
    earlier : from ``checked_earlier``; the last one that names a diabetes is printed
    """
    days = [one.day for one in earlier if is_sign_of_diabetes(one.batch)[0]]
    if not days or batch.answer(DIABETES)[0] == YES:
        return batch
    found = Problem(
        row=0,
        severity="suspect_item",
        code="diabetes_known_earlier",
        path="$.conditions",
        item=DIABETES,
        parameters={"date": max(days).isoformat()},
    )
    known = np.full(batch.n, YES, dtype=np.int8)
    answers = {**batch.answers, UNSTATED: known}
    return replace(batch, answers=answers, problems=(*batch.problems, found))
