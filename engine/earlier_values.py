"""Values of earlier visits that today's report must not contradict: urgent ones, and glucose.

A glucose of 4 g/L of yesterday stood beside "lower chance of diabetes", and a pressure of 235 of
yesterday was printed nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from .contradicting_tests import Contradiction, TestedVisit, both_below, contradiction
from .earlier_settings import settings
from .earlier_value import EarlierValue
from .facts.columns import FactColumns, evaluate_facts
from .facts.findings import fact_findings
from .facts.grades import NO_GRADE
from .facts.waiting_values import values_that_wait
from .guidelines import Guidelines
from .intake import VisitRecord
from .past import KNOWN_DIABETES, EarlierVisit, UnusedVisit, day_of, unused_earlier
from .prediagnosis import Finding, InputValue, UrgentItem
from .record import YES, VisitBatch
from .urgency.agreement import PRESSING, measurement_of
from .urgency.reported import columns_of
from .urgency.rules import evaluate_urgent, urgent_items

ACTION: Final = "measure_again_earlier"
ADDRESSEE: Final = "nurse"
RANGE_LIMIT: Final = "limit.earlier_diabetes_range"
SUSPICION_LIMIT: Final = "limit.earlier_suspicion"
SECOND: Final = "finding.diabetes_range.second_result"


@dataclass(frozen=True, slots=True)
class EarlierValues:
    """What earlier visits still say.

    Attributes
    ----------
    urgent : items that ask for a new measurement today
    in_range : the last glucose in the diabetes range of another visit; None where there is none
    suspicion : the last HbA1c of another visit that raises suspicion; None where there is none
    contradiction : two tests, today's too, that contradict each other; None where none do
    """

    urgent: tuple[UrgentItem, ...] = ()
    in_range: EarlierValue | None = None
    suspicion: EarlierValue | None = None
    contradiction: Contradiction | None = None

    @property
    def speaks_for_diabetes(self) -> bool:
        """Whether a value of another visit speaks for a diabetes that is not known."""
        return self.in_range is not None or self.suspicion is not None


@dataclass(frozen=True, slots=True)
class _Visit:
    """An earlier visit after the plausibility check; ``days`` is None where it has no day.

    ``after`` is its day where that lies after today's. A value of ``is_settled`` is not asked about
    where the same was measured today.
    """

    batch: VisitBatch
    days: int | None
    guidelines: Guidelines = field(repr=False)
    after: str = ""
    is_settled: bool = True

    @property
    def facts(self) -> FactColumns:
        """Return what was found at the visit."""
        return evaluate_facts(self.batch, self.guidelines)

    def tested(self) -> TestedVisit:
        """Return the visit with its facts."""
        return TestedVisit(self.batch, self.facts, None if self.after else self.days)

    def urgent(self) -> Iterator[UrgentItem]:
        columns = evaluate_urgent(self.batch, self.guidelines.urgent)
        yield from (i for i in urgent_items(columns, self.batch, 0) if i.level in PRESSING)

    def is_open(self, value: InputValue, today: VisitBatch) -> bool:
        return not (self.is_settled and _is_measured(value, today))

    def present(self, name: str, grades: Sequence[str]) -> EarlierValue | None:
        """Return the value behind a finding that was present in one of some grades.

        So is one of which another result of that visit is below the cut-off: 14 % beside 5.5 % of
        one visit was forgotten.
        """
        columns = self.facts
        found = fact_findings(columns, self.batch, 0)
        split = {column.spec.id for column in columns.columns if column.disagrees[0]}
        said = (f for f in found if f.id == name and f.grade in grades)
        present = (f for f in said if f.state == "present" or f.id in split)
        values = (
            EarlierValue(
                value, self.days, finding.proposed_action, finding.proposed_addressee, self.after
            )
            for finding in present
            for reason in finding.reasons_for
            for value in reason.inputs
            if value.unit
        )
        return next(values, None)

    def waiting(self, name: str, grades: Sequence[str]) -> EarlierValue | None:
        """Return the value that was not used and would have made one of some grades."""
        column = self.facts.column(name)
        if column is None or column.waiting[0] == NO_GRADE:
            return None
        index = int(column.waiting[0])
        grade = column.spec.grades[index]
        values = values_that_wait(column.spec, self.batch, index) if grade.code in grades else ()
        asks = grade.outcome
        found = (
            EarlierValue(value, self.days, asks.action, asks.addressee, self.after, waits=True)
            for value in values
        )
        return next(found, None)


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
    of a later day.

    Parameters
    ----------
    record : a visit with earlier ones; a refused one, or an earlier one of another person, is not
        read
    today : its columns after the plausibility check
    guidelines : the chosen sets
    earlier : from ``checked_earlier``
    """
    if record.is_refused or not record.performed_at:
        return EarlierValues()
    now = day_of(record)
    found = [_Visit(one.batch, (now - one.day).days, guidelines) for one in earlier]
    visits = sorted(found, key=_age_days)
    unused = [_unused(one, now, guidelines) for one in unused_earlier(record)]
    known = bool(today.answer(KNOWN_DIABETES)[0] == YES)
    others = [] if known else [*visits, *unused]
    now_tested = _Visit(today, 0, guidelines).tested()
    tested = [] if known else [now_tested, *(one.tested() for one in others)]
    suspicion = _last(others, "suspicion")
    if suspicion is not None and both_below(now_tested):
        suspicion = replace(suspicion, action="")
    return EarlierValues(
        urgent=tuple(_again(sorted([*visits, *unused], key=_age_days), today)),
        in_range=_last(others, "range"),
        suspicion=suspicion,
        contradiction=contradiction(tested),
    )


