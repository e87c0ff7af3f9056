"""What changed since the person's last visit, and what a physician confirmed there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from ...engine.ecg.comparison.stored import stored_changes
from ...engine.prediagnosis import PRESSING, EcgChange, Finding, InputValue, PreDiagnosis
from ...engine.words.order import level_of
from ..store.store import Store
from ..store.tables import drafts
from .content import Content
from .drafts import as_report
from .history import ReportHistory, read_history
from .reports import DraftReport
from .states import State
from .stored_report import content_of

_GONE: Final = (State.SUPERSEDED, State.WITHDRAWN)
_TO_KNOW: Final = frozenset({"present", "borderline", "intermediate", "high"})
_KNOWN_REASON: Final = "already-known"


@dataclass(frozen=True, slots=True)
class Moved:
    """One finding that stands elsewhere than at the last visit.

    Parameters
    ----------
    finding : as it stands now
    before, now : state or band; ``before`` is what the physician put where one amended it, and
        empty where the last visit did not have the finding
    values : the reported values that changed: name, earlier, now
    """

    finding: Finding
    before: str
    now: str
    values: tuple[tuple[str, InputValue, InputValue], ...]


@dataclass(frozen=True, slots=True)
class Since:
    """The last visit beside this one.

    Parameters
    ----------
    performed_at : moment of the last visit, as its record has it
    draft_id : its report
    is_decided : a physician decided it
    moved : findings that changed, or whose values did
    known : findings that a physician confirmed then, or called known, and that stand as they stood
    ecg : rate and intervals of the two kept ECGs that differ beyond what recordings vary; none
        where the report itself compares with an earlier ECG
    """

    performed_at: str
    draft_id: str
    is_decided: bool
    moved: tuple[Moved, ...]
    known: frozenset[str]
    ecg: tuple[EcgChange, ...] = ()


def since_last_visit(store: Store, report: DraftReport) -> Since | None:
    """Compare a report with the person's last one; None where there is none before it.

    Parameters
    ----------
    store : an opened store
    report : from `read_history`; reports of the same person under another visit are looked at

    Raises
    ------
    AuditError : a row of either was changed after it was written
    """
    earlier = _last_before(store, report)
    if earlier is None or report.content is None or earlier.report.content is None:
        return None
    return compared(content_of(report), content_of(earlier.report), earlier)


def compared(content: Content, before: Content, earlier: ReportHistory) -> Since:
    """Compare two reports of a person.

    Parameters
    ----------
    content, before : of this visit and of the last one
    earlier : the last one with its decisions
    """
    now, then = content.prediagnosis, before.prediagnosis
    held = _held(then, earlier)
    moved = tuple(m for f in now.findings if (m := _moved(f, then, held)) is not None)
    return Since(
        performed_at=then.performed_at,
        draft_id=earlier.report.draft_id,
        is_decided=earlier.report.state in (State.CONFIRMED, State.AMENDED, State.REJECTED),
        moved=moved,
        known=_known(now, then, held, earlier),
        ecg=() if now.ecg_comparison else stored_changes(now.ecg, then.ecg),
    )


def _last_before(store: Store, report: DraftReport) -> ReportHistory | None:
    """Return the report of the latest earlier visit that still stands."""
    query = select(drafts).where(
        drafts.c.person_id == report.person_id, drafts.c.visit_id != report.visit_id
    )
    moment = str(report.document.get("performed_at", ""))
    with store.read() as connection:
        found = [as_report(connection, row) for row in connection.execute(query).mappings().all()]
    standing = [
        one
        for one in found
        if one.state not in _GONE and "" < str(one.document.get("performed_at", "")) < moment
    ]
    if not standing:
        return None
    last = max(standing, key=lambda one: (str(one.document["performed_at"]), one.version))
    return read_history(store, last.draft_id)


def _held(then: PreDiagnosis, earlier: ReportHistory) -> dict[str, str]:
    """Return what held of each finding at the last visit; what was rejected is left out."""
    decided = {d.finding_id: d for d in earlier.decisions}
    held = {}
    for finding in then.findings:
        decision = decided.get(finding.id)
        if decision is None or decision.verdict != "reject":
            amended = decision.amended_to if decision else None
            held[finding.id] = amended or level_of(finding)
    return held


def _moved(finding: Finding, then: PreDiagnosis, held: Mapping[str, str]) -> Moved | None:
    before, now = held.get(finding.id, ""), level_of(finding)
    was = next((f for f in then.findings if f.id == finding.id), None)
    values = _values(finding, was) if was else ()
    is_kept = before == now or (not before and now not in _TO_KNOW)
    if is_kept and not (values and now in _TO_KNOW):
        return None
    return Moved(finding, before, now, values)


def _values(now: Finding, was: Finding) -> tuple[tuple[str, InputValue, InputValue], ...]:
    """Return the reported values of a measured fact that are others than at the last visit."""
    if now.kind != "fact":
        return ()
    earlier, later = _reported(was), _reported(now)
    return tuple(
        (name, earlier[name], value)
        for name, value in later.items()
        if name in earlier and earlier[name] != value
    )


def _reported(finding: Finding) -> dict[str, InputValue]:
    reasons = (*finding.reasons_for, *finding.reasons_against)
    return {i.name: i for reason in reasons for i in reason.inputs if i.origin == "reported"}


def _known(
    now: PreDiagnosis, then: PreDiagnosis, held: Mapping[str, str], earlier: ReportHistory
) -> frozenset[str]:
    """Return the findings that a physician confirmed or called known, and that did not move.

    A finding that asks for somebody now or today is never among them.
    """
    agreed = {d.finding_id for d in earlier.decisions if d.verdict != "reject"}
    agreed |= {d.finding_id for d in earlier.decisions if d.reason == _KNOWN_REASON}
    drafted = {f.id: level_of(f) for f in then.findings}
    return frozenset(
        f.id
        for f in now.findings
        if f.id in agreed
        and level_of(f) in _TO_KNOW
        and level_of(f) == held.get(f.id, drafted.get(f.id))
        and f.urgency not in PRESSING
    )
