"""An earlier visit as today reads it: what was urgent in it, and what spoke for diabetes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .contradicting_tests import TestedVisit
from .earlier_settings import settings
from .earlier_value import EarlierValue
from .facts.columns import FactColumns, evaluate_facts
from .facts.findings import fact_findings
from .facts.grades import NO_GRADE
from .facts.waiting_values import values_that_wait
from .guidelines import Guidelines
from .plausibility.pregnancy import PREGNANCY
from .prediagnosis import PRESSING, InputValue, UrgentItem
from .pressing_facts import pressing_facts
from .record import YES, VisitBatch
from .sign_values import sign_values
from .urgency.reported import columns_of
from .urgency.rules import evaluate_urgent, urgent_items


@dataclass(frozen=True, slots=True)
class VisitBefore:
    """An earlier visit after the plausibility check; ``days`` is None where it has no day.

    ``after`` is its day where that lies after today's. A value of ``is_settled`` is not asked about
    where the same was measured today. ``dated`` is its day where today's can't be right, so that
    ``days`` count from the last visit with one.
    """

    batch: VisitBatch
    days: int | None
    guidelines: Guidelines = field(repr=False)
    after: str = ""
    is_settled: bool = True
    dated: str = ""

    @property
    def facts(self) -> FactColumns:
        """Return what was found at the visit."""
        return evaluate_facts(self.batch, self.guidelines)

    def tested(self) -> TestedVisit:
        """Return the visit with its facts, without a day where that lies after today's."""
        return TestedVisit(self.batch, self.facts, None if self.after else self.days)

    def urgent(self) -> Iterator[UrgentItem]:
        """Yield what was urgent at the visit (U0 and U1), by a rule or by a row of a guideline."""
        columns = evaluate_urgent(self.batch, self.guidelines.urgent)
        yield from (i for i in urgent_items(columns, self.batch, 0) if i.level in PRESSING)
        yield from pressing_facts(self.facts, self.batch)

    def is_open(self, value: InputValue, today: VisitBatch) -> bool:
        """Say whether a value is asked about, as today did not measure it again."""
        return not (self.is_settled and self._is_measured(value, today))

    def _is_measured(self, value: InputValue, today: VisitBatch) -> bool:
        """Say whether an item has a value of today that is used and that is no older."""
        name = f"{value.name.partition('.')[0]}.*" if "." in value.name else value.name
        then = self._days_of(value)
        return any(
            bool((column.accepted[0] & (then is None or column.age_days[0] <= then)).any())
            for _, column in columns_of(name, today)
        )

    def _days_of(self, value: InputValue) -> int | None:
        """Return how many days ago a value was measured, where its visit has a day."""
        column = self.batch.quantities.get(value.name)
        if self.days is None or column is None or column.days_before is None:
            return self.days
        (texts,) = self.batch.reported[value.name]
        same = [i for i, text in enumerate(texts) if text == value.value]
        return self.days + min((int(column.days_before[0, i]) for i in same), default=0)

    def is_copy(self, value: InputValue, today: VisitBatch) -> bool:
        """Say whether today holds the same result of the same day."""
        column = today.quantities.get(value.name)
        then = self._days_of(value)
        if column is None or then is None:
            return False
        (texts,) = today.reported[value.name]
        units = [column.item.units[i].ucum if i >= 0 else "" for i in column.unit[0].tolist()]
        ages = column.age_days[0].tolist()
        return (value.value, value.unit, then) in zip(texts, units, ages, strict=True)

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
                value,
                self._days_of(value),
                finding.proposed_action,
                finding.proposed_addressee,
                self.after,
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
            EarlierValue(
                value, self._days_of(value), asks.action, asks.addressee, self.after, waits=True
            )
            for value in values
        )
        return next(found, None)

    def random_high(self) -> EarlierValue | None:
        """Return a glucose that was high at any time of the day, or waits and would be."""
        grade = settings()["random_grade"]
        found = sign_values(self.facts, self.batch, barred=False, grades=(grade,))
        made = (self._asked(value, "range", waits=waits, is_random=True) for value, waits in found)
        return next(made, None)

    def in_pregnancy(self) -> EarlierValue | None:
        """Return a glucose or HbA1c of a pregnancy that is in the diabetes range outside of one."""
        if self.batch.answer(PREGNANCY)[0] != YES:
            return None
        found = sign_values(self.facts, self.batch, barred=True)
        made = (self._asked(value, "pregnancy", waits=waits) for value, waits in found)
        return next(made, None)

    def _asked(
        self, value: InputValue, kind: str, *, waits: bool, is_random: bool = False
    ) -> EarlierValue:
        """Return a value with what the settings propose about it."""
        action, addressee = (settings()[f"{kind}_{name}"] for name in ("action", "addressee"))
        return EarlierValue(
            value,
            self._days_of(value),
            action,
            addressee,
            self.after,
            waits=waits,
            is_random=is_random,
        )
