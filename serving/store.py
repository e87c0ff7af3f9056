"""The store: one SQLAlchemy engine, durable transactions, errors without content.

On SQLite every write takes the write lock before it reads (BEGIN IMMEDIATE), the log is written
ahead (WAL) and forced to the disk before a commit returns (synchronous=FULL): what was acknowledged
is there after a power cut. Tables come from `serving/tables.py`; a schema name in the head row
refuses a store written by another version.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from ..engine.canonical import content_hash
from ..engine.errors import ScreeningError
from .tables import SCHEMA, SQLITE_GUARDS, metadata, store_head

_LOCK_WAIT_S = 30.0
_WRITE = "laennec_write"
_BEGINNING = "1970-01-01T00:00:00.000000+00:00"


class StoreUnavailable(ScreeningError):
    """The store can't be opened, read or written; nothing was acknowledged."""

    code = "store_unavailable"


@dataclass(frozen=True, slots=True)
class Store:
    """An opened store.

    Parameters
    ----------
    engine : the SQLAlchemy engine; use `read` and `write`, which set the transaction up
    """

    engine: Engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a writing transaction; it is on the disk when the block ends without an error."""
        with _translated(), self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITE: True})
            with writing.begin():
                yield writing

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction: one unchanging view of the store."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def genesis_hash(chain_id: str) -> str:
    """Return what the first audit event of a store names as its previous hash."""
    return content_hash({"chain_id": chain_id, "schema": SCHEMA})


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store at a database address, and lay it out if it is new.

    Parameters
    ----------
    url : a SQLAlchemy address, e.g. ``sqlite:////var/lib/laennec/laennec.db``
    create : lay out a store that does not exist yet; False refuses, for commands that only read

    Raises
    ------
    StoreUnavailable : unknown address, a database other than SQLite (the guards of the append-only
        tables are written for SQLite so far), a store in memory, a missing or foreign store
    """
    address = _checked_address(url)
    file = Path(str(address.database))
    if create:
        _create_private_file(file)
    elif not file.is_file():
        raise StoreUnavailable(
            found="there is no store at this address",
            why="there is nothing to read, and an empty store would look like an empty worklist",
            remedy="check LAENNEC_DATABASE or --database; the first saved draft makes the store",
            path=str(file),
        )
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": _LOCK_WAIT_S})
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    store = Store(engine)
    if create and _schema_of(store) is None:
        _lay_out(store)
    if _schema_of(store) != SCHEMA:
        store.close()
        raise StoreUnavailable(
            found="this database is not a store of this version",
            why=f"its schema is not {SCHEMA}, so its rows could be misread",
            remedy="name another file, or open it with the version that wrote it",
            path=str(file),
        )
    return store


def _checked_address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreUnavailable(
            found="the address of the store can't be read",
            why="it is not a database address",
            remedy="write it as sqlite:////absolute/path/laennec.db",
            path="database",
        ) from None
    if address.get_backend_name() != "sqlite":
        raise StoreUnavailable(
            found=f"a store on {address.get_backend_name()}",
            why="the guards that keep the audit append-only exist for SQLite only in this version",
            remedy="use sqlite:////absolute/path/laennec.db",
            path="database",
        )
    if address.database in (None, "", ":memory:"):
        raise StoreUnavailable(
            found="a store in memory",
            why="a physician's decision would be lost when the program ends",
            remedy="name a file: sqlite:////absolute/path/laennec.db",
            path="database",
        )
    return address


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


def _set_up_connection(connection: SqliteConnection, _record: object) -> None:
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


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _schema_of(store: Store) -> str | None:
    """Return the schema of a store; None for a database with nothing in it."""
    with store.read() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        if store_head.name not in tables:
            return "unknown"
        schema = connection.execute(select(store_head.c.store_schema)).scalar()
    return schema or "unknown"


def _lay_out(store: Store) -> None:
    """Make the tables, their guards and the head, unless another program just did."""
    chain_id = secrets.token_hex(16)
    head = {
        "id": 1,
        "store_schema": SCHEMA,
        "chain_id": chain_id,
        "sequence": 0,
        "event_hash": genesis_hash(chain_id),
        "last_at": _BEGINNING,
    }
    with store.write() as connection:
        if inspect(connection).get_table_names():
            return
        metadata.create_all(connection)
        for guard in SQLITE_GUARDS.values():
            connection.exec_driver_sql(guard)
        connection.execute(insert(store_head).values(head))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn database errors into ours; their text may quote a row, so only their kind is kept."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        kind = getattr(cause, "sqlite_errorname", type(cause).__name__)
        raise StoreUnavailable(
            found=f"the store refused ({kind})",
            why="nothing of this act was kept, and nothing was acknowledged",
            remedy="check the disk (space, rights, health) and send the same act again: it is "
            "never applied twice",
            path="store",
        ) from None
