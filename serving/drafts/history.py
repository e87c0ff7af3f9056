"""One report with everything that was done to it, as the audit trail vouches for it."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, RowMapping, select

from ..audit.trail import as_row, require_vouched
from ..store.store import Store
from ..store.tables import decisions
from .decision_words import FindingDecision
from .drafts import report_with_steps
from .kept_words import kept_words
from .reports import DraftReport


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One act on a report.

    Parameters
    ----------
    step : its number, from 1
    act, state : what was done, and where the report stood after it
    actor_id : by whom
    reason, reason_text : of a withdrawal
    at : UTC text
    audit_sequence : the audit event of the act
    """

    step: int
    act: str
    state: str
    actor_id: str
    reason: str | None
    reason_text: str | None
    at: str
    audit_sequence: int


@dataclass(frozen=True, slots=True)
class ReportHistory:
    """A report in whatever state, its acts in their order, and the decisions on its findings."""

    report: DraftReport
    steps: tuple[StepTaken, ...]
    decisions: tuple[FindingDecision, ...]


def read_history(store: Store, draft_id: str) -> ReportHistory:
    """Return a report with its acts and decisions; reading it changes nothing.

    Raises
    ------
    ConfirmationError : no such report
    AuditError : a row was changed after it was written
    """
    with store.read() as connection:
        report, rows = report_with_steps(connection, draft_id)
        report = replace(report, words=kept_words(connection, report.content))
        decided = decisions_on(connection, report)
    return ReportHistory(report, tuple(_as_step(row) for row in rows), decided)


def decision_rows(connection: Connection, report: DraftReport) -> list[RowMapping]:
    """Return the rows of the decisions on a report, as they stand in the store."""
    query = select(decisions).where(decisions.c.draft_id == report.draft_id)
    return list(connection.execute(query).mappings())


def decisions_on(connection: Connection, report: DraftReport) -> tuple[FindingDecision, ...]:
    """Return the decisions on a report in the order of its findings.

    Raises
    ------
    AuditError : a row was changed after it was written
    """
    rows = {row["finding_id"]: row for row in decision_rows(connection, report)}
    require_vouched(connection, decisions, map(as_row, rows.values()))
    return tuple(_as_decision(rows[i]) for i in report.finding_ids() if i in rows)


def _as_step(row: RowMapping) -> StepTaken:
    return StepTaken(
        step=row["step"],
        act=row["act"],
        state=row["state"],
        actor_id=row["actor_id"],
        reason=row["reason"],
        reason_text=row["reason_text"],
        at=row["at"],
        audit_sequence=row["audit_sequence"],
    )


def _as_decision(row: RowMapping) -> FindingDecision:
    return FindingDecision(
        finding_id=row["finding_id"],
        verdict=row["verdict"],
        amended_to=row["amended_to"],
        reason=row["reason"],
        reason_text=row["reason_text"],
        physician_id=row["actor_id"],
        physician_name=row["actor_name"],
        decided_at=row["decided_at"],
    )
