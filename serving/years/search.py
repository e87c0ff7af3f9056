"""Searches a batch result, beside it trajectories, exposures and decisions: counts first.

Values are bound, never written into SQL; DuckDB runs in memory, sees only the tables that it is
given, and may load no extension and open no file.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ...engine.errors import DataError
from ..batch.aggregate import suppressed
from ..batch.results import result_tables
from .criteria import Criteria, parse_criteria, trajectory_columns
from .people import last_rows

COHORT: Final = "laennec.cohort/1"
BY: Final = ("urgency", "status", "t2d_undiagnosed_band", "dysglycaemia_band", "cvd_death_10y_band")
_CONFIG: Final[dict[str, Any]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """A named search, as a plan and a study can name it."""

    title: str
    criteria: Criteria

    @property
    def sha256(self) -> str:
        """Return the hash of what it asks."""
        return hashlib.sha256(self.criteria.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a search looks.

    Parameters
    ----------
    result : folder of a finished batch
    trajectories : ``trajectories.parquet`` of ``laennec trajectories``
    exposures : CSV with ``person_id,exposure``, codes as the site's thesaurus has them
    decisions : Arrow table of person_id, finding_id and verdict, from the store
    """

    result: Path
    trajectories: Path | None = None
    exposures: Path | None = None
    decisions: Any = None


def read_cohort(path: Path) -> Cohort:
    """Read a saved cohort.

    Raises
    ------
    DataError  if it can't be read, or a condition of it can't
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(f"a file that can't be read ({type(error).__name__})", path.name) from error
    where = raw.get("where")
    if raw.get("schema") != COHORT or not isinstance(where, list) or set(raw) - {
        "schema", "title", "where",
    }:  # fmt: skip
        raise _broken("a file that is no cohort", path.name)
    return Cohort(str(raw.get("title", "")), parse_criteria([str(line) for line in where]))


def cohort_toml(cohort: Cohort) -> str:
    """Write a cohort; reading it gives the same search."""
    lines = [f"  {json.dumps(c.text, ensure_ascii=False)}," for c in cohort.criteria.conditions]
    title = json.dumps(cohort.title, ensure_ascii=False)
    return "\n".join([f'schema = "{COHORT}"', f"title = {title}", "where = [", *lines, "]", ""])


def search_people(cohort: Cohort, sources: Sources) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return who meets the criteria, and everybody: Arrow tables of the last visit of each.

    Raises
    ------
    BatchRefused  if the folder holds no result
    DataError  if the criteria read a table that was not given, or DuckDB is not installed
    """
    tables = _tables(cohort.criteria, sources)
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise DataError(
            found="DuckDB is not installed",
            why="a search needs the extra search",
            remedy="pip install 'laennec[search]'",
            path="search",
        ) from error
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute("SET lock_configuration = true")
        found = connection.execute(
            f"SELECT p.person_id FROM people p WHERE {cohort.criteria.sql} ORDER BY p.person_id",  # noqa: S608 - house names, values are bound
            cohort.criteria.values,
        ).fetch_arrow_table()
    everybody = tables["people"]
    return everybody.filter(pc.is_in(everybody["person_id"], found["person_id"])), everybody


def _tables(criteria: Criteria, sources: Sources) -> dict[str, Any]:
    tables = {"people": _people(sources.result)}
    given = {
        "trajectories": sources.trajectories and _trajectories(sources.trajectories),
        "exposures": sources.exposures and _exposures(sources.exposures),
        "decisions": sources.decisions,
    }
    for name in sorted(criteria.tables):
        if given[name] is None:
            raise DataError(
                found=f"a condition on {name}, which were not given",
                why="nobody would be found, and that would look like an answer",
                remedy=f"Give --{name.replace('decisions', 'database')}",
                path=name,
            )
        tables[name] = given[name]
    return tables


def _people(result: Path) -> Any:  # noqa: ANN401
    """Return the last row of each person, the more urgent one of a day, by name."""
    table = pa.concat_tables([part for _, part in result_tables(result)])
    table = table.filter(pc.is_valid(table["person_id"]))
    return table.take(pa.array(last_rows(table)))


def _trajectories(path: Path) -> Any:  # noqa: ANN401
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        table = None
    if table is None or not trajectory_columns() <= set(table.column_names):
        raise DataError(
            found="a file of trajectories that can't be read, or with other columns",
            why="nobody would be found, and that would look like an answer",
            remedy="Give trajectories.parquet of laennec trajectories",
            path=path.name,
        )
    return table


def _exposures(path: Path) -> Any:  # noqa: ANN401
    options = pa_csv.ConvertOptions(
        column_types={"person_id": pa.string(), "exposure": pa.string()}
    )
    try:
        table = pa_csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError):
        table = None
    if table is None or set(table.column_names) != {"person_id", "exposure"}:
        raise DataError(
            found="a file of exposures that can't be read, or with other columns than its two",
            why="a search with other exposures than meant would be believed",
            remedy="Write a header person_id,exposure, and two fields in every line",
            path=path.name,
        )
    return table


def counted(cohort: Cohort, found: Any, everybody: Any, by: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401
    """Return the counts of a search, groups of 1 to 10 people suppressed.

    Parameters
    ----------
    found, everybody : from `search_people`
    by : columns whose groups are counted among those found
    """
    n, rest = found.num_rows, everybody.num_rows - found.num_rows
    groups: Mapping[str, Any] = {
        name: suppressed(
            {str(row["values"] or "none"): row["counts"] for row in _value_counts(found[name])}
        )
        for name in by
    }
    return {
        "title": cohort.title,
        "where": cohort.criteria.text,
        "criteria_sha256": cohort.sha256,
        "people": suppressed({"found": n, "others": rest}),
        "by": groups,
        "suppressed": "groups of 1 to 10 people, and what would give them away",
    }


def _value_counts(column: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    counts: list[dict[str, Any]] = pc.value_counts(column).to_pylist()
    return sorted(counts, key=lambda row: str(row["values"]))


def _broken(found: str, path: str) -> DataError:
    return DataError(
        found=found,
        why="a search with other criteria than meant would be believed",
        remedy=f'Write schema = "{COHORT}", title, and where = ["NAME OP VALUE", ...]',
        path=path,
    )
