"""Copies a result into tables of its own in a database, beside an OMOP CDM and never into it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import sqlalchemy as sa

from ..options import BatchRefused
from .parts import PARTS

UNCONFIRMED: Final = "unconfirmed"
ROWS_AT_ONCE: Final = 4096
_NAME: Final = sa.String(200)
_HASH: Final = sa.String(64)

_metadata = sa.MetaData()

results = sa.Table(
    "laennec_result",
    _metadata,
    sa.Column("plan_sha256", _HASH, primary_key=True),
    sa.Column("row_number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("result", _NAME, nullable=False),
    sa.Column("person_id", _NAME),
    sa.Column("visit_date", sa.Date),
    *(
        column
        for name in ("t2d_undiagnosed", "dysglycaemia", "cvd_death_10y")
        for column in (sa.Column(f"{name}_risk", sa.Float), sa.Column(f"{name}_band", _NAME))
    ),
    sa.Column("score2_10y_risk", sa.Float),
    sa.Column("findrisc_points", sa.Integer),
    sa.Column("findrisc_points_low", sa.Integer),
    sa.Column("findrisc_points_high", sa.Integer),
    sa.Column("ada_points", sa.Integer),
    sa.Column("desir_risk", sa.Float),
    sa.Column("urgency", _NAME),
    sa.Column("status", _NAME, nullable=False),
    sa.Column("status_reason", _NAME),
    sa.Column("glucose_says", _NAME),
)
reasons = sa.Table(
    "laennec_reason",
    _metadata,
    sa.Column("plan_sha256", _HASH, primary_key=True),
    sa.Column("row_number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("finding", _NAME, nullable=False),
    sa.Column("rule_id", _NAME, nullable=False),
    sa.Column("contribution", sa.Float),
)
_COPIED: Final = tuple(c.name for c in results.columns)[3:]


def into_database(out: Path, plan_sha256: str, url: str, schema: str | None = None) -> int:
    """Copy a result into ``laennec_result`` and ``laennec_reason``; return its rows.

    Every row says that it is unconfirmed. What a run of the same plan wrote before is replaced, in
    one transaction: a copy that breaks off leaves the tables as they were. No other table is
    written, above all not ``condition_occurrence``.

    Parameters
    ----------
    out : folder of a result
    plan_sha256 : of its run
    url : of SQLAlchemy; it is never printed
    schema : of the two tables; the connection's own where None

    Raises
    ------
    BatchRefused  if the database can't be opened or written
    """
    try:
        engine = sa.create_engine(url).execution_options(schema_translate_map={None: schema})
        _metadata.create_all(engine)
        with engine.begin() as connection:
            for table in (results, reasons):
                connection.execute(sa.delete(table).where(table.c.plan_sha256 == plan_sha256))
            return sum(_copy(connection, rows, plan_sha256) for rows in _numbered(out))
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise BatchRefused(
            found=f"a database that can't be written ({type(error).__name__})",
            why="the result was to be copied into tables of its own there",
            remedy="Check the address, the account and the driver; the files in --out are whole",
            path="results_database",
        ) from error


def _numbered(out: Path) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    number = 0
    for path in sorted((out / PARTS).glob("part-*.parquet")):
        with pq.ParquetFile(path) as part:
            for batch in part.iter_batches(batch_size=ROWS_AT_ONCE):
                yield list(enumerate(batch.to_pylist(), start=number))
                number += batch.num_rows


def _copy(connection: sa.Connection, rows: list[tuple[int, dict[str, Any]]], plan: str) -> int:
    key = {"plan_sha256": plan}
    said = [
        {**key, "row_number": n, "result": UNCONFIRMED, **{c: row[c] for c in _COPIED}}
        for n, row in rows
    ]
    why = [
        {**key, "row_number": n, "place": place, **reason}
        for n, row in rows
        for place, reason in enumerate(row["reasons"])
    ]
    for table, values in ((results, said), (reasons, why)):
        if values:
            connection.execute(sa.insert(table), values)
    return len(said)
