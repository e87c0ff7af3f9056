"""Drafts in the store: saved once, versioned per visit, moved by steps that are audited."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Table, select

from ...engine.canonical import canonical_bytes
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import ConfirmationError
from ..audit.trail import AuditWriter, Promises, Row, as_row, require_vouched
from ..clock import Clock
from ..store.store import Store
from ..store.tables import drafts, steps
from .asked import Asked, asked_before
from .checks import check_draft, most_urgent
from .content import Content, kept_text
from .kept_words import words_to_keep
from .reports import DraftReport
from .states import Act, State, next_state
from .traces import trace_rows
from .versions import replaced_by

SYSTEM = "LAENNEC:engine"
_GONE = (State.SUPERSEDED, State.WITHDRAWN)


class NoSuchReport(ConfirmationError):
    """No report has this id."""

    code = "no_such_report"


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a report.

    Parameters
    ----------
    act : what is done
    actor_id : by whom
    reason, reason_text : why, for a withdrawal
    said : ids and hashes that the audit event carries besides
    """

    act: Act
    actor_id: str
    reason: str | None = None
    reason_text: str | None = None
    said: Mapping[str, object] = field(default_factory=dict)


def save_draft(  # noqa: PLR0913 - each is a fact of its own about one act, all by keyword
    store: Store,
    draft: Mapping[str, Any],
    *,
    rendered_language: str,
    clock: Clock,
    content: Content | None = None,
    asked: Asked | None = None,
    ecg: EcgSignal | None = None,
) -> str:
    """Keep a draft pre-diagnosis; a correction supersedes the earlier one, as `versions` says.

    Parameters
    ----------
    store : an opened store
    draft : ``laennec.prediagnosis/1`` with status draft, visit_id, person_id, content_hash,
        findings (id, kind, urgency) and urgent (level); kept whole
    rendered_language : the language in which it is shown; not part of the content hash
    clock : the time of saving
    content : the same draft without words, so that it can be read in every language and form;
        without it, only as ``draft`` words it
    asked : who sent the visit, with the key under which it may be sent again
    ecg : the ECG of the visit, kept as it is drawn

    Returns
    -------
    The draft's id. The same content as the visit's current version gives that version's id, without
    a second effect but that a refused record beside it is corrected by it; other content gives a
    new version, and the earlier one is kept as superseded.

    Raises
    ------
    ConfirmationError : the draft lacks what a decision needs
    AuditError : the content does not give the draft's content hash
    NotPermitted : the visit's number is that of another person's visit
    KeyReused : the key came with another content before
    StoreUnavailable : it could not be made durable
    """
    check_draft(draft)
    asked = asked or Asked(SYSTEM)
    document = canonical_bytes(draft).decode("utf-8")
    kept = None if content is None else kept_text(content, draft["content_hash"])
    with store.write() as connection:
        writer = AuditWriter(connection, clock)
        earlier = asked_before(connection, asked)
        if earlier is not None:
            return earlier
        versions = _versions(connection, draft["visit_id"])
        replaced = replaced_by(draft, [one for one in versions if one.state not in _GONE])
        for same in replaced:
            if same.content_hash == draft["content_hash"]:
                _replace(writer, [one for one in replaced if one is not same], same.draft_id)
                _remember(writer, asked, same.draft_id)
                return same.draft_id
        draft_id = secrets.token_hex(8)
        row: Row = {
            "draft_id": draft_id,
            "visit_id": draft["visit_id"],
            "version": versions[-1].version + 1 if versions else 1,
            "person_id": draft["person_id"],
            "content_hash": draft["content_hash"],
            "urgency": most_urgent(draft),
            "rendered_language": rendered_language,
            "document": document,
            "content": kept,
            "saved_at": writer.at,
        }
        made_with = "" if content is None else content.prediagnosis.sentences_sha256
        beside = [
            *words_to_keep(connection, made_with),
            *asked.row(draft_id),
            *trace_rows(draft_id, ecg),
        ]
        _write_first_step(writer, row, asked.actor_id, beside)
        _replace(writer, replaced, draft_id)
    return draft_id


def _replace(writer: AuditWriter, replaced: Iterable[DraftReport], draft_id: str) -> None:
    for one in replaced:
        take_step(writer, one, Step(Act.SUPERSEDE, SYSTEM, said={"superseded_by": draft_id}))


def load_draft(store: Store, draft_id: str) -> DraftReport:
    """Return a report by its id, in whatever state, as the type that can't be exported.

    Raises
    ------
    ConfirmationError : no such draft
    """
    with store.read() as connection:
        return read_report(connection, draft_id)


def read_report(connection: Connection, draft_id: str) -> DraftReport:
    """Return a report inside a transaction that is open already; as `load_draft`."""
    row = _one(connection, drafts.c.draft_id, draft_id)
    if row is None:
        raise no_such_report(draft_id)
    return as_report(connection, row)


