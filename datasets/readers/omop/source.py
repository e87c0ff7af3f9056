"""Streams the tables of an OMOP CDM, from a folder of files or from a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyarrow as pa

from ..tables.fragments import list_fragments, read_chunks
from ..tables.inputs import Contents, InputFile, find_inputs, read_contents
from ..tables.mapping import CsvForm
from ..tables.problems import TableProblem, TableRefused

if TYPE_CHECKING:
    import sqlalchemy as sa

NEEDED: Final = ("person", "measurement")
TABLES: Final = (
    *NEEDED, "observation", "condition_occurrence", "drug_exposure", "visit_occurrence",
    "concept_ancestor", "care_site",
)  # fmt: skip
STREAM_ROWS: Final = 1 << 16


class OmopSource(Protocol):
    """Where the tables come from."""

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[Any]:
        """Stream some columns, with the types they are stored in; one that is not there is null."""

    def about(self) -> list[dict[str, Any]]:
        """Return what was read, by the hash of each file; empty for a database."""

    def bad_rows(self) -> dict[str, int]:
        """Return table -> lines of its CSV files that are no row."""


def is_omop_folder(path: Path) -> bool:
    """Return whether a folder holds at least the person and the measurement table."""
    return path.is_dir() and all(name in _tables_of(path) for name in NEEDED)


def _tables_of(path: Path) -> set[str]:
    return {p.name.split(".", 1)[0].lower() for p in path.iterdir()} & set(TABLES)


def _table_of(file: InputFile) -> str:
    """Return the table of ``measurement.csv.gz``, or of ``measurement/part-0.parquet``."""
    return file.name.split("/", 1)[0].split(".", 1)[0].lower()


@dataclass(slots=True)
class FolderSource:
    """Parquet, CSV or Arrow files named after their tables, or folders of such files."""

    files: dict[str, list[tuple[InputFile, Contents]]]
    bad: dict[str, int] = field(default_factory=dict)

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        return table in self.files

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[Any]:
        """Stream some columns; names are compared without regard to case."""
        self.bad[table] = 0
        for fragment in list_fragments(self.files[table]):
            contents = next(c for f, c in self.files[table] if f is fragment.file)
            there = {name.lower(): name for name, _ in contents.columns}
            wanted = [there[name] for name in columns if name in there]
            for chunk in read_chunks(fragment, wanted, CsvForm(), chunk_rows=STREAM_ROWS):
                self.bad[table] += chunk.bad_row_count
                n = chunk.table.num_rows
                arrays = [
                    chunk.table.column(there[name]) if name in there else pa.nulls(n)
                    for name in columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def about(self) -> list[dict[str, Any]]:
        """Return name, size and hash of every file."""
        return [
            {"name": file.name, "bytes": file.size, "sha256": file.sha256()}
            for table in sorted(self.files)
            for file, _ in self.files[table]
        ]

    def bad_rows(self) -> dict[str, int]:
        """Return table -> lines that are no row."""
        return {table: count for table, count in sorted(self.bad.items()) if count}


def folder_source(path: Path) -> FolderSource:
    """Open a folder of CDM tables; what is no table of ours is not looked at.

    Raises
    ------
    TableRefused  if person or measurement is not there
    FragmentUnreadable  if a file of them is not what its name says
    """
    found: dict[str, list[tuple[InputFile, Contents]]] = {}
    for file in find_inputs([path]):
        if _table_of(file) in TABLES:
            found.setdefault(_table_of(file), []).append((file, read_contents(file, CsvForm())))
    _check_needed(path.name, found)
    return FolderSource(found)


def _check_needed(name: str, found: Any) -> None:  # noqa: ANN401 - a mapping or a list of names
    absent = [table for table in NEEDED if table not in found]
    if absent:
        raise TableRefused(
            [
                TableProblem(
                    "omop_table_absent", name, f"no table {table!r}",
                    "an OMOP CDM without it has nobody, or nothing measured, to screen",
                    "Give the folder or the database that holds the tables of CDM 5.4",
                )
                for table in absent
            ]
        )  # fmt: skip


@dataclass(slots=True)
class DatabaseSource:
    """The tables of a database, read through a server-side cursor; nothing is written to it."""

    engine: "sa.Engine"
    tables: "dict[str, sa.Table]"

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        return table in self.tables

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[Any]:
        """Stream some columns, in the order of the table's first column."""
        import sqlalchemy as sa  # noqa: PLC0415 - a run over files does not wait for it

        there = {c.name.lower(): c for c in self.tables[table].columns}
        wanted = [there.get(name, sa.null()).label(name) for name in columns]
        ordered = sa.select(*wanted).order_by(next(iter(self.tables[table].columns)))
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=STREAM_ROWS).execute(ordered)
            for part in rows.partitions():
                arrays = [pa.array(list(column)) for column in zip(*part, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def about(self) -> list[dict[str, Any]]:
        """Return nothing: a database has no hash; the table that is made of it has one."""
        return []

    def bad_rows(self) -> dict[str, int]:
        """Return nothing: a database has no malformed lines."""
        return {}


def database_source(url: str, schema: str | None = None) -> DatabaseSource:
    """Open a database that holds CDM tables.

    Parameters
    ----------
    url : of SQLAlchemy; it is never printed, because it may hold a password
    schema : of the tables; the connection's own where None

    Raises
    ------
    TableRefused  if it can't be opened, or person or measurement is not there
    """
    import sqlalchemy as sa  # noqa: PLC0415 - as above

    try:
        engine = sa.create_engine(url)
        names = {n.lower(): n for n in sa.inspect(engine).get_table_names(schema=schema)}
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise TableRefused(
            [
                TableProblem(
                    "omop_database_closed", "--omop-database",
                    f"a database that can't be opened ({type(error).__name__})",
                    "there is nothing to read", "Check the address, the account and the driver",
                )
            ]
        ) from error  # fmt: skip
    _check_needed("--omop-database", names)
    metadata = sa.MetaData(schema=schema)
    return DatabaseSource(
        engine,
        {t: sa.Table(names[t], metadata, autoload_with=engine) for t in TABLES if t in names},
    )