def _unused(one: UnusedVisit, now: date, guidelines: Guidelines) -> _Visit:
    """Return a visit that is not used otherwise; a day after today's says no age."""
    if one.day is None or not one.is_after:
        days = None if one.day is None else (now - one.day).days
        return _Visit(one.batch, days, guidelines)
    settled = one.is_mistyped
    return _Visit(one.batch, None, guidelines, one.day.isoformat(), is_settled=settled)


def _age_days(visit: _Visit) -> int:
    """Return how many days ago a visit was; one without a day may have been today."""
    return 0 if visit.days is None else visit.days


def _last(visits: Sequence[_Visit], kind: str) -> EarlierValue | None:
    name, grades = settings()[f"{kind}_finding"], settings()[f"{kind}_grades"]
    present = (one.present(name, grades) for one in visits)
    waiting = (one.waiting(name, grades) for one in visits)
    return next((value for value in (*present, *waiting) if value is not None), None)


def _again(visits: Sequence[_Visit], today: VisitBatch) -> Iterator[UrgentItem]:
    """Yield one item for each urgent measurement of the last days that was not made since."""
    asked: set[str] = set()
    for one in visits:
        if _age_days(one) > urgent_within_days():
            return
        for item in one.urgent():
            values = tuple(v for v in item.inputs if v.unit and one.is_open(v, today))
            names = {measurement_of(v.name) for v in values}
            if names - asked:
                asked |= names
                yield _item_of(item, values, one)


def _item_of(item: UrgentItem, values: tuple[InputValue, ...], visit: _Visit) -> UrgentItem:
    value = EarlierValue(values[0], visit.days, after=visit.after)
    return UrgentItem(
        rule_id=item.rule_id,
        level="U1",
        message=value.message("urgent.earlier_value"),
        inputs=values,
        action=ACTION,
        addressee=ADDRESSEE,
        source=item.source,
    )


def _is_measured(value: InputValue, today: VisitBatch) -> bool:
    """Say whether an item has a value of today that is used."""
    name = f"{value.name.partition('.')[0]}.*" if "." in value.name else value.name
    return any(bool(column.accepted[0].any()) for _, column in columns_of(name, today))


def with_earlier_range(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of an earlier value in the diabetes range.

    A second result of another day is no longer one result to be confirmed; where nothing was
    measured today, what was proposed about the earlier value is proposed again.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    if earlier is None or finding.id not in settings()["limited"]:
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(RANGE_LIMIT)))
    if finding.id != settings()["range_finding"]:
        return known
    is_other = not (earlier.waits or earlier.is_of_today)
    is_second = finding.grade == settings()["second_result_grade"] and is_other
    if is_second and finding.state == "present":
        action = settings()["second_result_action"]
        return replace(known, message=earlier.message(SECOND), proposed_action=action)
    return earlier.again(known)


def with_earlier_suspicion(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of an earlier HbA1c which raises suspicion.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    name = settings()["suspicion_finding"]
    if earlier is None or finding.id not in (*settings()["limited"], name):
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(SUSPICION_LIMIT)))
    return earlier.again(known) if finding.id == name else known
