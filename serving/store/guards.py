"""The guards: triggers that make the database itself refuse what must never happen.

They are written for SQLite and for PostgreSQL, under the same names. The check of the audit trail
reads them back and says which one is gone or changed.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table, text

from .tables import APPEND_ONLY_TABLES


class _Guard(NamedTuple):
    table: str
    verb: str
    condition: str
    rule: str


def _never_changed(table: Table) -> dict[str, _Guard]:
    return {
        f"{table.name}_no_{verb}": _Guard(table.name, verb.upper(), "", "append-only")
        for verb in ("update", "delete")
    }


def _guards() -> dict[str, _Guard]:
    guards: dict[str, _Guard] = {}
    for table in APPEND_ONLY_TABLES:
        guards |= _never_changed(table)
    # INSERT OR REPLACE deletes without firing a delete trigger, so the order is guarded as well.
    guards["audit_events_in_order"] = _Guard(
        "audit_events",
        "INSERT",
        "NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit_events)",
        "numbered without gaps",
    )
    guards["store_head_forward"] = _Guard(
        "store_head",
        "UPDATE",
        "NEW.sequence <> OLD.sequence + 1 OR NEW.chain_id <> OLD.chain_id",
        "moved forward by one event only",
    )
    guards["store_head_no_delete"] = _Guard("store_head", "DELETE", "", "never deleted")
    return guards


def _sqlite(name: str, guard: _Guard) -> str:
    when = f"WHEN {guard.condition}" if guard.condition else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {guard.verb} ON {guard.table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.table} is {guard.rule}'); END"
    )


def _postgresql_function(name: str, guard: _Guard) -> str:
    body = f"RAISE EXCEPTION '{guard.table} is {guard.rule}';"
    if guard.condition:
        body = f"IF {guard.condition} THEN {body} END IF; RETURN NEW;"
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$"


def _postgresql(name: str, guard: _Guard) -> str:
    each = "ROW" if guard.condition else "STATEMENT"
    verbs = f"{guard.verb} OR TRUNCATE" if guard.verb == "DELETE" else guard.verb
    return (
        f"CREATE TRIGGER {name} BEFORE {verbs} ON {guard.table} "
        f"FOR EACH {each} EXECUTE FUNCTION {name}()"
    )


_GUARDS: Final = _guards()
SQLITE_GUARDS: Final[Mapping[str, str]] = {n: _sqlite(n, g) for n, g in _GUARDS.items()}
POSTGRESQL_GUARDS: Final[Mapping[str, str]] = {n: _postgresql(n, g) for n, g in _GUARDS.items()}
POSTGRESQL_FUNCTIONS: Final[Mapping[str, str]] = {
    n: _postgresql_function(n, g) for n, g in _GUARDS.items()
}


def set_guards(connection: Connection, *tables: str) -> None:
    """Make the guards of tables; of every table where none is named.

    Parameters
    ----------
    connection : a writing transaction of the store
    tables : names of tables that were just made
    """
    names = [n for n, guard in _GUARDS.items() if not tables or guard.table in tables]
    for name in names:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(SQLITE_GUARDS[name])
        else:
            connection.exec_driver_sql(POSTGRESQL_FUNCTIONS[name])
            connection.exec_driver_sql(POSTGRESQL_GUARDS[name])


def drop_guard(connection: Connection, name: str) -> None:
    """Take one guard away, for a migration that puts it back in the same transaction."""
    guard = _GUARDS[name]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {guard.table}")
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def set_guard(connection: Connection, name: str) -> None:
    """Put one guard back."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(SQLITE_GUARDS[name])
    else:
        connection.exec_driver_sql(POSTGRESQL_FUNCTIONS[name])
        connection.exec_driver_sql(POSTGRESQL_GUARDS[name])


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """Return the names of the guards that are gone, changed or switched off."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = _of_sqlite(connection) if is_sqlite else _of_postgresql(connection)
    expected = SQLITE_GUARDS if is_sqlite else _with_bodies()
    return tuple(name for name, said in expected.items() if found.get(name) != said)


def _of_sqlite(connection: Connection) -> dict[str, str]:
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: row.sql for row in connection.execute(query)}


def _with_bodies() -> dict[str, str]:
    """Return what `_of_postgresql` reads back where nothing was touched."""
    return {
        name: f"O {trigger} {POSTGRESQL_FUNCTIONS[name].split('$$')[1]}"
        for name, trigger in POSTGRESQL_GUARDS.items()
    }


def _of_postgresql(connection: Connection) -> dict[str, str]:
    query = text(
        "SELECT t.tgname, t.tgenabled, pg_get_triggerdef(t.oid, true) AS said, p.prosrc "
        "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    )
    return {
        row.tgname: f"{_letter(row.tgenabled)} {row.said} {row.prosrc}"
        for row in connection.execute(query)
    }


def _letter(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
