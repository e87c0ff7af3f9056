"""Searches a batch result or the stored visits: counts first.

What stands beside the result (values of the visits, trajectories, exposures, decisions) is read
only where a condition names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ....datasets.readers.cohorts import (
    Cohort,
    Criteria,
    LocalCodes,
    NotKnown,
    Wanted,
    trajectory_columns,
    who_is_not_known,
    who_meets,
)
from ....engine.errors import DataError
from ...batch.result.aggregate import suppressed
from ...batch.result.read import result_tables
from ..exposures import APART, exposure_groups, read_exposures
from ..last_visits import ELSEWHERE, last_visits
from ..overlap import Count, is_told, shown_counts
from ..trajectories.run import TRAJECTORIES
from ..visits import VisitFiles, values_of_last_visits, visits_beside

BY: Final = ("urgency", "status", "t2d_undiagnosed_band", "dysglycaemia_band", "cvd_death_10y_band")
EXPOSURE: Final = "exposure"
GROUPS: Final = (*BY, EXPOSURE)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a result.

    Parameters
    ----------
    visits : the tables that the batch screened, for values, answers and facts; None where there are
        none, or the batch made one itself of a CDM or of Bulk Data
    trajectories : ``trajectories.parquet`` of ``laennec trajectories``
    exposures : CSV with ``person_id,exposure``
    """

    visits: VisitFiles | None = None
    trajectories: Path | None = None
    exposures: Path | None = None


NOTHING_BESIDE: Final = Beside()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a search looks.

    Parameters
    ----------
    result : folder of a finished batch
    beside : files beside it
    decisions : Arrow table of person_id, finding_id and verdict, from the store
    site : a site's own codes
    stored : tables of the stored visits, instead of a result
    """

    result: Path | None = None
    beside: Beside = NOTHING_BESIDE
    decisions: Any = None
    site: LocalCodes | None = None
    stored: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Who meets the criteria, and everybody: Arrow tables of the last visit of each.

    ``exposures`` : of everybody, where they were given
    ``not_known`` : of whom a condition can't be decided
    """

    people: Any
    everybody: Any
    exposures: Any = None
    not_known: tuple[NotKnown, ...] = ()


def search_people(cohort: Cohort, sources: Sources, by: Sequence[str] = ()) -> Found:
    """Return who meets the criteria.

    Parameters
    ----------
    by : groups that will be counted; exposures are read for theirs

    Raises
    ------
    BatchRefused  if the folder holds no result
    DataError  if the criteria read a table that was not given, or DuckDB is not installed
    """
    tables = tables_of(cohort.criteria, sources, with_exposures=EXPOSURE in by)
    everybody, exposures = tables["people"], tables.get("exposures")
    for name in by:
        _require_group(name, everybody, exposures)
    names = who_meets(cohort.criteria, tables)
    found = everybody.filter(pc.is_in(everybody["person_id"], names))
    unknown = tuple(who_is_not_known(cohort.criteria, tables))
    return Found(found, everybody, exposures, unknown)


def _require_group(name: str, everybody: Any, exposures: Any) -> None:  # noqa: ANN401 - pyarrow has no types
    is_there = exposures is not None if name == EXPOSURE else name in everybody.column_names
    if not is_there:
        raise DataError(
            found=f"groups by {name}, which is not known of these people",
            why="nobody would be counted, and that would look like an answer",
            remedy="Give --exposures or --visits for exposures; stored visits have no status",
            path="--group",
        )


def tables_of(criteria: Criteria, sources: Sources, *, with_exposures: bool) -> dict[str, Any]:
    """Return the tables that criteria read, by name.

    Raises
    ------
    DataError, BatchRefused  as `search_people`
    """
    reads = {*criteria.tables, *(["exposures"] if with_exposures else ())}
    tables = dict(sources.stored or {})
    if sources.result is not None:
        wants = "exposures" in reads
        tables = _of_result(sources.result, criteria, sources.beside, exposures=wants)
    if sources.beside.trajectories is not None:
        path = sources.beside.trajectories
        tables["trajectories"] = _of_these(_trajectories(path), tables["people"], path)
    if sources.beside.exposures is not None and "exposures" in reads:
        path = sources.beside.exposures
        found = read_exposures(path, sources.site)
        tables["exposures"] = _of_these(found, tables["people"], path)
    if sources.decisions is not None:
        tables["decisions"] = sources.decisions
    return tables


def _of_result(
    result: Path, criteria: Criteria, beside: Beside, *, exposures: bool
) -> dict[str, Any]:
    """Return the people of a result, and of their visits what is asked for."""
    tables = {"people": last_people(result)}
    wanted = Wanted.of(criteria, exposures=exposures and beside.exposures is None)
    visits = visits_beside(beside.visits, result) if wanted.anything else None
    if visits is not None:
        values = values_of_last_visits(visits, tables["people"], result, wanted)
        tables |= values.as_tables()
    return tables


