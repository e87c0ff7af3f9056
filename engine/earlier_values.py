"""Values of earlier visits that today's report must not contradict: urgent ones, and glucose.

A glucose of 4 g/L of yesterday stood beside "lower chance of diabetes", and a pressure of 235 of
yesterday was printed nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from .contradicting_tests import Contradiction, TestedVisit, both_below, contradiction
from .earlier_of_others import urgent_of_others
from .earlier_settings import settings
from .earlier_symptoms import asked_again, denied_today
from .earlier_value import EarlierValue
from .earlier_visit import VisitBefore
from .facts.waiting import WAITS
from .guidelines import Guidelines
from .intake import VisitRecord
from .past import (
    KNOWN_DIABETES,
    EarlierVisit,
    UnusedVisit,
    day_of,
    day_that_can_be_right,
    of_a_refused,
    unused_earlier,
)
from .plausibility.pregnancy import PREGNANCY
from .prediagnosis import MEASURED_ON, InputValue, UrgentItem
from .record import YES, VisitBatch
from .two_tests import GLUCOSE, glucose_below
from .urgency.again import PLAIN
from .urgency.agreement import measurement_of
from .urgency.of_day import day_of_values

ACTION: Final = "measure_again_earlier"
ADDRESSEE: Final = "nurse"


@dataclass(frozen=True, slots=True)
class EarlierValues:
    """What earlier visits still say.

    Attributes
    ----------
    urgent : items that ask for a new measurement today
    in_range : the last glucose in the diabetes range of another visit, else the last one that was
        high at any time of the day; None where there is none
    suspicion : the last HbA1c of another visit that raises suspicion; None where there is none
    contradiction : two tests, today's too, that contradict each other; None where none do
    denied : symptoms that were urgent in the last days, and that today says no to
    in_pregnancy : the last value of a pregnancy, over now, that is in the range outside of one
    """

    urgent: tuple[UrgentItem, ...] = ()
    in_range: EarlierValue | None = None
    suspicion: EarlierValue | None = None
    contradiction: Contradiction | None = None
    in_pregnancy: EarlierValue | None = None
    denied: tuple[EarlierValue, ...] = ()

    @property
    def speaks_for_diabetes(self) -> bool:
        """Whether a value of another visit speaks for a diabetes that is not known."""
        return any((self.in_range, self.suspicion, self.in_pregnancy))


def urgent_within_days() -> int:
    """Return how many days an urgent value of an earlier visit is asked about again."""
    return int(settings()["urgent_within_days"])


def earlier_values(
    record: VisitRecord,
    today: VisitBatch,
    guidelines: Guidelines,
    earlier: Sequence[EarlierVisit],
) -> EarlierValues:
    """Return what the earlier visits of a record still ask for.

    An earlier visit that was refused, or is dated after this one, is read for urgent values, as
    today's own would be, and for what speaks for diabetes. What was measured today settles no value
    of a later day. Of a record that was refused itself the urgent values of all its earlier visits
    are told: a pressure of 225 of yesterday stood nowhere, as today's visit had a typo. So is that
    one whose identity is not the record's holds one.

    Parameters
    ----------
    record : a visit with earlier ones
    today : its columns after the plausibility check
    guidelines : the chosen sets
    earlier : from ``checked_earlier``
    """
    if record.is_refused or not record.performed_at:
        again = _again(_of_a_refused(record, guidelines), today)
        whose = urgent_of_others(record, guidelines, urgent_within_days())
        return EarlierValues(urgent=(*again, *whose))
    now = day_of(record)
    found = [VisitBefore(one.batch, (now - one.day).days, guidelines) for one in earlier]
    visits = sorted(found, key=_age_days)
    unused = [_unused(one, now, guidelines) for one in unused_earlier(record)]
    known = bool(today.answer(KNOWN_DIABETES)[0] == YES)
    others = [] if known else [*visits, *unused]
    now_tested = VisitBefore(today, 0, guidelines).tested()
    tested = [] if known else [now_tested, *(one.tested() for one in others)]
    suspicion = _last(others, "suspicion", today)
    is_pregnant = bool(today.answer(PREGNANCY)[0] == YES)
    pregnancies = [] if is_pregnant else [one.in_pregnancy() for one in others]
    if suspicion is not None and both_below(now_tested):
        suspicion = replace(suspicion, action="")
    return EarlierValues(
        urgent=tuple(_again(sorted([*visits, *unused], key=_age_days), today)),
        in_range=_last(others, "range", today) or _open([v.random_high() for v in others], tested),
        suspicion=suspicion,
        contradiction=contradiction(tested),
        in_pregnancy=_open(pregnancies, tested),
        denied=denied_today(visits, today, urgent_within_days()),
    )


def _unused(one: UnusedVisit, now: date, guidelines: Guidelines) -> VisitBefore:
    """Return a visit that is not used otherwise; a day after today's says no age."""
    if one.day is None or not one.is_after:
        days = None if one.day is None else (now - one.day).days
        return VisitBefore(one.batch, days, guidelines)
    settled = one.is_mistyped
    return VisitBefore(one.batch, None, guidelines, one.day.isoformat(), is_settled=settled)


