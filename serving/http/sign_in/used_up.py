"""What is good once, and was used: remembered by its hash until it would have ended anyway."""

from hashlib import sha256

from sqlalchemy import text

from ...clock import Clock, read_clock
from ...store.store import Store


def use_up(store: Store, name: str, *, ends_at: int, clock: Clock) -> bool:
    """Use something up; False where it was used before, by any process of the service.

    Parameters
    ----------
    store : an opened store
    name : what is good once; only its hash is kept
    ends_at : seconds since 1970, from when on it need not be remembered
    clock : the time now
    """
    now = int(read_clock(clock).timestamp())
    with store.write() as connection:
        connection.execute(text("DELETE FROM used_tokens WHERE ends_at < :now"), {"now": now})
        done = connection.execute(
            text("INSERT INTO used_tokens VALUES (:hash, :ends) ON CONFLICT DO NOTHING"),
            {"hash": _hash(name), "ends": ends_at},
        )
    return done.rowcount == 1


def is_used_up(store: Store, name: str) -> bool:
    """Say whether something was used up."""
    query = text("SELECT 1 FROM used_tokens WHERE token_hash = :hash")
    with store.read() as connection:
        return connection.execute(query, {"hash": _hash(name)}).one_or_none() is not None


def _hash(name: str) -> str:
    return sha256(name.encode()).hexdigest()
