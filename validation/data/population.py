"""Who is of a study's population: conditions, exclusions in order, and the flow they make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from ..protocol.model import Protocol
from ..protocol.people import Condition
from ..statistics.estimate import BoolArray, FloatArray, IntArray
from .raw import as_days
from .table import StudyTable

_AGE: Final = "age_years"
_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True, slots=True, eq=False)
class FlowStep:
    """A step of the flow: how many records left, and how many stayed.

    ``persons``, where one has several records: those of whom a record ``left``, of whom one
    ``stayed``, and who are ``gone`` with their last one.
    """

    id: str
    label: str
    label_fr: str
    left: int
    stayed: int
    persons: Mapping[str, int] | None = None


def meets(table: StudyTable, condition: Condition) -> BoolArray:
    """Return bool (n,): the condition holds; a missing value meets no comparison."""
    if condition.text is not None:
        texts = table.texts(condition.column or "")
        answer = (texts == condition.text) == (condition.op == "==")
        return np.asarray(answer & (texts != ""))
    values = condition_values(table, condition)
    if condition.day is not None:
        day = (date.fromisoformat(condition.day) - date(1970, 1, 1)).days
        return np.asarray(_OPERATORS[condition.op](values, day) & ~np.isnan(values))
    if condition.op in ("missing", "present"):
        return np.asarray(np.isnan(values) == (condition.op == "missing"))
    return np.asarray(_OPERATORS[condition.op](values, condition.value) & ~np.isnan(values))


def condition_values(table: StudyTable, condition: Condition) -> FloatArray:
    """Return what a condition reads, float64 (n,), NaN where missing.

    An age is compared as it was reported: a child's is implausible at a visit, and no feature.
    """
    if condition.feature == _AGE and condition.op not in ("missing", "present"):
        return table.age_reported
    if condition.feature is not None:
        return table.features[condition.feature]
    if condition.exposure is not None:
        return table.exposures[condition.exposure]
    column = condition.column or ""
    if condition.day is not None:
        return as_days(column, table.raw[column])
    if condition.op in ("missing", "present"):
        is_there = np.asarray(table.raw[column].is_valid().to_numpy(zero_copy_only=False))
        return np.where(is_there, 0.0, np.nan)
    return table.numbers(column)


def all_of(table: StudyTable, when: Sequence[Condition]) -> BoolArray:
    """Return bool (n,): every condition holds."""
    found = np.ones(len(table), dtype=np.bool_)
    for condition in when:
        found &= meets(table, condition)
    return found


def persons_of(protocol: Protocol, table: StudyTable) -> IntArray:
    """Return the number of each row's person, int64 (n,); a row that names nobody is of its own."""
    rows = np.arange(len(table))
    if protocol.data.person is None:
        return rows
    names = table.texts(protocol.data.person)
    number = np.unique(names, return_inverse=True)[1]
    return np.where(names == "", -1 - rows, number)


@dataclass(slots=True)
class _Flow:
    """The steps so far, and who is still there."""

    keep: BoolArray
    person: IntArray
    has_repeats: bool
    steps: list[FlowStep]

    @classmethod
    def begin(cls, person: IntArray) -> "_Flow":
        has_repeats = len(np.unique(person)) < len(person)
        flow = cls(np.ones(len(person), dtype=np.bool_), person, has_repeats, [])
        flow.leave("all", "Records in the file", "Enregistrements du fichier", ~flow.keep)
        return flow

    def leave(self, step: str, label: str, label_fr: str, out: BoolArray) -> None:
        """Let rows go, and count them."""
        before, going = self.keep, self.keep & out
        self.keep = self.keep & ~out
        persons = None
        if self.has_repeats:
            stayed = self._persons(self.keep)
            gone = self._persons(before) - stayed
            persons = {"left": self._persons(going), "stayed": stayed, "gone": gone}
        counts = (int(going.sum()), int(self.keep.sum()))
        self.steps.append(FlowStep(step, label, label_fr or label, *counts, persons))

    def _persons(self, among: BoolArray) -> int:
        return len(np.unique(self.person[among]))


def population(protocol: Protocol, table: StudyTable) -> tuple[BoolArray, tuple[FlowStep, ...]]:
    """Return who stays, bool (n,), and the steps of the flow.

    Where the protocol says who was verified, a missing reference standard is expected of the
    others, who stay for the correction of verification bias.
    """
    flow = _Flow.begin(persons_of(protocol, table))
    leave = flow.leave
    leave(
        "refused", "Record refused at intake", "Enregistrement refusé à l'admission", table.left_out
    )
    if table.cohort is not None:
        leave("cohort", *_outside(table.cohort.title), ~table.cohort.rows)
    for exclusion in protocol.population.exclude:
        leave(exclusion.id, exclusion.label, exclusion.label_fr, meets(table, exclusion.when))
    unknown = _unknown(table, protocol.reference.case) & is_verified(protocol, table)
    leave("no_reference", "Reference standard missing", "Examen de référence manquant", unknown)
    if protocol.reference.time is not None:
        no_time = ~(table.numbers(protocol.reference.time) > 0)
        leave("no_follow_up", "No follow-up", "Aucun suivi", no_time)
    if protocol.data.survey is not None:
        weight = table.numbers(protocol.data.survey.weight)
        leave("no_weight", "No survey weight", "Pas de poids de sondage", ~(weight > 0))
    return flow.keep, tuple(flow.steps)


def undecided(protocol: Protocol, table: StudyTable) -> dict[str, int]:
    """Return, by exclusion, of how many records who stay it could not be decided, where of any.

    Their value is missing or was refused, so that the exclusion's comparison does not hold.
    """
    stays, _ = population(protocol, table)
    found = {}
    for exclusion in protocol.population.exclude:
        if exclusion.when.op in ("missing", "present"):
            continue
        n = int((_unknown(table, exclusion.when) & stays).sum())
        if n:
            found[exclusion.id] = n
    return found


def _outside(title: str) -> tuple[str, str]:
    return f'Outside the cohort "{title}"', f"Hors de la cohorte « {title} »"


def _unknown(table: StudyTable, condition: Condition) -> BoolArray:
    if condition.text is not None:
        return np.asarray(table.texts(condition.column or "") == "")
    return np.isnan(condition_values(table, condition))


def is_verified(protocol: Protocol, table: StudyTable) -> BoolArray:
    """Return who got the reference standard, bool (n,); everyone if the protocol says nothing."""
    condition = protocol.reference.verified
    return np.ones(len(table), dtype=np.bool_) if condition is None else meets(table, condition)
