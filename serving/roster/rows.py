"""One planned visit with the identity triple, and what is wrong with it.

Only the number, the birth date and the sex of a person are read, which the wrong-patient guard
needs (hazard H2); no name, no employer, no result.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ...engine import parse
from ...engine.intake.person import looks_national
from ...engine.intake.visit import SCHEMA

_MOMENT: Final = (
    "no moment as YYYY-MM-DDThh:mm with a zone; where the file says none, --zone +01:00 adds one"
)
_NATIONAL: Final = (
    "a national number where the person's own stands; send the number of the person's record"
)
SEXES: Final = {"f": "female", "female": "female", "m": "male", "male": "male"}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One planned visit as it was read; a text is empty where it was not given.

    Parameters
    ----------
    where : file and line, message or entry
    visit_id, performed_at : number and moment of the visit
    person_id, birth_date, sex : the identity triple
    """

    where: str
    visit_id: str
    performed_at: str
    person_id: str
    birth_date: str
    sex: str

    def visit(self) -> dict[str, Any]:
        """Return it as a visit that is to be filled in."""
        person = {"id": self.person_id, "birth_date": self.birth_date, "sex": self.sex}
        visit = {"schema": SCHEMA, "visit_id": self.visit_id, "performed_at": self.performed_at}
        return {**visit, "person": person, "measurements": []}


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Why a planned visit was not taken."""

    where: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """That a visit does not take place, as the same import says.

    Parameters
    ----------
    problem : what came, which is not taken itself
    visit_ids : every number that it has there
    """

    problem: RosterProblem
    visit_ids: frozenset[str]


def standing(
    rows: Sequence[RosterRow], back: Sequence[TakenBack]
) -> tuple[list[RosterRow], list[RosterProblem]]:
    """Return the rows that nothing takes back, and a problem for every other.

    The order counts for nothing: files come in any, and which of the two holds is not known.

    Parameters
    ----------
    rows, back : of one import
    """
    off = {number: one.problem.where for one in back for number in one.visit_ids}
    words = "a visit that {where} takes back; planned again, it comes in an import of its own"
    problems = [
        RosterProblem(row.where, "cancelled", words.format(where=off[row.visit_id]))
        for row in rows
        if row.visit_id in off
    ]
    return [row for row in rows if row.visit_id not in off], problems


def checked(rows: Sequence[RosterRow]) -> tuple[list[RosterRow], list[RosterProblem]]:
    """Return the rows that can be taken, and a problem for every other.

    A person who stands there with two birth dates or two sexes, and a visit that stands there for
    two people or two moments, is not taken at all: which of the two holds is not known.

    Parameters
    ----------
    rows : as they were read
    """
    problems = [p for row in rows for p in (list(_faults(row)) or _refused(row))]
    problems += _disagreeing(rows, "wrong_patient", lambda r: r.person_id, _triple)
    problems += _disagreeing(rows, "visit_twice", lambda r: r.visit_id, _visit)
    bad = {problem.where for problem in problems}
    good = {row.visit_id: row for row in rows if row.where not in bad}
    return list(good.values()), problems


def _triple(row: RosterRow) -> tuple[str, str]:
    return row.birth_date, row.sex


def _visit(row: RosterRow) -> tuple[str, str]:
    return row.person_id, row.performed_at


def _faults(row: RosterRow) -> Iterable[RosterProblem]:
    if not row.visit_id:
        yield RosterProblem(row.where, "visit_missing", "no number of the visit")
    if not row.person_id:
        yield RosterProblem(row.where, "person_missing", "no number of the person")
    if looks_national(row.person_id):
        yield RosterProblem(row.where, "national_number", _NATIONAL)
    if not _is_date(row.birth_date):
        yield RosterProblem(row.where, "birth_date_unreadable", "no birth date (YYYY-MM-DD)")
    if row.sex not in SEXES.values():
        yield RosterProblem(row.where, "sex_unknown", "no sex (female, male, F, M)")
    if not _has_zone(row.performed_at):
        yield RosterProblem(row.where, "moment_unreadable", _MOMENT)


def _refused(row: RosterRow) -> Iterable[RosterProblem]:
    """Yield what the intake itself refuses, before somebody fills such a visit in."""
    for problem in parse(row.visit()).batch.problems:
        if problem.severity == "refused_record":
            words = f"a visit that would be refused at {problem.path}"
            yield RosterProblem(row.where, problem.code, words)


def _disagreeing(
    rows: Sequence[RosterRow],
    code: str,
    key: Callable[[RosterRow], str],
    value: Callable[[RosterRow], tuple[str, str]],
) -> Iterable[RosterProblem]:
    seen: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        if key(row):
            seen.setdefault(key(row), set()).add(value(row))
    for row in rows:
        if len(seen.get(key(row), ())) > 1:
            yield RosterProblem(row.where, code, "stands there twice and says two things")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _has_zone(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
