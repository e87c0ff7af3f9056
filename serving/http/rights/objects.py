"""Which reports are whose: a role alone opens none that was not sent by, or shown to, its holder.

Physicians and nurses of the site see the visits of the site. A visit software sees what it sent
itself; a specialist what a physician asked that specialty about, for as long as the person agrees
to a specialist's advice. What is not theirs is not there.
"""

from sqlalchemy import Connection, select

from ...audit.trail import read_event
from ...decisions.consents import Purpose, current_consents
from ...decisions.notes import is_asked
from ...drafts.drafts import no_such_report
from ...people import Person, Role
from ...store.tables import drafts
from ...worklist.worklist import WorklistItem, worklist
from ..caller import THIS_MACHINE, Call

_LIMITED = frozenset({Role.SOFTWARE, Role.SPECIALIST})


def require_object(call: Call, draft_id: str) -> None:
    """Refuse a report that is not this caller's, as if it did not exist.

    Raises
    ------
    NoSuchReport : with the very words of a report that does not exist
    """
    if not _is_limited(call.person):
        return
    with call.service.store.read() as connection:
        if not _is_theirs(connection, draft_id, call.person):
            raise no_such_report(draft_id)


def worklist_of(call: Call, lang: str = "") -> tuple[WorklistItem, ...]:
    """Return the reports that wait, of those that this caller may see; as `worklist`."""
    store = call.service.store
    items = worklist(store, clock=call.service.clock, lang=lang)
    if not _is_limited(call.person):
        return items
    with store.read() as connection:
        return tuple(i for i in items if _is_theirs(connection, i.draft_id, call.person))


def _is_limited(person: Person) -> bool:
    return person.role in _LIMITED and person != THIS_MACHINE


def _is_theirs(connection: Connection, draft_id: str, person: Person) -> bool:
    query = select(drafts.c.audit_sequence, drafts.c.person_id).where(drafts.c.draft_id == draft_id)
    found = connection.execute(query).one_or_none()
    if found is None:
        return False
    if person.role is Role.SPECIALIST:
        is_theirs = is_asked(connection, draft_id, person)
        return is_theirs and _agrees_to_advice(connection, found.person_id)
    return read_event(connection, found.audit_sequence).get("asked_by") == person.id


def _agrees_to_advice(connection: Connection, person_id: str) -> bool:
    """Say whether the person agrees now: an agreement that was taken back opens nothing."""
    answer = current_consents(connection, person_id).get(Purpose.SPECIALIST_ADVICE)
    return answer is not None and answer.is_given