def no_such_report(draft_id: str) -> NoSuchReport:
    """Return the error for an id that no report has, or none that the caller may see."""
    return NoSuchReport(
        found="there is no report with this id",
        why="nothing can be decided on it",
        remedy="take the id from `laennec worklist`",
        path=f"draft {draft_id[:64]}",
    )


def as_report(connection: Connection, row: RowMapping) -> DraftReport:
    """Join a row of `drafts` with the last step taken on it, both as the audit trail has them.

    Raises
    ------
    AuditError : one of the two rows was changed after it was written
    """
    query = select(steps).where(steps.c.draft_id == row["draft_id"])
    last = connection.execute(query.order_by(steps.c.step.desc()).limit(1)).mappings().one()
    return _joined(connection, row, [last])


def report_with_steps(
    connection: Connection, draft_id: str
) -> tuple[DraftReport, Sequence[RowMapping]]:
    """Return a report and every step taken on it, in their order, as the audit trail has them.

    Raises
    ------
    ConfirmationError : no such draft
    AuditError : a row was changed after it was written
    """
    row = _one(connection, drafts.c.draft_id, draft_id)
    if row is None:
        raise no_such_report(draft_id)
    query = select(steps).where(steps.c.draft_id == draft_id).order_by(steps.c.step)
    taken = connection.execute(query).mappings().all()
    return _joined(connection, row, taken), taken


def _joined(connection: Connection, row: RowMapping, taken: Sequence[RowMapping]) -> DraftReport:
    read: Promises = {}
    require_vouched(connection, drafts, [as_row(row)], read)
    require_vouched(connection, steps, map(as_row, taken), read)
    last = taken[-1]
    return DraftReport(
        draft_id=row["draft_id"],
        visit_id=row["visit_id"],
        person_id=row["person_id"],
        version=row["version"],
        content_hash=row["content_hash"],
        urgency=row["urgency"],
        rendered_language=row["rendered_language"],
        saved_at=row["saved_at"],
        state=State(last["state"]),
        step=last["step"],
        document=json.loads(row["document"]),
        content=None if row["content"] is None else json.loads(row["content"]),
    )


def take_step(
    writer: AuditWriter,
    report: DraftReport,
    step: Step,
    rows: Iterable[tuple[Table, Row]] = (),
) -> tuple[DraftReport, int]:
    """Move a report by one act, with its audit event, in the writer's transaction.

    Returns
    -------
    The report in its new state, and the event's sequence number

    Raises
    ------
    NotPermitted, Superseded : no such way from this state
    """
    target = next_state(report.state, step.act, path=f"draft {report.draft_id}")
    number = report.step + 1
    event = _event(report.draft_id, step, number, (report.state, target))
    row = _step_row(report.draft_id, step, number, (target, writer.at))
    sequence = writer.write(event, [(steps, row), *rows])
    return replace(report, state=target, step=number), sequence


def _remember(writer: AuditWriter, asked: Asked, draft_id: str) -> None:
    """Remember a key whose content made no new version, so that it can't come with another one."""
    rows = asked.row(draft_id)
    if rows:
        event = {"act": "ask_again", "actor": asked.actor_id, "draft_id": draft_id}
        writer.write(event, rows)


def _write_first_step(
    writer: AuditWriter, row: Row, asked_by: str, beside: Iterable[tuple[Table, Row]]
) -> None:
    draft_id = str(row["draft_id"])
    said = {"content_hash": row["content_hash"], "asked_by": asked_by}
    step = Step(Act.SAVE, SYSTEM, said=said)
    event = _event(draft_id, step, 1, (None, State.DRAFT))
    first = _step_row(draft_id, step, 1, (State.DRAFT, writer.at))
    writer.write(event, [(drafts, row), (steps, first), *beside])


def _event(
    draft_id: str, step: Step, number: int, way: tuple[State | None, State]
) -> dict[str, object]:
    return {
        **step.said,
        "act": step.act,
        "actor": step.actor_id,
        "draft_id": draft_id,
        "from": way[0],
        "step": number,
        "to": way[1],
    }


def _step_row(draft_id: str, step: Step, number: int, reached: tuple[State, str]) -> Row:
    return {
        "draft_id": draft_id,
        "step": number,
        "act": str(step.act),
        "state": str(reached[0]),
        "actor_id": step.actor_id,
        "reason": step.reason,
        "reason_text": step.reason_text,
        "at": reached[1],
    }


def _one(connection: Connection, column: Column[str], value: str) -> RowMapping | None:
    query = select(drafts).where(column == value).order_by(drafts.c.version.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


def _versions(connection: Connection, visit_id: str) -> list[DraftReport]:
    query = select(drafts).where(drafts.c.visit_id == visit_id).order_by(drafts.c.version)
    return [as_report(connection, row) for row in connection.execute(query).mappings().all()]
