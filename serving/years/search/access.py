"""Who searched: recorded in the store's audit trail, or beside the result for counts alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from ...audit.trail import AuditWriter
from ...clock import Clock, as_text, read_clock
from ...drafts.not_gone import of_standing
from ...store.store import Store
from ...store.tables import decisions, drafts

SEARCH: Final = "search"
LOG: Final = "searches.jsonl"
_TABLE: Final = pa.schema(
    [("person_id", pa.string()), ("finding_id", pa.string()), ("verdict", pa.string())]
)


def record_search(
    store: Store, told: Mapping[str, Any], *, actor: str, listed: bool, clock: Clock
) -> None:
    """Write into the audit trail who searched for what, before anything is given.

    Parameters
    ----------
    store : an opened store
    told : the counts, from ``counted``
    actor : who searches
    listed : pseudonyms were asked for, not counts alone
    clock : the time of it

    Raises
    ------
    StoreUnavailable : it could not be recorded, so nothing may be given
    """
    event = {"act": SEARCH, "actor": actor, "listed": listed, **_of(told)}
    with store.write() as connection:
        AuditWriter(connection, clock).write(event, [])


def note_search(result: Path, told: Mapping[str, Any], *, actor: str, clock: Clock) -> None:
    """Add a line beside the result: counts alone were asked for, without a store."""
    line = {"at": as_text(read_clock(clock)), "actor": actor, **_of(told)}
    with (result / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def _of(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "criteria": told["where"],
        "criteria_sha256": told["criteria_sha256"],
        "found": str(told["people"]["found"]),
    }


def decided(store: Store) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return every decision of a physician that stands, by person, as an Arrow table."""
    query = of_standing(drafts.c.person_id, decisions.c.finding_id, decisions.c.verdict).join(
        decisions, decisions.c.draft_id == drafts.c.draft_id
    )
    with store.read() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return pa.Table.from_pylist(rows, schema=_TABLE)
