"""Which report of this service a launch opens, and that it is of the very person who is open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, RowMapping, Select, select

from ..drafts.drafts import as_report
from ..drafts.states import UNDECIDED, State
from ..store.store import Store
from ..store.tables import drafts
from .refusals import LaunchRefused, Step

_DRAFT_ID: Final = re.compile(r"[0-9a-f]{16}")
_MOST: Final = 50
_GONE: Final = (State.SUPERSEDED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ReportToOpen:
    """A report that a launch finds.

    Parameters
    ----------
    draft_id : its id; None where nothing of this person is here
    is_other_visit : a visit is open in the visit software, and it is not the one of this report
    """

    draft_id: str | None
    is_other_visit: bool = False


def report_to_open(store: Store, person_id: str, visit_id: str, app_context: str) -> ReportToOpen:
    """Return the report that a launch means.

    The report that a card named, else the last version of the visit that is open, else the person's
    last report that waits for a physician, else their last one.

    Parameters
    ----------
    store : an opened store
    person_id, visit_id : as this service knows them; no visit is an empty text
    app_context : id of a report, where a card of this service was followed

    Raises
    ------
    LaunchRefused : the report or the visit is of another person (hazard H2)
    AuditError : a row was changed after it was written
    """
    with store.read() as connection:
        named = _named(connection, app_context)
        rows = _versions(connection, named["visit_id"] if named else visit_id)
        if not rows:
            return ReportToOpen(_last_of_person(connection, person_id), bool(visit_id))
        mine = [row for row in rows if row["person_id"] == person_id]
        if not mine or (named and named["person_id"] != person_id):
            raise LaunchRefused(Step.OTHER_PERSON)
        return ReportToOpen(str(as_report(connection, mine[-1]).draft_id))


def _named(connection: Connection, app_context: str) -> RowMapping | None:
    if not _DRAFT_ID.fullmatch(app_context):
        return None
    query = select(drafts).where(drafts.c.draft_id == app_context)
    return connection.execute(query).mappings().one_or_none()


def _versions(connection: Connection, visit_id: str) -> Sequence[RowMapping]:
    query = select(drafts).where(drafts.c.visit_id == visit_id).order_by(drafts.c.version)
    return connection.execute(query).mappings().all()


def _last_of_person(connection: Connection, person_id: str) -> str | None:
    query: Select[tuple[object, ...]] = (
        select(drafts)
        .where(drafts.c.person_id == person_id)
        .order_by(drafts.c.audit_sequence.desc())
        .limit(_MOST)
    )
    rows = connection.execute(query).mappings().all()
    reports = [r for r in (as_report(connection, row) for row in rows) if r.state not in _GONE]
    waiting = [report for report in reports if report.state in UNDECIDED]
    return next((report.draft_id for report in waiting or reports), None)
