"""A study's population by a saved cohort: the very file that the protocol names, by its hash."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ...datasets.readers.cohorts import Cohort, VisitTables, Wanted, read_cohort, visit_tables
from ...datasets.readers.cohorts import who_meets as meets_criteria
from ...engine.errors import DataError
from ...engine.guidelines import load_guidelines
from ...engine.record import BoolArray, VisitBatch
from ..errors import ProtocolRefused, StudyProblem
from ..protocol.model import Protocol

_OF_A_TABLE: Final = frozenset({"measurements", "answers", "exposures", "findings"})

Read = Callable[[VisitBatch, int], VisitTables]


@dataclass(frozen=True, slots=True, eq=False)
class InCohort:
    """Which n records a cohort finds; ``where`` are its criteria as they are written."""

    title: str
    where: str
    sha256: str
    rows: BoolArray


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
            "a study's table has values, answers, exposures and measured facts of one visit a row",
            "Name them instead: value.ITEM, condition.CODE, exposure.CODE, finding.ID",
        )
    return cohort


def reader_of(cohort: Cohort | None) -> Read | None:
    """Return what takes from a chunk of checked records what the cohort reads; None without one."""
    if cohort is None:
        return None
    return partial(_tables, wanted=Wanted.of(cohort.criteria))


def _tables(batch: VisitBatch, first: int, *, wanted: Wanted) -> VisitTables:
    names = pa.array([str(first + row) for row in range(batch.n)], pa.string())
    return visit_tables(batch, names, load_guidelines, wanted)


def in_cohort(cohort: Cohort, parts: list[VisitTables], n: int) -> InCohort:
    """Return which records meet the criteria, each by itself."""
    people = pa.table({"person_id": pa.array([str(row) for row in range(n)], pa.string())})
    tables: dict[str, Any] = {"people": people, **VisitTables.joined(parts).as_tables()}
    found = meets_criteria(cohort.criteria, tables).to_pylist()
    rows = np.zeros(n, dtype=np.bool_)
    rows[[int(name) for name in found]] = True
    return InCohort(cohort.title, cohort.criteria.text, cohort.sha256, rows)


def told_cohort(found: InCohort | None) -> dict[str, dict[str, str]]:
    """Return what a report says of the cohort; nothing without one."""
    if found is None:
        return {}
    return {"cohort": {"title": found.title, "where": found.where, "sha256": found.sha256}}


def _refused(code: str, found: str, why: str, remedy: str) -> ProtocolRefused:
    return ProtocolRefused([StudyProblem(code, "population.cohort", found, why, remedy)])
