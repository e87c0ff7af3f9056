"""A study's population by a saved cohort: the very file that the protocol names, by its hash."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ...datasets.readers.cohorts import (
    PERSONS,
    PLACES,
    Cohort,
    Said,
    VisitTables,
    Wanted,
    read_cohort,
    visit_tables,
    who_is_not_known,
)
from ...datasets.readers.cohorts import who_meets as meets_criteria
from ...engine.errors import DataError
from ...engine.guidelines import load_guidelines
from ...engine.record import BoolArray, VisitBatch
from ..errors import ProtocolRefused, StudyProblem
from ..protocol.model import Protocol
from ..statistics.estimate import IntArray

_OF_A_TABLE: Final = frozenset(
    {"measurements", "answers", "exposures", "findings", PERSONS, PLACES}
)

Read = Callable[[VisitBatch, int, Mapping[str, Any]], VisitTables]
"""Of checked records, the number of the first, and the sites and devices that their rows name."""


@dataclass(frozen=True, slots=True, eq=False)
class NotKnownRows:
    """Of which n records a condition can't be decided; ``not_usable`` of them had a reading."""

    name: str
    rows: BoolArray
    not_usable: int | None


@dataclass(frozen=True, slots=True, eq=False)
class InCohort:
    """Which n records a cohort finds; ``where`` are its criteria as they are written.

    ``asked`` are those of which anything is asked: they were not refused.
    """

    title: str
    where: str
    sha256: str
    rows: BoolArray
    asked: BoolArray
    not_known: tuple[NotKnownRows, ...] = ()


def study_cohort(protocol: Protocol, folder: Path) -> Cohort | None:
    """Return the cohort that a protocol names; None where it names none.

    Parameters
    ----------
    folder : of the protocol

    Raises
    ------
    ProtocolRefused  if it can't be read, is another one than the protocol means, or asks for
        something that a study's table does not have
    """
    named = protocol.population.cohort
    if named is None:
        return None
    try:
        cohort = read_cohort(folder / named.file)
    except DataError as error:
        raise _refused("cohort_unreadable", error.found, error.why, error.remedy) from error
    if cohort.sha256 != named.sha256:
        raise _refused(
            "cohort_changed",
            f"a cohort with the hash {cohort.sha256}",
            f"the protocol means the one with {named.sha256 or 'none'}",
            "Restore the file, or write this hash into the protocol where new criteria are meant",
        )
    strange = sorted(cohort.criteria.tables - _OF_A_TABLE)
    if strange:
        raise _refused(
            "cohort_table",
            f"criteria on {', '.join(strange)}",
            "a study's table has age, sex, site, devices, values, answers, exposures and measured "
            "facts of one visit a row",
            "Name them instead: value.ITEM, condition.CODE, exposure.CODE, finding.ID",
        )
    return cohort


def reader_of(cohort: Cohort | None) -> Read | None:
    """Return what takes from a chunk of checked records what the cohort reads; None without one."""
    if cohort is None:
        return None
    return partial(_tables, wanted=Wanted.of(cohort.criteria))


def _tables(
    batch: VisitBatch, first: int, context: Mapping[str, Any], *, wanted: Wanted
) -> VisitTables:
    names = pa.array([str(first + row) for row in range(batch.n)], pa.string())
    return visit_tables(batch, names, load_guidelines, wanted, Said(context=context))


def in_cohort(cohort: Cohort, parts: list[VisitTables], refused: BoolArray) -> InCohort:
    """Return which of n records that were not refused meet the criteria, each by itself."""
    asked = [str(row) for row in np.flatnonzero(~refused)]
    people = pa.table({"person_id": pa.array(asked, pa.string())})
    tables: dict[str, Any] = {"people": people, **VisitTables.joined(parts).as_tables()}

    def rows(names: Any) -> BoolArray:  # noqa: ANN401 - pyarrow has no types
        here = np.zeros(len(refused), dtype=np.bool_)
        here[[int(name) for name in names.to_pylist()]] = True
        return here

    unknown = tuple(
        NotKnownRows(one.name, rows(one.names), one.not_usable)
        for one in who_is_not_known(cohort.criteria, tables)
    )
    inside = rows(meets_criteria(cohort.criteria, tables))
    text, sha256 = cohort.criteria.text, cohort.sha256
    return InCohort(cohort.title, text, sha256, inside, ~refused, unknown)


def told_cohort(found: InCohort | None, person: IntArray) -> dict[str, dict[str, Any]]:
    """Return what a report says of the cohort; nothing without one.

    Parameters
    ----------
    person : of each record; where somebody has several, persons are counted beside them
    """
    if found is None:
        return {}
    return {
        "cohort": {
            "title": found.title,
            "where": found.where,
            "sha256": found.sha256,
            "not_known": [_told(one, found, person) for one in found.not_known],
        }
    }


def _told(one: NotKnownRows, found: InCohort, person: IntArray) -> dict[str, Any]:
    """Return how many records are not known, how many are known and were not found."""
    known = found.asked & ~one.rows
    parts = {"n": one.rows, "known": known, "outside": known & ~found.rows}
    told = {"name": one.name, **{name: int(rows.sum()) for name, rows in parts.items()}}
    if one.not_usable is not None:
        told["not_usable"] = one.not_usable
    if len(np.unique(person)) < len(person):
        persons = {name: len(np.unique(person[rows])) for name, rows in parts.items()}
        told["persons"] = persons
    return told


def _refused(code: str, found: str, why: str, remedy: str) -> ProtocolRefused:
    return ProtocolRefused([StudyProblem(code, "population.cohort", found, why, remedy)])