def _age_days(visit: VisitBefore) -> int:
    """Return how many days ago a visit was; one without a day may have been today."""
    return 0 if visit.days is None else visit.days


def _last(visits: Sequence[VisitBefore], kind: str, today: VisitBatch) -> EarlierValue | None:
    """Return the last value of a kind; one that today sent again only where there is no other."""
    name, grades = settings()[f"{kind}_finding"], settings()[f"{kind}_grades"]
    present = ((one, one.present(name, grades)) for one in visits)
    waiting = ((one, one.waiting(name, grades)) for one in visits)
    found = [
        replace(value, is_copy=one.is_copy(value.value, today))
        for one, value in (*present, *waiting)
        if value is not None
    ]
    return min(found, key=lambda value: value.is_copy, default=None)


def _open(
    found: Sequence[EarlierValue | None], tested: Sequence[TestedVisit]
) -> EarlierValue | None:
    """Return the first value that no fasting glucose of a later day, clearly below, has settled."""
    below = [
        v.age(GLUCOSE, oldest=True)
        for v in tested
        if v.days is not None and glucose_below(v.facts, v.batch)[0]
    ]
    values = (one for one in found if one is not None)
    return next((v for v in values if v.days is None or not any(d < v.days for d in below)), None)


def _of_a_refused(record: VisitRecord, guidelines: Guidelines) -> list[VisitBefore]:
    """Return the earlier visits of a refused record, the last one first.

    Where its own day can't be right, their days count from the last of them, and each is told.
    """
    earlier = of_a_refused(record)
    now = day_that_can_be_right(record)
    if now is not None:
        return sorted([_unused(one, now, guidelines) for one in earlier], key=_age_days)
    last = max((one.day for one in earlier if one.day is not None), default=None)
    visits = []
    for one in earlier:
        days = (last - one.day).days if last and one.day else None
        dated = one.day.isoformat() if one.day else ""
        visits.append(VisitBefore(one.batch, days, guidelines, dated=dated))
    return sorted(visits, key=_age_days)


def _again(visits: Sequence[VisitBefore], today: VisitBatch) -> Iterator[UrgentItem]:
    """Yield one item for each urgent value or symptom of the last days that was not asked since."""
    asked: set[str] = set()
    for one in visits:
        if _age_days(one) > urgent_within_days():
            return
        for item in one.urgent():
            yield from asked_again(item, one, today, asked)
            measured = (v for v in item.inputs if v.unit or v.name in one.batch.quantities)
            values = tuple(v for v in measured if one.is_open(v, today))
            names = {measurement_of(v.name) for v in values}
            if names - asked:
                asked |= names
                yield _item_of(item, values, one)


def _item_of(item: UrgentItem, values: tuple[InputValue, ...], visit: VisitBefore) -> UrgentItem:
    """Return an item on a value of an earlier visit; of one that was not used it says so."""
    has_unit = bool(values[0].unit)
    waits = has_unit and (item.message.id == WAITS or item.message.id.startswith(PLAIN))
    value = EarlierValue(values[0], visit.days, after=visit.after, dated=visit.dated, waits=waits)
    message = value.message("urgent.earlier_value" if has_unit else "urgent.earlier_value_no_unit")
    day = day_of_values(values, visit.batch)
    if day:
        message = replace(message, parameters={**message.parameters, MEASURED_ON: day})
    return UrgentItem(
        rule_id=item.rule_id,
        level="U1",
        message=message,
        inputs=values,
        action=ACTION,
        addressee=ADDRESSEE,
        source=item.source,
    )
