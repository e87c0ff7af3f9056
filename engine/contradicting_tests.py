"""Two tests of one person that contradict each other: a high HbA1c and a glucose below, or reverse.

An HbA1c of 13 % and a fasting glucose of 0.95 g/L of 80 days later gave "lower chance of diabetes".
Neither settles the other: a haemoglobin variant, an error or a treatment may be behind it (ADA,
Standards of Care, section 2: discordant results), and no risk answers until both were done again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .earlier_settings import settings
from .facts.columns import FactColumns
from .facts.inputs import reading_as_reported
from .prediagnosis import Finding, InputValue, Message, Parameter
from .record import BoolArray, QuantityColumn, VisitBatch
from .two_tests import GLUCOSE, HBA1C, glucose_below, hba1c_below, test_of

FINDING: Final = "finding.tests_contradict"
ABSTENTION: Final = "abstention.tests_contradict"
_EARLIER: Final = (
    "limit.earlier_suspicion", "limit.earlier_diabetes_range", "limit.earlier_pregnancy",
)  # fmt: skip
_URGENCY: Final = "U2"
_UNDATED: Final = 10**6
_BELOW: Final[Mapping[str, Callable[[FactColumns, VisitBatch], BoolArray]]] = {
    GLUCOSE: glucose_below,
    HBA1C: hba1c_below,
}


@dataclass(frozen=True, slots=True)
class TestedVisit:
    """A visit with its facts, so many days ago; None where its day is not known."""

    batch: VisitBatch
    facts: FactColumns
    days: int | None

    def age(self, test: str, *, oldest: bool = False) -> int:
        """Return how many days ago a test was done, the last one, or the oldest, of the visit.

        Those of a visit without a day are as long ago: all others count beside it.

        Parameters
        ----------
        test : ``GLUCOSE`` or ``HBA1C``
        oldest : of several the first; a test settles another one only where all of it came later
        """
        if self.days is None:
            return _UNDATED
        columns = [c for slot, c in self.batch.quantities.items() if slot.partition(".")[0] == test]
        ages = [int(d) for c in columns for d in c.age_days[0][(c.accepted | c.waiting)[0]]]
        return self.days + (max if oldest else min)(ages, default=0)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A test that was high, and the other one, below, so many days later; None: not known.

    ``finding`` speaks of the test that was high.
    """

    finding: str
    high: InputValue
    other: InputValue
    days: int | None

    def message(self) -> Message:
        """Return the sentence that says it."""
        said: dict[str, Parameter] = {}
        for role, value in (("", self.high), ("other_", self.other)):
            said[f"{role}item"] = f"item:{value.name}"
            said[f"{role}value"] = value.value
            said[f"{role}unit"] = f"unit:{value.unit}"
        if self.days is None:
            return Message(f"{FINDING}_undated", said)
        if self.days == 0:
            return Message(f"{FINDING}_same_day", said)
        return Message(FINDING, {**said, "days": self.days})


def contradiction(visits: Sequence[TestedVisit]) -> Contradiction | None:
    """Return the two tests that contradict each other, if any; an HbA1c that is high comes first.

    A test that was high is settled by the same one, later, below.

    Parameters
    ----------
    visits : of one person whose diabetes is not known, today's among them, in any order
    """
    for test, other in ((HBA1C, GLUCOSE), (GLUCOSE, HBA1C)):
        speaking = [v for v in visits if _speaks(test, v)]
        if not speaking:
            continue
        ages = {
            id(v): (v.age(test), v.age(test, oldest=True), v.age(other, oldest=True))
            for v in visits
        }
        last = min(speaking, key=lambda v: ages[id(v)][0])
        then_age = ages[id(last)][0]
        dated = [v for v in visits if v.days is not None]
        below = [
            v for v in dated if ages[id(v)][2] <= then_age and _BELOW[other](v.facts, v.batch)[0]
        ]
        settled = any(
            ages[id(v)][1] < then_age and _BELOW[test](v.facts, v.batch)[0] for v in dated
        )
        if below and not settled:
            then = min(below, key=lambda v: ages[id(v)][2])
            days = None if last.days is None else then_age - ages[id(then)][2]
            return Contradiction(
                _finding(test, last.facts), _value(test, last), _value(other, then), days
            )
    return None


def _finding(test: str, facts: FactColumns) -> str:
    """Return the finding of the chosen guidelines that speaks of a test."""
    given = settings()
    own = given["suspicion_finding"]
    is_own = test == HBA1C and facts.column(own) is not None
    return str(own if is_own else given["range_finding"])


def both_below(visit: TestedVisit) -> bool:
    """Say whether both tests of a visit were below: nothing is left to be measured again."""
    return all(bool(below(visit.facts, visit.batch)[0]) for below in _BELOW.values())


def _speaks(test: str, visit: TestedVisit) -> bool:
    said = test_of(test, visit.facts, visit.batch)
    return bool(said.high[0] | said.waits[0])


def _value(test: str, visit: TestedVisit) -> InputValue:
    """Return the highest value of a test as it was reported, one that is not used too."""
    found = list(_values(test, visit.batch))
    _, slot, column, reading = max(found, key=lambda one: one[0])
    value, unit = reading_as_reported(visit.batch, column, slot, (0, reading))
    return InputValue(slot, value, unit)


def _values(test: str, batch: VisitBatch) -> Iterator[tuple[float, str, QuantityColumn, int]]:
    for slot, column in batch.quantities.items():
        if slot.partition(".")[0] != test:
            continue
        for reading in np.flatnonzero((column.accepted | column.waiting)[0]):
            unit = int(column.unit[0, reading])
            slope = column.item.units[unit].slope if unit >= 0 else 1.0
            yield float(column.nano[0, reading]) * slope, slot, column, int(reading)


def with_contradiction(finding: Finding, found: Contradiction | None) -> Finding:
    """Return a finding that knows of two tests which contradict each other.

    The finding on the test that was high says it first and proposes both again, once; where it was
    absent it is open. The risks of glycaemia are not answered.

    Parameters
    ----------
    finding : a fact or a risk
    found : what ``contradiction`` returned
    """
    given = settings()
    if found is None or finding.id not in (*given["limited"], given["suspicion_finding"]):
        return finding
    if finding.kind == "risk":
        return Finding(
            id=finding.id,
            kind="risk",
            message=Message(f"finding.{finding.id}.not_assessable"),
            band="not_assessable",
            reference_standard=finding.reference_standard,
            limits=(Message(ABSTENTION), *(m for m in finding.limits if m.id.startswith(_EARLIER))),
            model=finding.model,
        )
    if finding.id != found.finding:
        return finding
    is_urgent = finding.urgency is not None and finding.urgency <= _URGENCY
    said = replace(
        finding,
        urgency=finding.urgency if is_urgent else _URGENCY,
        proposed_action=given["contradiction_action"],
        proposed_addressee=given["contradiction_addressee"],
        missing=(),
        limits=tuple(m for m in finding.limits if not m.id.startswith(_EARLIER)),
    )
    if finding.state == "present":
        return replace(said, limits=(found.message(), *said.limits))
    return replace(said, state="not_assessable", message=found.message())
