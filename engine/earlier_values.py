"""Values of earlier visits that today's report must not contradict: urgent ones, and glucose.

A glucose of 4 g/L of yesterday stood beside "lower chance of diabetes", and a pressure of 235 of
yesterday was printed nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, Final

from .facts.columns import evaluate_facts
from .facts.findings import fact_findings
from .guidelines import Guidelines
from .intake import VisitRecord
from .past import KNOWN_DIABETES, EarlierVisit, UnusedVisit, day_of, unused_earlier
from .prediagnosis import Finding, InputValue, Message, UrgentItem
from .record import YES, VisitBatch
from .urgency.agreement import PRESSING, measurement_of
from .urgency.reported import columns_of
from .urgency.rules import evaluate_urgent, urgent_items
from .vocabulary.load import read_toml

ACTION: Final = "measure_again_earlier"
ADDRESSEE: Final = "nurse"
RANGE_LIMIT: Final = "limit.earlier_diabetes_range"
SUSPICION_LIMIT: Final = "limit.earlier_suspicion"
SECOND: Final = "finding.diabetes_range.second_result"


@dataclass(frozen=True, slots=True)
class EarlierValue:
    """A value of an earlier visit, how many days old, and what was proposed about it then.

    ``days`` is None where the visit has no day that can be read; ``after`` is the day of one that
    is dated after today's.
    """

    value: InputValue
    days: int | None
    action: str = ""
    addressee: str = ""
    after: str = ""

    def message(self, name: str) -> Message:
        """Return a sentence about this value."""
        item, unit = f"item:{self.value.name}", f"unit:{self.value.unit}"
        given = {"item": item, "value": self.value.value, "unit": unit}
        if self.after:
            return Message(f"{name}_after", {**given, "date": self.after})
        if self.days is None:
            return Message(f"{name}_undated", given)
        return Message(name, {**given, "days": self.days})

    def again(self, finding: Finding) -> Finding:
        """Propose again what was proposed then, where nothing was measured today."""
        if finding.state != "not_assessable" or finding.urgency:
            return finding
        return replace(
            finding,
            urgency="U2",
            proposed_action=self.action,
            proposed_addressee=self.addressee,
        )


@dataclass(frozen=True, slots=True)
class EarlierValues:
    """What earlier visits still say.

    Attributes
    ----------
    urgent : items that ask for a new measurement today
    in_range : the last glucose in the diabetes range of another day; None where there is none
    suspicion : the last HbA1c of another day that raises suspicion; None where there is none
    """

    urgent: tuple[UrgentItem, ...] = ()
    in_range: EarlierValue | None = None
    suspicion: EarlierValue | None = None

    @property
    def speaks_for_diabetes(self) -> bool:
        """Whether a value of another day speaks for a diabetes that is not known."""
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
        columns = evaluate_facts(self.batch, self.guidelines)
        found = fact_findings(columns, self.batch, 0)
        split = {column.spec.id for column in columns.columns if column.disagrees[0]}
        said = (f for f in found if f.id == name and f.grade in grades)
        present = (f for f in said if f.state == "present" or f.id in split)
        values = (
            EarlierValue(value, self.days, finding.proposed_action, finding.proposed_addressee)
            for finding in present
            for reason in finding.reasons_for
            for value in reason.inputs
            if value.unit
        )
        return next(values, None)


@cache
def _settings() -> Mapping[str, Any]:
    return read_toml("laennec.engine.guidelines", "earlier_visits.toml")


def urgent_within_days() -> int:
    """Return how many days an urgent value of an earlier visit is asked about again."""
    return int(_settings()["urgent_within_days"])


def earlier_values(
    record: VisitRecord,
    today: VisitBatch,
    guidelines: Guidelines,
    earlier: Sequence[EarlierVisit],
) -> EarlierValues:
    """Return what the earlier visits of a record still ask for.

    An earlier visit that was refused, or is dated after this one, is read for urgent values only,
    as today's own would be. What was measured today settles no value of a later day.

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
    others = [] if known else [one for one in visits if _age_days(one) > 0]
    return EarlierValues(
        urgent=tuple(_again(sorted([*visits, *unused], key=_age_days), today)),
        in_range=_last(others, "range"),
        suspicion=_last(others, "suspicion"),
    )


def _unused(one: UnusedVisit, now: date, guidelines: Guidelines) -> _Visit:
    """Return a visit that is read for urgent values only; a day after today's says no age."""
    if one.day is None or not one.is_after:
        days = None if one.day is None else (now - one.day).days
        return _Visit(one.batch, days, guidelines)
    settled = one.is_mistyped
    return _Visit(one.batch, None, guidelines, one.day.isoformat(), is_settled=settled)


def _age_days(visit: _Visit) -> int:
    """Return how many days ago a visit was; one without a day may have been today."""
    return 0 if visit.days is None else visit.days


def _last(visits: Sequence[_Visit], kind: str) -> EarlierValue | None:
    name, grades = _settings()[f"{kind}_finding"], _settings()[f"{kind}_grades"]
    found = (one.present(name, grades) for one in visits)
    return next((value for value in found if value is not None), None)


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
    if earlier is None or finding.id not in _settings()["limited"]:
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(RANGE_LIMIT)))
    if finding.id != _settings()["range_finding"]:
        return known
    if finding.grade == _settings()["second_result_grade"] and finding.state == "present":
        action = _settings()["second_result_action"]
        return replace(known, message=earlier.message(SECOND), proposed_action=action)
    return earlier.again(known)


def with_earlier_suspicion(finding: Finding, earlier: EarlierValue | None) -> Finding:
    """Return a finding on glucose that knows of an earlier HbA1c which raises suspicion.

    Parameters
    ----------
    finding : a fact or a risk
    earlier : what ``earlier_values`` found
    """
    name = _settings()["suspicion_finding"]
    if earlier is None or finding.id not in (*_settings()["limited"], name):
        return finding
    known = replace(finding, limits=(*finding.limits, earlier.message(SUSPICION_LIMIT)))
    return earlier.again(known) if finding.id == name else known
