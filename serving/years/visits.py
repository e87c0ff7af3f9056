"""The values of each person's last visit, from the table that a batch screened."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...datasets.readers.cohorts import Said, VisitTables, Wanted, visit_tables
from ...datasets.readers.tables import TablePlan
from ...engine.guidelines import load_guidelines
from ...engine.plausibility.check import check_plausibility
from ..batch.result.read import read_manifest
from ..batch.table.output import Place, table_rows
from ..batch.table.withdrawn import WITHDRAWN
from .inputs import InputTables, open_collected, open_tables
from .last_visits import UNKNOWN_DAY, days_of


@dataclass(frozen=True, slots=True)
class VisitFiles:
    """The tables that a batch screened.

    Parameters
    ----------
    files : as they were given to the batch
    mapping : as it was given to the batch
    """

    files: tuple[Path, ...]
    mapping: Path | None = None


def visits_beside(given: VisitFiles | None, result: Path) -> InputTables | None:
    """Return the tables that a result was made of; those inside its folder where none are given.

    Raises
    ------
    TableRefused, FragmentUnreadable  as a batch
    BatchRefused  if a table is not one that the result was made of
    """
    if given is None:
        return open_collected(result)
    return open_tables(given.files, given.mapping, (result,), "--visits")


def values_of_last_visits(
    given: InputTables,
    people: Any,  # noqa: ANN401 - pyarrow has no types
    result: Path,
    wanted: Wanted,
) -> VisitTables:
    """Return what criteria read of the visit that each row of a result speaks of.

    A visit of another day is left out: it is the past, of which trajectories speak. Somebody who
    withdrew is left out too, and a day that had not come at the batch has no values, as the batch
    refused them. Facts are those of the guideline sets that the batch used.

    Parameters
    ----------
    given : from `visits_beside`
    people : last rows of the result, one a person
    result : its folder
    wanted : what is kept

    Raises
    ------
    FragmentUnreadable  if a file breaks half-way
    BatchRefused  if the manifest of the result can't be read
    """
    manifest = read_manifest(result)
    guidelines = partial(load_guidelines, manifest.guidelines)
    stays = pc.fill_null(pc.not_equal(people["status_reason"], WITHDRAWN), True)  # noqa: FBT003 - the value of a column
    people = people.filter(stays)
    names, day = people["person_id"].combine_chunks(), days_of(people["visit_date"])
    parts, place = [], Place(today=manifest.today)
    for chunk, columns, _ in given.chunks():
        bare = replace(columns, quantities=(), answers=())
        kept = _of_those_days(table_rows(chunk.table, bare), names, day)
        if kept.any():
            rows = table_rows(chunk.table.filter(pa.array(kept)), columns, place)
            batch = check_plausibility(rows.batch)
            said = Said(age_highest=_highest(chunk.table.filter(pa.array(kept)), columns))
            parts.append(visit_tables(batch, rows.person_id, guidelines, wanted, said))
    return VisitTables.joined(parts)


def _highest(table: Any, columns: TablePlan) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the highest possible age of rows whose birth is known by its year only."""
    if not columns.age_highest:
        return None
    older = replace(columns, quantities=(), answers=(), age=columns.age_highest, age_highest="")
    return table_rows(table, older).batch.age_years


def _of_those_days(rows: Any, names: Any, day: Any) -> Any:  # noqa: ANN401
    """Say which rows are of the day that the result speaks of."""
    at = pc.fill_null(pc.index_in(rows.person_id, names), -1).to_numpy(zero_copy_only=False)
    known = np.append(day, UNKNOWN_DAY)
    return (at >= 0) & (days_of(rows.visit_date) == known[at])
