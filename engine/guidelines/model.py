"""The types behind the guideline files: rows, grades, findings, urgent rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..errors import ScreeningError
from ..logic import Operator
from ..prediagnosis import URGENCIES, FactState, Urgency

STATES: Final[tuple[FactState, ...]] = ("absent", "not_assessable", "borderline", "present")
"""Fact states in the order of their code in a column; a later one is never hidden by an earlier."""

ABSENT, NOT_ASSESSABLE, BORDERLINE, PRESENT = range(len(STATES))
NO_URGENCY: Final = len(URGENCIES)


class GuidelineError(ScreeningError):
    """A guideline set that was asked for does not exist."""

    code = "guideline_error"


@dataclass(frozen=True, slots=True)
class Citation:
    """The guideline, and apart from it where its number was read."""

    guideline: str
    read_in: str
    signed_by: str

    @property
    def is_signed(self) -> bool:
        """Whether a clinician has signed the row."""
        return bool(self.signed_by)


@dataclass(frozen=True, slots=True)
class Flag:
    """A closed question answered in one way (``symptom.chest_pain``, yes)."""

    name: str
    choice: int
    choice_code: str


MEASURE_AGAIN: Final = "remeasure_now_call_physician"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison: an item, an operator and the rule's value in every unit it is stated in.

    ``values`` are billionths by UCUM unit, ``printed`` the decimals as the file has them.
    """

    item: str
    op: Operator
    values: Mapping[str, int]
    printed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One guideline row.

    Attributes
    ----------
    threshold : the comparison; None for a tally
    borderline_from : billionths by unit; a value from here to the cut-off is within the uncertainty
    sex : FEMALE or MALE, -1 for both
    age_min, age_max : completed years, inclusive; None without a limit
    also : any of these must be answered so, besides the comparison
    not_when : with any of these the row says nothing
    tally : row ids; the row holds when at least ``at_least`` readings satisfy them
    """

    id: str
    grade: int
    citation: Citation
    threshold: Threshold | None
    borderline_from: Mapping[str, int]
    borderline_source: str
    sex: int
    age_min: int | None
    age_max: int | None
    also: tuple[Flag, ...]
    not_when: tuple[Flag, ...]
    tally: tuple[str, ...]
    at_least: int

    @property
    def item(self) -> str:
        """The item that the row compares; empty for a tally."""
        return self.threshold.item if self.threshold is not None else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a state or grade asks for."""

    urgency: Urgency | None
    action: str
    addressee: str


@dataclass(frozen=True, slots=True)
class Grade:
    """One category of a finding.

    The highest order among the rows that hold decides. ``beside_needs`` is the state where what
    the finding needs was assessable too: a grade that says "not assessable yet" gives way there.
    """

    code: str
    order: int
    state: int
    beside_needs: int
    outcome: Outcome
    next_step: str


@dataclass(frozen=True, slots=True)
class Note:
    """A limit that is printed when an answer was given, or when rows hold and others do not."""

    message: str
    when: tuple[Flag, ...]
    holds: tuple[str, ...]
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingSpec:
    """One fact finding of one guideline set.

    ``needs``: for "absent" at least one item of each group must be assessable. ``not_when``: with
    any of these answers the finding is not assessable, whatever was measured. ``disagree``: what is
    proposed where several results of one item do not agree; its urgency is that of the grade.

    ``barred``: what is proposed where something was measured and ``not_when`` holds.
    ``known``: what is proposed, and said, with any of ``known_when``: nothing is left to confirm.
    ``postponed``: with any of these answers the next step is ``postponed_step``.
    """

    id: str
    topic: str
    set: str
    title: str
    needs: tuple[tuple[str, ...], ...]
    next_step: str
    next_addressee: str
    borderline: Outcome
    disagree: Outcome
    barred: Outcome
    not_when: tuple[Flag, ...]
    known: Outcome
    known_when: tuple[Flag, ...]
    postponed: tuple[Flag, ...]
    postponed_step: str
    grades: tuple[Grade, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Every item that a row of this finding compares, once."""
        return tuple(dict.fromkeys(row.item for row in self.rows if row.item))


@dataclass(frozen=True, slots=True)
class Guidelines:
    """The findings of the chosen sets, with the urgent rules."""

    sets: Mapping[str, str]
    findings: tuple[FindingSpec, ...]
    urgent: tuple["UrgentRule", ...]

    @property
    def rows(self) -> Iterator[Row]:
        """Every guideline row of the chosen sets."""
        return (row for finding in self.findings for row in finding.rows)

    @property
    def rows_unsigned(self) -> int:
        """How many rows and urgent rules no clinician has signed."""
        citations = [r.citation for r in self.rows] + [r.citation for r in self.urgent]
        return sum(not c.is_signed for c in citations)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an urgent rule: a comparison on any reading, an answer, or an age.

    ``absent`` names an item of which no value was accepted.
    """

    threshold: Threshold | None = None
    flag: Flag | None = None
    absent: str = ""
    age_op: Operator = ">="
    age_years: int = 0


@dataclass(frozen=True, slots=True)
class UrgentRule:
    """A deterministic rule in conjunctive form: every clause, in each clause any condition.

    ``again`` is what is to be done where the value that would meet the rule is not used.
    """

    id: str
    group: str
    level: Urgency
    clauses: tuple[tuple[Condition, ...], ...]
    action: str
    addressee: str
    citation: Citation
    again: str = MEASURE_AGAIN
