"""The physician's acts: see, acknowledge, decide, withdraw.

Each act is one transaction that holds the lock on the chain's head: the state is read, the way is
looked up in the table of states, the rows and their audit event are written, and the act is on the
disk before the function returns. Two physicians who decide at once are put in a line, and the
second one is told.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ..audit.trail import AuditWriter, Row, read_event
from ..clock import Clock
from ..drafts.drafts import Step, read_report, take_step
from ..drafts.history import decision_rows
from ..drafts.reports import DraftReport
from ..drafts.states import UNDECIDED, Act, State, superseded, wrong_hash
from ..people import Person, require_physician
from ..store.store import Store
from ..store.tables import decisions, requests
from .decisions import (
    Decision,
    DecisionRequest,
    NothingConcluded,
    Verdict,
    already_decided,
    check_reason,
    check_request,
    key_reused,
    report_act,
    resolve,
)
from .dependent import check_dependent
from .unanswered import check_answered


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer to a decision; the same act sent again gets the same answer.

    Parameters
    ----------
    draft_id : which report
    state : what the report became by this act
    decided : the findings decided by this act
    undecided : the findings still open after it
    at : UTC text
    audit_sequence, event_hash : the audit event of this act
    """

    draft_id: str
    state: State
    decided: tuple[str, ...]
    undecided: tuple[str, ...]
    at: str
    audit_sequence: int
    event_hash: str


def decide(store: Store, request: DecisionRequest, *, physician: Person, clock: Clock) -> Decided:
    """Decide one, several or all findings of a report.

    Parameters
    ----------
    store : an opened store
    request : the report, the hash that was read, and the decisions
    physician : the named physician who decides
    clock : the time of the act

    Returns
    -------
    What became of the report; it is on the disk

    Raises
    ------
    NotPermitted : not a physician, a request that contradicts itself, a finding that is unknown or
        decided already, a report that is closed, a key that named another act, everything rejected
        while nobody took charge of a U0
    Superseded : the hash is not that of the visit's current version
    StoreUnavailable : nothing was acknowledged
    """
    require_physician(physician, "decide")
    check_request(request)
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        earlier = _earlier_sequence(connection, request, physician)
        report = read_report(connection, request.draft_id)
        if earlier is not None:
            return _answer(connection, report, earlier)
        _check_current(report, request)
        if report.state is State.DRAFT:
            report, _ = take_step(writer, report, Step(Act.SEE, physician.id))
        sequence = _write_decisions(connection, writer, report, (request, physician))
        return _answer(connection, report, sequence)


