"""The tables that a search reads: the people, and what stands beside them.

What stands beside a result (values of the visits, trajectories, exposures, decisions) is read only
where a condition names it; the tables that were screened also for whose the rows are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ....datasets.readers.cohorts import (
    PLACES,
    Criteria,
    LocalCodes,
    Wanted,
    context_names,
    places_of,
    trajectory_columns,
)
from ....engine.errors import DataError
from ...batch.result.parts import file_sha256
from ...batch.result.read import read_manifest, require_rows, result_tables
from ..earlier_signs import SIGN, earlier_signs
from ..exposures import lines_of_nobody, read_exposures
from ..last_visits import ELSEWHERE, last_visits, without_person
from ..trajectories.run import MANIFEST, SCHEMA, TRAJECTORIES
from ..two_people import NOT_CHECKED, TwoPeople, two_people
from ..visits import VisitFiles, values_of_last_visits, visits_beside


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
class Tables:
    """What criteria read.

    Attributes
    ----------
    by_name : Arrow tables; ``people`` is always there
    told : what an answer says of the files beside a result
    two : person ids of two people
    """

    by_name: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    two: TwoPeople = NOT_CHECKED


def tables_of(criteria: Criteria, sources: Sources, *, with_exposures: bool) -> Tables:
    """Return the tables that criteria read.

    Raises
    ------
    DataError, BatchRefused  as `search_people`
    """
    reads = {*criteria.tables, *(["exposures"] if with_exposures else ())}
    tables = Tables(dict(sources.stored or {}))
    if sources.result is not None:
        wants = "exposures" in reads
        tables = _of_result(sources.result, criteria, sources.beside, exposures=wants)
    found = tables.by_name
    if sources.beside.trajectories is not None and sources.result is not None:
        path = sources.beside.trajectories
        found["trajectories"] = _of_these(_trajectories(path), found["people"], path)
        tables.told["trajectories"] = _require_same_input(path, sources.result)
    if sources.beside.exposures is not None and "exposures" in reads:
        path = sources.beside.exposures
        exposures = read_exposures(path, sources.site)
        found["exposures"] = _of_these(exposures, found["people"], path)
        strange = lines_of_nobody(exposures, found["people"]["person_id"])
        tables.told["exposures"] = {"lines_of_nobody": strange}
    if sources.decisions is not None:
        found["decisions"] = sources.decisions
    return tables


def _of_result(result: Path, criteria: Criteria, beside: Beside, *, exposures: bool) -> Tables:
    """Return the people of a result, and of their visits what is asked for."""
    visits = visits_beside(beside.visits, result)
    two = two_people(visits, read_manifest(result))
    everything = pa.concat_tables([part for _, part in result_tables(result)])
    require_rows(everything, result)
    people = _last_people(everything, two)
    wanted = Wanted.of(criteria, exposures=exposures and beside.exposures is None)
    told = {"two_people": two.told(people.num_rows), "without_person": without_person(everything)}
    tables = Tables({"people": people}, told, two)
    if visits is not None and wanted.anything:
        values = values_of_last_visits(visits, people, result, wanted)
        tables.by_name.update(values.as_tables())
        del tables.by_name[PLACES]
    named = context_names(people.column_names)
    if named:
        context = {name: people[name] for name in named}
        tables.by_name[PLACES] = places_of(people["person_id"], context)
    return tables


def _last_people(everything: Any, two: TwoPeople) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the last row of each person of a result, the more urgent one of a day, by name.

    What is more urgent at another visit stands beside it, in a column of its own (`last_visits`),
    and so does what an earlier one said (`earlier_signs`).
    """
    table = everything.filter(pc.is_valid(everything["person_id"]))
    visits = last_visits(table, two.among(table["person_id"]))
    urgency = table["urgency"].combine_chunks().take(pa.array(visits.most_urgent))
    elsewhere = pc.if_else(pa.array(visits.is_elsewhere), urgency, pa.scalar(None, urgency.type))
    signs = earlier_signs(table, visits.last)
    people = table.take(pa.array(visits.last)).append_column(ELSEWHERE, elsewhere)
    return people.append_column(SIGN, signs.sign)


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


def _require_same_input(path: Path, result: Path) -> dict[str, Any]:
    """Return what an answer says of trajectories; refuse those of other tables than the result's.

    They may be of more tables than the result: of the years before it.
    """
    made_of = _made_of(path)
    if made_of is None:
        raise DataError(
            found=f"trajectories without their {MANIFEST}, or with that of others",
            why="of which tables and of which day they are is not known",
            remedy=f"Run laennec trajectories again and leave its {MANIFEST} beside the table",
            path=path.name,
        )
    day, inputs = made_of
    screened = read_manifest(result).inputs
    missing = len(screened - inputs)
    if missing:
        raise DataError(
            found=f"trajectories in which {missing} of the {len(screened)} tables of the result "
            "are not",
            why="trends of other tables would be set beside the risks of these people",
            remedy="Run laennec trajectories on the tables that the batch screened, unchanged; "
            "tables of earlier years may stand beside them",
            path=path.name,
        )
    return {"on": day.isoformat(), "other_tables": len(inputs - screened)}


def _made_of(path: Path) -> tuple[date, frozenset[str]] | None:
    """Return the day and the inputs of trajectories; None without a manifest of this table."""
    try:
        said = json.loads(path.with_name(MANIFEST).read_text(encoding="utf-8"))
        if (said["schema"], said["table_sha256"]) != (SCHEMA, file_sha256(path)):
            return None
        inputs = frozenset(str(one["sha256"]) for one in said["input"])
        return date.fromisoformat(said["today"]), inputs
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return None


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
