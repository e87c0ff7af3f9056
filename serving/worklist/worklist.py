"""The worklist: the reports that wait for a physician, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, func, select

from ..clock import Clock, read_clock
from ..drafts.checks import urgency_of
from ..drafts.drafts import as_report
from ..drafts.reports import DraftReport
from ..drafts.states import UNDECIDED, Act, State
from ..drafts.versions import is_of_another
from ..house_data import WorklistRules, worklist_rules
from ..store.store import Store
from ..store.tables import decisions, drafts, steps
from .urgent_text import urgent_text


@dataclass(frozen=True, slots=True)
class WorklistItem:
    """One report that waits.

    Parameters
    ----------
    draft_id, visit_id, person_id, version, content_hash : which version of which visit
    state : draft or seen
    urgency : its most urgent level, or that of an earlier version which nobody acknowledged; None
        where the draft asks for nobody, or could not be assessed
    superseded_urgency : that of the earlier version, where it is the more urgent; else empty
    saved_at : UTC text
    waiting_s : seconds since then, or since the unacknowledged earlier version (negative where the
        clock went back)
    undecided : ids of the findings nobody decided yet
    is_acknowledged : a physician took charge of it; to have opened it is not that
    realert : an urgent report that nobody acknowledged in time
    is_refused : the record was refused: its urgency is at least what is said, and may be higher
    is_not_assessed : the record was refused and no urgent rule holds: its urgency is not known
    urgent_text : its most urgent item in words; empty without one
    """

    draft_id: str
    visit_id: str
    person_id: str
    version: int
    content_hash: str
    state: str
    urgency: str | None
    saved_at: str
    waiting_s: float
    undecided: tuple[str, ...]
    is_acknowledged: bool
    realert: bool
    superseded_urgency: str = ""
    is_not_assessed: bool = False
    is_refused: bool = False
    urgent_text: str = ""


REFUSED_AFTER: Final = "U1"
"""A refused record that may be more urgent than was said stands behind these at the latest."""

_ANSWERS: Final = frozenset({Act.ACKNOWLEDGE, Act.CONFIRM, Act.AMEND, Act.REJECT})
"""What answers the alarm of an earlier version: a physician took charge of it, or closed it."""


def worklist(store: Store, *, clock: Clock, lang: str = "") -> tuple[WorklistItem, ...]:
    """Return every report that is not decided, by urgency and then by order of arrival.

    Reading it changes nothing: a report that nobody decides stays on it.

    Parameters
    ----------
    store : an opened store
    clock : the time against which waiting is measured
    lang : of what is urgent in words, fr or en; empty: each in the language it was kept in
    """
    rules = worklist_rules()
    now = read_clock(clock)
    with store.read() as connection:
        rows = connection.execute(_open_drafts()).mappings().all()
        items = [_item(connection, row, now, lang) for row in rows]
    return tuple(sorted(items, key=lambda item: _place(item, rules)))


def earlier_alarm(store: Store, report: DraftReport, lang: str) -> tuple[str, str] | None:
    """Return level and words of an earlier version's alarm that still waits for a physician.

    Parameters
    ----------
    store : an opened store
    report : the version that stands now
    lang : of the words
    """
    rules = worklist_rules()
    with store.read() as connection:
        if _is_acknowledged(connection, report):
            return None
        alarm = _unanswered_alarm(connection, report, rules)
        return (alarm.urgency or "", urgent_text(alarm, rules, lang)) if alarm else None


def _place(item: WorklistItem, rules: WorklistRules) -> tuple[int, bool]:
    own = rules.rank(item.urgency) if item.urgency else len(rules.levels)
    behind = rules.rank(REFUSED_AFTER)
    return (behind, True) if item.is_refused and own > behind else (own, False)


def _open_drafts() -> Select[Any]:
    last = (
        select(steps.c.draft_id, func.max(steps.c.step).label("step"))
        .group_by(steps.c.draft_id)
        .subquery()
    )
    return (
        select(drafts)
        .join(last, last.c.draft_id == drafts.c.draft_id)
        .join(steps, (steps.c.draft_id == last.c.draft_id) & (steps.c.step == last.c.step))
        .where(steps.c.state.in_(sorted(UNDECIDED)))
        .order_by(drafts.c.audit_sequence)
    )


def _item(connection: Connection, row: RowMapping, now: datetime, lang: str) -> WorklistItem:
    report = as_report(connection, row)
    decided = set(
        connection.execute(
            select(decisions.c.finding_id).where(decisions.c.draft_id == report.draft_id)
        ).scalars()
    )
    is_acknowledged = _is_acknowledged(connection, report)
    rules = worklist_rules()
    alarm = None if is_acknowledged else _unanswered_alarm(connection, report, rules)
    urgency = alarm.urgency if alarm else urgency_of(report.document)
    since = alarm.saved_at if alarm else report.saved_at
    waiting_s = (now - datetime.fromisoformat(since)).total_seconds()
    return WorklistItem(
        draft_id=report.draft_id,
        visit_id=report.visit_id,
        person_id=report.person_id,
        version=report.version,
        content_hash=report.content_hash,
        state=str(report.state),
        urgency=urgency,
        saved_at=report.saved_at,
        waiting_s=waiting_s,
        undecided=tuple(i for i in report.finding_ids() if i not in decided),
        is_acknowledged=is_acknowledged,
        realert=not is_acknowledged and _is_overdue(urgency, waiting_s, rules),
        superseded_urgency=alarm.urgency if alarm and alarm.urgency != report.urgency else "",
        is_not_assessed=report.is_refused and urgency is None,
        is_refused=report.is_refused,
        urgent_text=urgent_text(alarm or report, rules, lang),
    )


def _unanswered_alarm(
    connection: Connection, report: DraftReport, rules: WorklistRules
) -> DraftReport | None:
    """Return the first earlier version with an alarm that no physician answered since.

    A correction may be right, and may also be a slip of the hand: that the alarm is gone is for a
    physician to see, so it stays until one acknowledges it.
    """
    earlier = (
        select(drafts)
        .where(
            drafts.c.visit_id == report.visit_id,
            drafts.c.person_id == report.person_id,
            drafts.c.version < report.version,
        )
        .order_by(drafts.c.version.desc())
    )
    alarm = None
    for row in connection.execute(earlier).mappings().all():
        version = as_report(connection, row)
        if version.state is not State.SUPERSEDED and is_of_another(version.document):
            continue  # it stood beside this visit, and was never corrected by it
        if version.state is not State.SUPERSEDED or _has_act(connection, version, _ANSWERS):
            break
        alarm = version if version.urgency == rules.realert_level else alarm
    return alarm


def _is_acknowledged(connection: Connection, report: DraftReport) -> bool:
    return _has_act(connection, report, frozenset({Act.ACKNOWLEDGE}))


def _has_act(connection: Connection, report: DraftReport, acts: frozenset[Act]) -> bool:
    taken = connection.execute(
        select(func.count())
        .select_from(steps)
        .where(steps.c.draft_id == report.draft_id, steps.c.act.in_(sorted(acts)))
    )
    return taken.scalar_one() > 0


def _is_overdue(urgency: str | None, waiting_s: float, rules: WorklistRules) -> bool:
    """Say whether the alarm is due; with a clock that went back the wait is unknown, so it is."""
    is_late = waiting_s >= rules.realert_after_s or waiting_s < 0
    return urgency == rules.realert_level and is_late