def _earlier_sequence(
    connection: Connection, request: DecisionRequest, physician: Person
) -> int | None:
    """Return the event of this very act if it was taken before."""
    row = (
        connection.execute(
            select(requests).where(
                requests.c.actor_id == physician.id,
                requests.c.idempotency_key == request.key(),
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    if row["request_hash"] != request.request_hash():
        raise key_reused()
    return int(row["audit_sequence"])


def _check_current(report: DraftReport, request: DecisionRequest) -> None:
    path = f"draft {report.draft_id}"
    if report.state in UNDECIDED and request.content_hash != report.content_hash:
        raise wrong_hash(path)
    if report.state is State.SUPERSEDED:
        raise superseded(path)
    if report.state not in UNDECIDED:
        raise already_decided(path)


def _check_concluded(report: DraftReport, request: DecisionRequest) -> None:
    if report.is_refused and any(d.verdict is Verdict.CONFIRM for d in request.decisions):
        raise NothingConcluded(
            found="a confirmation of a record that was refused",
            why="nothing was concluded on it, so there is nothing to confirm",
            remedy="Correct the visit and send it again, or withdraw the report",
            path=f"draft {report.draft_id}",
        )


def _write_decisions(
    connection: Connection,
    writer: AuditWriter,
    report: DraftReport,
    act: tuple[DecisionRequest, Person],
) -> int:
    request, physician = act
    before = {row["finding_id"]: row["verdict"] for row in decision_rows(connection, report)}
    _check_concluded(report, request)
    taken = resolve(request.decisions, report.document["findings"], frozenset(before))
    check_dependent(report, before | {d.finding_id: str(d.verdict) for d in taken})
    verdicts = [*before.values(), *(str(decision.verdict) for decision in taken)]
    step = Step(report_act(verdicts, len(report.finding_ids()) - len(verdicts)), physician.id)
    check_answered(connection, report, step.act)
    rows = [
        (decisions, _decision_row(report, decision, physician, writer.at)) for decision in taken
    ]
    remembered: Row = {
        "actor_id": physician.id,
        "idempotency_key": request.key(),
        "draft_id": report.draft_id,
        "request_hash": request.request_hash(),
    }
    _, sequence = take_step(writer, report, step, [*rows, (requests, remembered)])
    return sequence


def _decision_row(report: DraftReport, decision: Decision, physician: Person, at: str) -> Row:
    return {
        "draft_id": report.draft_id,
        "finding_id": decision.finding_id,
        "verdict": str(decision.verdict),
        "amended_to": decision.amended_to,
        "reason": decision.reason,
        "reason_text": decision.reason_text,
        "actor_id": physician.id,
        "actor_name": physician.name,
        "content_hash": report.content_hash,
        "decided_at": at,
    }


def _answer(connection: Connection, report: DraftReport, sequence: int) -> Decided:
    """Tell what an act did, from what is stored, so that a replay tells the same."""
    event = read_event(connection, sequence)
    rows = decision_rows(connection, report)
    now = {row["finding_id"] for row in rows if row["audit_sequence"] == sequence}
    until_now = {row["finding_id"] for row in rows if row["audit_sequence"] <= sequence}
    return Decided(
        draft_id=report.draft_id,
        state=State(str(event["to"])),
        decided=tuple(i for i in report.finding_ids() if i in now),
        undecided=tuple(i for i in report.finding_ids() if i not in until_now),
        at=str(event["at"]),
        audit_sequence=sequence,
        event_hash=str(event["event_hash"]),
    )


def mark_seen(store: Store, draft_id: str, *, physician: Person, clock: Clock) -> State:
    """Record that a physician opened a report; it decides nothing, and stops the U0 alarm.

    Raises
    ------
    NotPermitted : not a physician, or the report is closed
    Superseded : a newer version of the visit exists
    """
    return _simple_act(store, draft_id, Step(Act.SEE, physician.id), (physician, clock))


def acknowledge(store: Store, draft_id: str, *, physician: Person, clock: Clock) -> State:
    """Record that a physician takes charge of an alarm; the report stays as undecided as it was.

    Raises
    ------
    NotPermitted : not a physician, or the report is closed
    Superseded : a newer version of the visit exists
    """
    return _simple_act(store, draft_id, Step(Act.ACKNOWLEDGE, physician.id), (physician, clock))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A report taken back whole, with a coded reason (e.g. it belongs to another person).

    Parameters
    ----------
    draft_id : which report
    reason, reason_text : as in a decision
    """

    draft_id: str
    reason: str
    reason_text: str | None = None


def withdraw(store: Store, withdrawal: Withdrawal, *, physician: Person, clock: Clock) -> State:
    """Take a report back, whatever was decided on it; it is kept and can never be released again.

    Raises
    ------
    NotPermitted : not a physician, no coded reason, or withdrawn already
    Superseded : a newer version of the visit exists
    """
    check_reason(withdrawal.reason, withdrawal.reason_text, "reason")
    step = Step(Act.WITHDRAW, physician.id, withdrawal.reason, withdrawal.reason_text)
    return _simple_act(store, withdrawal.draft_id, step, (physician, clock))


def _simple_act(store: Store, draft_id: str, step: Step, by: tuple[Person, Clock]) -> State:
    physician, clock = by
    require_physician(physician, str(step.act))
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        report, _ = take_step(writer, read_report(connection, draft_id), step)
    return report.state
