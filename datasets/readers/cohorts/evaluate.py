"""Who meets criteria: DuckDB over Arrow tables that it is given, and over nothing else.

Values are bound, never written into SQL; DuckDB runs in memory, may load no extension and open no
file.
"""

from collections.abc import Mapping
from typing import Any, Final

from ....engine.errors import DataError
from .criteria import Criteria
from .who import PERSONS, PLACES

_CONFIG: Final[dict[str, Any]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_GIVEN_BY: Final[Mapping[str, str]] = {
    "measurements": "--visits, or the stored visits of --database",
    "answers": "--visits, or the stored visits of --database",
    "findings": "--visits, or the stored visits of --database",
    "exposures": "--exposures, --visits, or the stored visits of --database",
    "trajectories": "--trajectories, or the stored visits of --database",
    "decisions": "--database",
    PERSONS: "--visits, or the stored visits of --database",
    PLACES: "tables with a column site or device to the batch, or a mapping that names it",
}


def who_meets(criteria: Criteria, tables: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the ``person_id`` of everybody in ``people`` who meets the criteria, by name.

    Parameters
    ----------
    criteria : what is asked
    tables : Arrow tables by name; ``people`` has one row a person

    Raises
    ------
    DataError  if the criteria read a table or column that is not there, or DuckDB is not installed
    """
    _check(criteria, tables)
    if not criteria.conditions:
        return tables["people"]["person_id"].combine_chunks().sort()
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise DataError(
            found="DuckDB is not installed",
            why="conditions (a search, the cohort of a plan or a study) need the extra search",
            remedy="Run pip install 'laennec[search]', or in the source folder, as after "
            "`make run`, .venv/bin/pip install -e '.[search]'",
            path="search",
        ) from error
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        for name in sorted({"people", *criteria.tables}):
            connection.register(name, tables[name])
        connection.execute("SET lock_configuration = true")
        found = connection.execute(
            f"SELECT p.person_id FROM people p WHERE {criteria.sql} ORDER BY p.person_id",  # noqa: S608 - house names, values are bound
            criteria.values,
        )
        return found.fetch_arrow_table()["person_id"]


def _check(criteria: Criteria, tables: Mapping[str, Any]) -> None:
    for name in sorted(criteria.tables):
        if name not in tables:
            raise DataError(
                found=f"a condition on {name}, which were not given",
                why="nobody would be found, and that would look like an answer",
                remedy=f"Give {_GIVEN_BY[name]}",
                path=name,
            )
    _require_named(criteria, tables)
    has = set(tables["people"].column_names)
    for column in sorted(key for table, key in criteria.reads if table == "people"):
        if column not in has:
            raise DataError(
                found=f"a condition on {column}, which these people do not have",
                why="nobody would be found, and that would look like an answer",
                remedy="Leave it out, or search a batch result with this column",
                path=column,
            )


def _require_named(criteria: Criteria, tables: Mapping[str, Any]) -> None:
    """Refuse a site or device that no visit names: free text, compared letter by letter."""
    for condition in criteria.conditions:
        if not condition.texts:
            continue
        named = set(tables[PLACES]["named"].unique().to_pylist())
        for text in condition.texts:
            if text not in named:
                raise DataError(
                    found=f"a condition on {condition.name} {text!r}, which no visit names",
                    why="nobody or everybody would be found, and that would look like an answer",
                    remedy="Write it as it stands in the tables or the visits, letter by letter",
                    path="where",
                )
