"""The store: one SQLAlchemy engine, durable transactions, errors without content.

A transaction that has ended without an error is on the disk. How that is made sure is the business
of `serving/store/databases.py`, for SQLite and for PostgreSQL; everything above it is the same for
both. Tables come from `serving/store/tables.py`; a schema name in the head row refuses a store
written by another version, which `laennec store upgrade` brings up to date.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...engine.canonical import content_hash
from .databases import READ, WRITE, Database, StoreUnavailable, database_at
from .guards import set_guards
from .migrations.stamp import stamp
from .tables import FORMS, SCHEMA, metadata, store_head

_LAYING_OUT = 0x4C61656E
_BEGINNING = "1970-01-01T00:00:00.000000+00:00"

__all__ = ["Store", "StoreUnavailable", "genesis_hash", "genesis_hashes", "open_store"]


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
            writing = connection.execution_options(**WRITE[connection.dialect.name])
            with writing.begin():
                yield writing

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction: one unchanging view of the store."""
        with _translated(), self.engine.connect() as connection:
            reading = connection.execution_options(**READ[connection.dialect.name])
            with reading.begin():
                yield reading

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def genesis_hash(chain_id: str, form: str = SCHEMA) -> str:
    """Return what the first audit event of a store, laid out in a form, names as previous hash."""
    return content_hash({"chain_id": chain_id, "schema": form})


def genesis_hashes(chain_id: str) -> frozenset[str]:
    """Return what the first event of a store may name: an upgrade does not change its beginning."""
    return frozenset(genesis_hash(chain_id, form) for form in FORMS)


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store at a database address, and lay it out if it is new.

    Parameters
    ----------
    url : a SQLAlchemy address, e.g. ``sqlite:////srv/laennec.db`` or ``postgresql://host/laennec``
    create : lay out a store that does not exist yet; False refuses, for commands that only read

    Raises
    ------
    StoreUnavailable : an address that can't be used, a server that does not keep what it says it
        keeps, a missing store, or one of another version
    """
    database = database_at(url)
    store = unchecked_store(database, create=create)
    schema = schema_of(store)
    if schema is None and not create:
        store.close()
        raise database.missing()
    if schema is None:
        _lay_out(store)
        schema = schema_of(store)
    if schema != SCHEMA:
        store.close()
        raise StoreUnavailable(
            found="this database is not a store of this version",
            why=f"its schema is not {SCHEMA}, so its rows could be misread",
            remedy="bring an earlier store up to date with `laennec store upgrade`, name another, "
            "or open it with the version that wrote it",
            path=database.name,
        )
    return store


def unchecked_store(database: Database, *, create: bool = False) -> Store:
    """Open a database whatever it holds; for `open_store` and for the upgrade.

    Raises
    ------
    StoreUnavailable : it is not there, or can't be reached
    """
    return Store(database.engine(create=create))


def schema_of(store: Store) -> str | None:
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
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LAYING_OUT})")
        if inspect(connection).get_table_names():
            return
        metadata.create_all(connection)
        set_guards(connection)
        stamp(connection)
        connection.execute(insert(store_head).values(head))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn database errors into ours; their text may quote a row, so only their kind is kept."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = type(cause).__name__
        kind = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or name
        raise StoreUnavailable(
            found=f"the store refused ({kind})",
            why="nothing of this act was kept, and nothing was acknowledged",
            remedy="check the disk (space, rights, health) and send the same act again: it is "
            "never applied twice",
            path="store",
        ) from None
