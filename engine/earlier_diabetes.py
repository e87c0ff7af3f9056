"""A diabetes that was known at an earlier visit and is not stated today: asked, never forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from .past import EarlierVisit, UnusedVisit
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
    """How strongly a visit says that there is a diabetes, an index of ``_CODES``, and its day.

    ``ordinal`` of the day; 0 where it has none. ``is_placed``: the day can be right.
    """

    strength: int
    ordinal: int
    is_placed: bool

    @classmethod
    def of(cls, batch: VisitBatch, day: date | None, *, is_placed: bool) -> "_Sign":
        """Return the sign of a visit."""
        ordinal = 0 if day is None else day.toordinal()
        if batch.answer(DIABETES)[0] == YES:
            return cls(_KNOWN, ordinal, is_placed)
        treated = batch.answer(TREATED)[0] == YES
        return cls(_TREATED if treated else _DESCRIBED, ordinal, is_placed)

    def problem(self) -> Problem:
        """Return the question about it, and about its day where that can't be right."""
        on = {"date": date.fromordinal(self.ordinal).isoformat()} if self.ordinal else {}
        placed = _CODES[self.strength] if self.is_placed else "diabetes_of_wrong_day"
        code = placed if on else "diabetes_of_no_day"
        return Problem(0, "suspect_item", code, "$.conditions", DIABETES, parameters=on)


def with_earlier_diabetes(
    batch: VisitBatch, earlier: Sequence[EarlierVisit], unused: Sequence[UnusedVisit] = ()
) -> VisitBatch:
    """Return a visit that knows whether diabetes was known before, where it does not say so itself.

    The scores and models of an undiagnosed diabetes then don't answer, and the person is asked.

    Parameters
    ----------
    batch : one visit
    earlier : from ``checked_earlier``; the last one that states a diabetes is printed, else the
        last one that names a treatment of it, else a type, target or remission
    unused : from ``unused_earlier``; asked about where no other says so
    """
    signs = [
        _Sign.of(one.batch, one.day, is_placed=True)
        for one in earlier
        if is_sign_of_diabetes(one.batch)[0]
    ] or [
        _Sign.of(one.batch, one.day, is_placed=not one.is_after)
        for one in unused
        if is_sign_of_diabetes(one.batch)[0]
    ]
    if not signs or batch.answer(DIABETES)[0] == YES:
        return batch
    known = np.full(batch.n, YES, dtype=np.int8)
    answers = {**batch.answers, UNSTATED: known}
    return replace(batch, answers=answers, problems=(*batch.problems, max(signs).problem()))
