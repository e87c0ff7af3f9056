"""Who read what: an audit event for every report that a person opens."""

from ..clock import Clock
from ..people import Person
from ..store.databases import StoreUnavailable
from ..store.store import Store
from .trail import AuditWriter

READ = "read"


def record_study_read(store: Store, project: str, *, reader: Person, clock: Clock) -> None:
    """Write into the audit trail that somebody took the records of a project.

    Parameters
    ----------
    store : an opened store
    project : of which there is a key
    reader : who takes them
    clock : the time of it

    Raises
    ------
    StoreUnavailable : it could not be recorded, so nothing may be given
    """
    with store.write() as connection:
        event = {"act": "read_study", "actor": reader.id, "project": project}
        AuditWriter(connection, clock).write(event, [])


def record_read(store: Store, draft_id: str, *, reader: Person, clock: Clock) -> bool:
    """Write into the audit trail that somebody read a report.

    Reading goes on where the store can't be written (a full disk must not keep an urgent report
    from a physician); the caller counts that it was not recorded.

    Parameters
    ----------
    store : an opened store
    draft_id : a report that exists
    reader : who reads it
    clock : the time of reading

    Returns
    -------
    whether it is recorded
    """
    try:
        with store.write() as connection:
            event = {"act": READ, "actor": reader.id, "draft_id": draft_id}
            AuditWriter(connection, clock).write(event, [])
    except StoreUnavailable:
        return False
    return True
