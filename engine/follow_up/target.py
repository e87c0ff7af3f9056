"""The HbA1c that a person's control is judged by: as the physician set it, today or before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ..fixedpoint import FloatArray
from ..prediagnosis import Message, Parameter
from ..record import YES, VisitBatch
from ..trajectories.settings import method
from .due import Visit
from .settings import same_target_within_percent, usual_target_percent

TARGET: Final = "hba1c_target"
PREGNANCY: Final = "condition.pregnancy"
PLACES: Final = 2
_MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class SetTarget:
    """What was set on one day, in percent: the strictest, and the laxest of several."""

    day: date
    strict: float
    lax: float


@dataclass(frozen=True, slots=True)
class Target:
    """The HbA1c that control is judged by.

    ``taken`` is what the physician set; None where the usual one stands in. ``before`` is the last
    one of an earlier day, beside one of today only where it is fresh. ``unusable`` is the last day
    of which one is recorded and none can be taken. ``in_pregnancy`` is the last one that was set in
    a pregnancy, which is over; ``not_used`` one of an earlier visit that is not used.
    """

    today: date
    taken: SetTarget | None
    before: SetTarget | None
    unusable: date | None
    in_pregnancy: SetTarget | None = None
    not_used: float | None = None

    @property
    def percent(self) -> float:
        """Return the target in percent."""
        return self.taken.strict if self.taken else usual_target_percent()

    @property
    def is_set(self) -> bool:
        """Whether a physician set it."""
        return self.taken is not None

    def limits(self) -> list[Message]:
        """Return what is said of it: whose it is, of which day, and what contradicts it."""
        on, taken = self.unusable, self.taken
        is_told = on is not None and (taken is None or taken.day < on)
        unusable = [_limit("target_unusable", day=on)] if is_told else []
        unusable += self._aside()
        if taken is None:
            return [*unusable, *self._usual()]
        day, strict, lax = taken.day, taken.strict, taken.lax
        said = [_limit("two_targets", strict, day, lax)] if lax > strict else []
        if day < self.today:
            said.append(_limit("earlier_target", strict, day))
        elif self.before and _differ(self.before.strict, strict):
            said.append(_limit("other_target_before", strict, self.before.day, self.before.strict))
        return [*unusable, *said]

    def _aside(self) -> list[Message]:
        """Say of a target that is recorded, and newer than the one taken, why it is not."""
        set_then, taken = self.in_pregnancy, self.taken
        is_newer = set_then is not None and (taken is None or taken.day < set_then.day)
        said = []
        if set_then is not None and is_newer:
            said.append(_limit("pregnancy_target", day=set_then.day, other=set_then.strict))
        if self.not_used is not None and (taken is None or taken.day < self.today):
            said.append(_limit("target_not_used", other=self.not_used))
        return said

    def _usual(self) -> list[Message]:
        usual = usual_target_percent()
        if self.before:
            return [_limit("old_target", usual, self.before.day, self.before.strict)]
        is_recorded = self.unusable or self.in_pregnancy or self.not_used is not None
        return [_limit("usual_taken" if is_recorded else "usual_target", usual)]


def _limit(
    name: str,
    percent: float | None = None,
    day: date | None = None,
    other: float | None = None,
) -> Message:
    on = None if day is None else day.isoformat()
    said: dict[str, Parameter | None] = {"percent": percent, "date": on, "other": other}
    given = {key: one for key, one in said.items() if one is not None}
    return Message(f"follow_up.limit.{name}", given)


def target_of(visits: Sequence[Visit], unused: Sequence[VisitBatch] = ()) -> Target:
    """Return the target that was set today, of several the strictest; else the last one set.

    One of longer ago than a target stays fresh is not taken, nor one that was set in a pregnancy
    before this visit: it holds for that pregnancy. One of a visit that is not used is told only.

    Parameters
    ----------
    visits : checked records with their days, in any order before this visit, which is the last
    unused : checked records of visits of the same person that are not used
    """
    batch, today = visits[-1]
    days: dict[date, list[float]] = {}
    pregnant: dict[date, list[float]] = {}
    is_pregnant = batch.answer(PREGNANCY)[0] == YES
    for one, day in visits:
        if _is_recorded(one):
            is_over = not is_pregnant and day < today and one.answer(PREGNANCY)[0] == YES
            (pregnant if is_over else days).setdefault(day, []).extend(_set_at(one).tolist())
    told = [_of_day(day, days[day]) for day in sorted(days) if days[day]]
    now = next((one for one in told if one.day == today), None)
    before = next((one for one in reversed(told) if one.day < today), None)
    fresh = before if before and (today - before.day).days <= _fresh_days(batch) else None
    return Target(
        today,
        now or fresh,
        fresh if now else before,
        unusable=max((day for day in days if not days[day]), default=None),
        in_pregnancy=next(
            (_of_day(d, pregnant[d]) for d in sorted(pregnant)[::-1] if pregnant[d]), None
        ),
        not_used=min(
            (round(v, PLACES) for one in unused for v in _set_at(one).tolist()), default=None
        ),
    )


def _is_recorded(batch: VisitBatch) -> bool:
    """Say whether a visit states a target, be it one that could not even be read."""
    is_there = bool(batch.quantity(TARGET).present.any())
    return is_there or any(problem.item == TARGET for problem in batch.problems)


def _set_at(batch: VisitBatch) -> FloatArray:
    """Return the targets of a visit in percent; "< 8" and "<= 8" are the upper limit 8."""
    column = batch.quantity(TARGET)
    values = column.model_values()[0]
    return values[np.isfinite(values) & (column.comparator[0] <= 0)]


def _of_day(day: date, values: Sequence[float]) -> SetTarget:
    strict, lax = round(min(values), PLACES), round(max(values), PLACES)
    return SetTarget(day, strict, lax if _differ(lax, strict) else strict)


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > same_target_within_percent()


def _fresh_days(batch: VisitBatch) -> float:
    months = batch.quantity(TARGET).item.freshness_months or 0
    return months * method().days_per_year / _MONTHS_A_YEAR