def last_people(result: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the last row of each person, the more urgent one of a day, by name.

    What is more urgent at another visit stands beside it, in a column of its own (`last_visits`).
    """
    table = pa.concat_tables([part for _, part in result_tables(result)])
    table = table.filter(pc.is_valid(table["person_id"]))
    visits = last_visits(table)
    urgency = table["urgency"].combine_chunks().take(pa.array(visits.most_urgent))
    elsewhere = pc.if_else(pa.array(visits.is_elsewhere), urgency, pa.scalar(None, urgency.type))
    return table.take(pa.array(visits.last)).append_column(ELSEWHERE, elsewhere)


def _trajectories(path: Path) -> Any:  # noqa: ANN401
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        table = None
    if table is None or not _are_trajectories(table.schema):
        raise DataError(
            found="a file of trajectories that can't be read, or with other columns",
            why="nobody would be found, and that would look like an answer",
            remedy="Give trajectories.parquet of laennec trajectories",
            path=path.name,
        )
    return table


def _are_trajectories(schema: Any) -> bool:  # noqa: ANN401
    """Say whether every column that a condition may read is there once, and of its type."""
    return all(
        schema.names.count(name) == 1 and schema.field(name).type == TRAJECTORIES.field(name).type
        for name in trajectory_columns()
    )


def _of_these(table: Any, people: Any, path: Path) -> Any:  # noqa: ANN401
    """Return a table beside a result; refuse one in which none of its people stands."""
    if people.num_rows and not pc.any(pc.is_in(table["person_id"], people["person_id"])).as_py():
        raise DataError(
            found="a file in which nobody stands of whom the search is",
            why="nobody would be found, and that would look like an answer",
            remedy="Give the file of the same people; a person_id is compared letter by letter",
            path=path.name,
        )
    return table


def counted(cohort: Cohort, found: Found, by: Sequence[str]) -> dict[str, Any]:
    """Return the counts of a search, groups of 1 to 10 people suppressed.

    Where the number found is hidden its groups are hidden too: they add up to it.

    Parameters
    ----------
    found : from `search_people`
    by : columns whose groups are counted among those found, or ``exposure``
    """
    n, rest = found.people.num_rows, found.everybody.num_rows - found.people.num_rows
    people = suppressed({"found": n, "others": rest})
    groups = {name: _groups(found, name) for name in by}
    if not isinstance(people["found"], int):
        groups = {name: _hidden(one) for name, one in groups.items()}
    return {
        "title": cohort.title,
        "where": cohort.criteria.text,
        "criteria_sha256": cohort.sha256,
        "people": people,
        "urgent_at_another_visit": _elsewhere(found.everybody),
        "not_known": told_not_known(found),
        "by": groups,
        "suppressed": "groups of 1 to 10 people, and what would give them away",
    }


def _elsewhere(everybody: Any) -> Count:  # noqa: ANN401 - pyarrow has no types
    """Return how many are more urgent at another visit than at the last, whether found or not."""
    n, calm = everybody.num_rows, everybody[ELSEWHERE].null_count
    return suppressed({"urgent": n - calm, "other": calm})["urgent"]


def told_not_known(found: Found) -> dict[str, dict[str, Count]]:
    """Return, by condition, of how many it can't be decided, and how many had a reading.

    Hidden is a count with which the number of those could be worked out who were not found though
    it is known of them, where they are 1 to 10.
    """
    n, inside = found.everybody.num_rows, found.people.num_rows
    return {one.name: _not_known(one, n, n - inside) for one in found.not_known}


def _not_known(one: NotKnown, n: int, outside: int) -> dict[str, Count]:
    told = suppressed({"people": one.people, "known": n - one.people})["people"]
    if isinstance(told, int) and not is_told(outside - one.people):
        told = "hidden"
    if one.not_usable is None:
        return {"people": told}
    rest = one.people - one.not_usable
    spoilt = suppressed({"not_usable": one.not_usable, "never": rest})["not_usable"]
    return {"people": told, "not_usable": spoilt if isinstance(told, int) else "hidden"}


def _hidden(groups: Mapping[str, Count]) -> dict[str, Count]:
    return {name: "hidden" if isinstance(n, int) and n else n for name, n in groups.items()}


def _groups(found: Found, name: str) -> Mapping[str, Count]:
    if name == EXPOSURE:
        names = found.people["person_id"]
        everybody = np.ones(len(names), dtype=np.bool_)
        return shown_counts(exposure_groups(found.exposures, names), everybody, APART)
    counts = _value_counts(found.people[name])
    return suppressed({str(row["values"] or "none"): row["counts"] for row in counts})


def _value_counts(column: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    counts: list[dict[str, Any]] = pc.value_counts(column).to_pylist()
    return sorted(counts, key=lambda row: str(row["values"]))
