"""The release: the one door through which a decided report leaves as final."""

from dataclasses import replace

from ..audit.trail import AuditWriter
from ..clock import Clock
from ..drafts.drafts import SYSTEM, Step, read_report, take_step
from ..drafts.history import decisions_on
from ..drafts.kept_words import kept_words
from ..drafts.reports import SEAL, ConfirmedReport, final_document, not_confirmed
from ..drafts.states import Act, State, next_state
from ..store.store import Store


def release(store: Store, draft_id: str, *, clock: Clock) -> ConfirmedReport:
    """Turn a decided report into the type that may leave; the audit says so first.

    Parameters
    ----------
    store : an opened store
    draft_id : which report
    clock : the time of the release

    Raises
    ------
    NotConfirmed : it is not confirmed or amended
    Superseded : a newer version of the visit exists
    AuditError : a row behind the report was changed after it was written
    StoreUnavailable : the release could not be audited, so nothing leaves
    """
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        report = read_report(connection, draft_id)
        if report.state not in (State.CONFIRMED, State.AMENDED, State.SUPERSEDED):
            raise not_confirmed(report.draft_id, report.state)
        next_state(report.state, Act.RELEASE, path=f"draft {report.draft_id}")
        report = replace(report, words=kept_words(connection, report.content))
        decided = decisions_on(connection, report)
        if len(decided) != len(report.finding_ids()):
            raise not_confirmed(report.draft_id, report.state)
        report, sequence = take_step(writer, report, Step(Act.RELEASE, SYSTEM))
    return ConfirmedReport(
        draft_id=report.draft_id,
        visit_id=report.visit_id,
        version=report.version,
        content_hash=report.content_hash,
        state=report.state,
        decisions=decided,
        released_at=writer.at,
        audit_sequence=sequence,
        document=final_document(report, decided),
        draft=report,
        seal=SEAL,
    )
