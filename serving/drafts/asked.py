"""Who sent a visit, under which key: sending it again has no second effect."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from ..audit.trail import Row
from ..decisions.decisions import key_reused
from ..store.tables import requests

_VISIT_KEY = "visit:"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a draft, under which key, so that asking again has no second effect.

    Parameters
    ----------
    actor_id : who sent the visit
    key : the idempotency key; None where the sender gave none
    request_hash : of everything that was sent
    """

    actor_id: str
    key: str | None = None
    request_hash: str = ""

    def row(self, draft_id: str) -> list[tuple[Table, Row]]:
        """Return the row that remembers the request; none without a key."""
        if self.key is None:
            return []
        row: Row = {
            "actor_id": self.actor_id,
            "idempotency_key": f"{_VISIT_KEY}{self.key}",
            "draft_id": draft_id,
            "request_hash": self.request_hash,
        }
        return [(requests, row)]


def asked_before(connection: Connection, asked: Asked) -> str | None:
    """Return the draft that this very request made before, None where it is new.

    Raises
    ------
    KeyReused : the key came with another content before
    """
    if asked.key is None:
        return None
    row = connection.execute(
        select(requests.c.draft_id, requests.c.request_hash).where(
            requests.c.actor_id == asked.actor_id,
            requests.c.idempotency_key == f"{_VISIT_KEY}{asked.key}",
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked.request_hash:
        raise key_reused()
    return str(row.draft_id)
