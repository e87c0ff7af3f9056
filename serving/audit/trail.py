"""The audit trail: every act is one event, chained to the one before it, never changed.

An event holds ids, states and hashes only: no name, no finding, no value. It is written in the
same transaction as the rows it vouches for, by the holder of the lock on the chain's head, so the
order of the acts is the order of their sequence numbers whatever the clocks say.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from ...engine.canonical import canonical_bytes, content_hash
from ...engine.errors import AuditError
from ..clock import Clock, as_text, read_clock
from ..store.tables import audit_events, store_head

EVENT_SCHEMA = "laennec.audit/1"

Row = Mapping[str, str | int | None]
Promises = dict[object, frozenset[str]]
"""Sequence of an event -> the hashes of the rows that it vouches for."""


def event_hash(sequence: int, previous_hash: str, payload: str) -> str:
    """Return the hash of one event, which the next event names.

    Parameters
    ----------
    sequence : 1 for the first event of a store
    previous_hash : hash of the event before it
    payload : the event's canonical JSON text
    """
    return content_hash({"payload": payload, "previous": previous_hash, "sequence": sequence})


def as_row(mapping: RowMapping) -> Row:
    """Return a row of a query as plain data, for its hash."""
    return dict(mapping)


def row_hash(table: str, row: Row) -> str:
    """Return the hash by which an event vouches for a row (the row's salt is part of it)."""
    return content_hash({"row": dict(row), "table": table})


class AuditWriter:
    """The one writer of the chain during a transaction.

    Parameters
    ----------
    connection : a writing transaction of the store
    clock : read once, after the head of the chain is locked

    Attributes
    ----------
    at : the time of this transaction's acts, UTC text
    """

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        head = connection.execute(select(store_head).with_for_update()).mappings().one_or_none()
        if head is None:
            raise AuditError(
                found="the audit trail has no head",
                why="an act that can't be chained to the one before it would prove nothing",
                remedy="run `laennec audit verify` and restore the store from its backup",
                path="store_head",
            )
        self._sequence = int(head["sequence"])
        self._hash = str(head["event_hash"])
        self._last_at = str(head["last_at"])
        self.at = as_text(read_clock(clock))

    def write(self, event: Mapping[str, object], rows: Iterable[tuple[Table, Row]]) -> int:
        """Write one event and the rows it vouches for.

        Parameters
        ----------
        event : what happened, in ids, states and hashes
        rows : tables and their rows, without `salt` and `audit_sequence`, which are added here

        Returns
        -------
        The event's sequence number

        Raises
        ------
        AuditError : another writer moved the head meanwhile (never on a locked head)
        """
        sequence = self._sequence + 1
        sealed = [(table, self._sealed(row, sequence)) for table, row in rows]
        payload = canonical_bytes(
            {
                **event,
                "at": self.at,
                "clock_went_back_s": self._went_back_s(),
                "records": sorted(row_hash(table.name, row) for table, row in sealed),
                "schema": EVENT_SCHEMA,
            }
        ).decode("utf-8")
        self._append(sequence, payload)
        for table, row in sealed:
            self._connection.execute(insert(table).values(row))
        return sequence

    @staticmethod
    def _sealed(row: Row, sequence: int) -> Row:
        return {**row, "salt": secrets.token_hex(16), "audit_sequence": sequence}

    def _went_back_s(self) -> int:
        """Return by how many whole seconds (rounded up) the clock is behind an earlier event."""
        late = datetime.fromisoformat(self._last_at) - datetime.fromisoformat(self.at)
        return max(0, -int(-late.total_seconds() // 1))

    def _append(self, sequence: int, payload: str) -> None:
        new_hash = event_hash(sequence, self._hash, payload)
        self._connection.execute(
            insert(audit_events).values(
                sequence=sequence, previous_hash=self._hash, payload=payload, event_hash=new_hash
            )
        )
        self._last_at = max(self._last_at, self.at)
        moved = self._connection.execute(
            update(store_head)
            .where(store_head.c.sequence == self._sequence)
            .values(sequence=sequence, event_hash=new_hash, last_at=self._last_at)
        )
        if moved.rowcount != 1:
            raise AuditError(
                found="the head of the audit trail moved during this act",
                why="two acts would claim the same place in the chain",
                remedy="send the act again; nothing of it was kept",
                path="store_head",
            )
        self._sequence, self._hash = sequence, new_hash


def require_vouched(
    connection: Connection, table: Table, rows: Iterable[Row], read: Promises | None = None
) -> None:
    """Refuse rows that are not what their audit event vouches for, before anyone acts on them.

    Parameters
    ----------
    connection : a transaction of the store
    table : where the rows stand
    rows : whole rows, with their salt and audit_sequence
    read : events of this transaction that were read already; several rows of one act share theirs

    Raises
    ------
    AuditError : a row was edited, or stands there without an event
    """
    promises = {} if read is None else read
    for row in rows:
        sequence = row["audit_sequence"]
        if sequence not in promises:
            promises[sequence] = _promised(connection, sequence)
        if row_hash(table.name, row) not in promises[sequence]:
            raise AuditError(
                found=f"a row of {table.name} is not what the audit trail vouches for",
                why="it was changed after it was written, so nobody may act on it",
                remedy="run `laennec audit verify`, find out what happened, restore the store",
                path=f"event {row['audit_sequence']}",
            )


def _promised(connection: Connection, sequence: object) -> frozenset[str]:
    """Return the hashes of the rows that an event vouches for; none where it is not intact."""
    event = connection.execute(
        select(audit_events).where(audit_events.c.sequence == sequence)
    ).one_or_none()
    if event is None or event.event_hash != event_hash(
        event.sequence, event.previous_hash, event.payload
    ):
        return frozenset()
    return frozenset(json.loads(event.payload)["records"])


def read_event(connection: Connection, sequence: int) -> Mapping[str, object]:
    """Return what an event says, with its `event_hash`.

    Parameters
    ----------
    connection : a transaction of the store
    sequence : the number of an event that exists
    """
    row = (
        connection.execute(select(audit_events).where(audit_events.c.sequence == sequence))
        .mappings()
        .one()
    )
    said: dict[str, object] = json.loads(row["payload"])
    return {**said, "event_hash": row["event_hash"], "sequence": sequence}
