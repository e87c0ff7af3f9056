"""The sealed rows of the store, handed out event by event to the check of the audit trail."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, RowMapping, inspect, select

from ...engine.errors import DataError
from ..store.tables import SEALED_TABLES
from .trail import row_hash

Note = Callable[[int, str, str], None]
"""Takes a problem: its event, its kind, what it is."""


def row_hashes(connection: Connection, note: Note) -> Iterator[tuple[int, str]]:
    """Yield every sealed row as (sequence of its event, hash of the row as it stands)."""
    existing = set(inspect(connection).get_table_names())
    found: list[tuple[int, str]] = []
    for table in SEALED_TABLES:
        if table.name not in existing:
            note(0, "rows", f"the table {table.name} is missing")
            continue
        found += [
            (_as_sequence(row["audit_sequence"]), _hash_of(table.name, row))
            for row in connection.execute(select(table)).mappings()
        ]
    yield from sorted(found)


def _as_sequence(value: object) -> int:
    return value if isinstance(value, int) else -1


def _hash_of(table: str, row: RowMapping) -> str:
    try:
        return row_hash(table, dict(row))
    except DataError:
        return "a row that could not have been written"


class RowsBySequence:
    """The sealed rows, handed out event by event."""

    def __init__(self, rows: Iterator[tuple[int, str]]) -> None:
        self._rows = rows
        self._waiting = next(rows, None)

    def up_to(self, sequence: int, note: Note) -> list[str]:
        """Return the rows of this event; rows of events that do not exist are problems."""
        found: list[str] = []
        while self._waiting is not None and self._waiting[0] <= sequence:
            if self._waiting[0] == sequence:
                found.append(self._waiting[1])
            else:
                _note_orphan(self._waiting[0], note)
            self._waiting = next(self._rows, None)
        return found

    def rest(self, note: Note) -> None:
        """Note the rows that no event vouches for."""
        while self._waiting is not None:
            _note_orphan(self._waiting[0], note)
            self._waiting = next(self._rows, None)


def _note_orphan(sequence: int, note: Note) -> None:
    note(sequence, "rows", "a row stands in the store without its audit event")
