"""The two databases a store may stand on, and what makes each keep what it acknowledged.

SQLite: every write takes the write lock before it reads (BEGIN IMMEDIATE), the log is written ahead
(WAL) and forced to the disk before a commit returns (synchronous=FULL). PostgreSQL: a commit waits
for the disk (synchronous_commit=on), a server that runs without fsync is refused, reads see one
unchanging view (REPEATABLE READ), and writers are put in a line by the lock on the chain's head.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ...engine.errors import ScreeningError

_LOCK_WAIT_S: Final = 30
_WRITES: Final = "laennec_write"
_ADDRESSES: Final = "sqlite:////absolute/path/laennec.db or postgresql://user@host/laennec"
WRITE: Final[Mapping[str, Mapping[str, Any]]] = {"sqlite": {_WRITES: True}, "postgresql": {}}
READ: Final[Mapping[str, Mapping[str, Any]]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class StoreUnavailable(ScreeningError):
    """The store can't be opened, read or written; nothing was acknowledged."""

    code = "store_unavailable"


class Database(Protocol):
    """A database at an address.

    Its name in errors never holds a password.
    """

    @property
    def name(self) -> str:
        """Return what errors call it."""
        ...

    def engine(self, *, create: bool) -> Engine:
        """Return its engine, set up so that a commit is on the disk when it returns."""
        ...

    def missing(self) -> StoreUnavailable:
        """Return the error for a database without a store in it."""
        ...


def database_at(url: str) -> Database:
    """Return the database at an address.

    Raises
    ------
    StoreUnavailable : an address that can't be read, another database, or one in memory
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreUnavailable(
            found="the address of the store can't be read",
            why="it is not a database address",
            remedy=f"write it as {_ADDRESSES}",
            path="database",
        ) from None
    kind = address.get_backend_name()
    if kind == "postgresql":
        return _PostgresqlDatabase(address.set(drivername="postgresql+psycopg"))
    if kind != "sqlite":
        raise StoreUnavailable(
            found=f"a store on {kind}",
            why="the guards that keep the audit append-only are written for SQLite and PostgreSQL",
            remedy=f"use {_ADDRESSES}",
            path="database",
        )
    if address.database in (None, "", ":memory:"):
        raise StoreUnavailable(
            found="a store in memory",
            why="a physician's decision would be lost when the program ends",
            remedy="name a file: sqlite:////absolute/path/laennec.db",
            path="database",
        )
    return _SqliteDatabase(address)


class _SqliteDatabase:
    """A file."""

    def __init__(self, address: URL) -> None:
        self._address = address
        self._file = Path(str(address.database))

    @property
    def name(self) -> str:
        return str(self._file)

    def engine(self, *, create: bool) -> Engine:
        if create:
            _create_private_file(self._file)
        elif not self._file.is_file():
            raise self.missing()
        engine = create_engine(
            self._address, hide_parameters=True, connect_args={"timeout": float(_LOCK_WAIT_S)}
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def missing(self) -> StoreUnavailable:
        return _no_store(self.name)


class _PostgresqlDatabase:
    """A database of a PostgreSQL server."""

    def __init__(self, address: URL) -> None:
        self._address = address

    @property
    def name(self) -> str:
        return f"{self._address.host or 'local'}/{self._address.database}"

    def engine(self, *, create: bool) -> Engine:  # noqa: ARG002 - a server's database is made by its administrator
        try:
            engine = create_engine(
                self._address,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={"connect_timeout": _LOCK_WAIT_S},
            )
        except ModuleNotFoundError:
            raise StoreUnavailable(
                found="a store on PostgreSQL without its driver",
                why="the package psycopg is not installed",
                remedy="pip install 'laennec[postgres]'",
                path=self.name,
            ) from None
        event.listen(engine, "connect", _set_up_postgresql)
        self._require_durable(engine)
        return engine

    def _require_durable(self, engine: Engine) -> None:
        """Refuse a server that can't be reached, or that acknowledges what is not on its disk."""
        try:
            with engine.connect() as connection:
                settings = {
                    name: connection.exec_driver_sql(f"SHOW {name}").scalar()
                    for name in ("fsync", "full_page_writes")
                }
        except SQLAlchemyError as error:
            kind = type(getattr(error, "orig", error)).__name__
            raise StoreUnavailable(
                found=f"the database server can't be reached ({kind})",
                why="no decision could be kept",
                remedy="check that it runs, that the database exists and that the account may use"
                " it",
                path=self.name,
            ) from None
        if set(settings.values()) != {"on"}:
            raise StoreUnavailable(
                found="a database server that runs without fsync or full_page_writes",
                why="it would acknowledge a decision that a power cut then loses",
                remedy="set fsync = on and full_page_writes = on in its postgresql.conf",
                path=self.name,
            )

    def missing(self) -> StoreUnavailable:
        return _no_store(self.name)


def _no_store(name: str) -> StoreUnavailable:
    return StoreUnavailable(
        found="there is no store at this address",
        why="there is nothing to read, and an empty store would look like an empty worklist",
        remedy="check LAENNEC_DATABASE or --database; the first saved draft makes the store",
        path=name,
    )


def _create_private_file(file: Path) -> None:
    """Create the database file for its owner only; SQLite gives its logs the same rights."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreUnavailable(
            found=f"the file of the store can't be opened ({error.strerror})",
            why="no decision could be kept",
            remedy="check that the folder exists and that this account may write in it",
            path=str(file),
        ) from error


def _set_up_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver is optional, so its type is not known here
    """Make commits wait for the disk, whatever the server's own setting is."""
    was_automatic, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(f"SET lock_timeout = '{_LOCK_WAIT_S}s'")
    connection.autocommit = was_automatic


def _set_up_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not open transactions of its own
    cursor = connection.cursor()
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "trusted_schema = OFF",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
