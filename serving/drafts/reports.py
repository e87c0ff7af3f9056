"""A draft and a confirmed report are different types; only the second can leave as final.

`ConfirmedReport` can only be made by `serving/release.release`, which reads the decisions from the
store: its constructor asks for a seal that no other module holds.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...engine.errors import NotConfirmed
from ...engine.prediagnosis import URGENCIES
from .decision_words import DecisionWords, FindingDecision
from .states import State

Document = Mapping[str, Any]
KeptWords = Mapping[str, Mapping[str, str]]
"""Language -> message id -> sentence, as they were when a draft was made."""


def refuses(document: Mapping[str, Any]) -> bool:
    """Say whether a draft is that of a refused record, so that nothing was concluded."""
    said = document.get("refused_items", ())
    return any(item.get("severity") == "refused_record" for item in said)


@dataclass(frozen=True, slots=True)
class DraftReport:
    """A pre-diagnosis as the store holds it, in whatever state; it can be read, never exported.

    Parameters
    ----------
    draft_id : its identifier in the store
    visit_id, person_id : pseudonymous identifiers from the visit
    version : 1 for the first draft of a visit, one more for each correction
    content_hash : what a physician decides on
    urgency : the most urgent level in it
    rendered_language : the language in which it was shown
    saved_at : UTC text
    state : where it stands
    step : number of the last act on it
    document : the pre-diagnosis (``laennec.prediagnosis/1``), still a draft
    content : the same without words, as ``serving/content`` reads it; None where it was not kept
    words : the sentences it was made with, where they are not those installed any more
    """

    draft_id: str
    visit_id: str
    person_id: str
    version: int
    content_hash: str
    urgency: str
    rendered_language: str
    saved_at: str
    state: State
    step: int
    document: Document = field(repr=False)
    content: Document | None = field(default=None, repr=False)
    words: KeptWords | None = field(default=None, repr=False)

    def finding_ids(self) -> tuple[str, ...]:
        """Return the ids of its findings, in their order."""
        return tuple(str(finding["id"]) for finding in self.document["findings"])

    @property
    def performed_at(self) -> str:
        """When the visit was, as it was sent; empty where it was not said."""
        return str(self.document.get("performed_at") or "")

    @property
    def is_refused(self) -> bool:
        """Whether the record was refused, so that nothing was concluded."""
        return refuses(self.document)


class _Seal:
    """Held by this module and by `serving/release.release` only."""


SEAL: Final = _Seal()


@dataclass(frozen=True, slots=True)
class ConfirmedReport:
    """A pre-diagnosis that a physician decided finding by finding, and that may leave.

    Parameters
    ----------
    draft_id, visit_id, version, content_hash : which version of which visit
    state : confirmed or amended
    decisions : one per finding, in the order of the findings
    released_at : UTC text
    audit_sequence : the audit event of this release, written before this object existed
    document : the pre-diagnosis with the decisions applied
    draft : the report that was decided on
    seal : proof that `release` made it
    """

    draft_id: str
    visit_id: str
    version: int
    content_hash: str
    state: State
    decisions: tuple[FindingDecision, ...] = field(repr=False)
    released_at: str
    audit_sequence: int
    document: Document = field(repr=False)
    draft: DraftReport = field(repr=False)
    seal: _Seal = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not SEAL:
            raise not_confirmed(self.draft_id, self.state)


_INSTEAD: Final = {
    State.WITHDRAWN: "nothing of it may leave; the visit, sent again, makes a new draft to decide",
    State.SUPERSEDED: "nothing of it may leave; ask for the current version of the visit",
}
"""State -> what to do about a report that nobody can decide any more."""


def not_confirmed(draft_id: str, state: State) -> NotConfirmed:
    """Return the error for a report that may not leave."""
    if state is State.REJECTED:
        return NotConfirmed(
            found="a report of which every finding was rejected was asked for as final",
            why="a physician decided it, and nothing of it is left to release",
            remedy="nothing is to be released; a correction of the visit makes a new draft",
            path=f"draft {draft_id}",
        )
    return NotConfirmed(
        found=f"a report that is '{state}' was asked for as final",
        why="only a report whose every finding a physician decided, not all rejected, may leave",
        remedy=_INSTEAD.get(
            state, "let a physician decide it with `laennec decide`, then release it"
        ),
        path=f"draft {draft_id}",
    )


def final_document(draft: DraftReport, decisions: tuple[FindingDecision, ...]) -> dict[str, Any]:
    """Apply the decisions to a copy of the draft's document.

    A confirmed finding stays as drafted. An amended one carries the physician's state or band and
    nothing of what the engine said, which moves to ``as_drafted``: no drafted words, number or
    urgency stand beside a conclusion that the physician changed. A rejected one moves to
    ``rejected_findings``.
    """
    document = copy.deepcopy(dict(draft.document))
    by_finding = {decision.finding_id: decision for decision in decisions}
    decided = [(finding, by_finding[finding["id"]]) for finding in document["findings"]]
    kept = [_applied(f, d) for f, d in decided if d.verdict != "reject"]
    rejected = [_applied(f, d) for f, d in decided if d.verdict == "reject"]
    return {
        **document,
        "status": str(draft.state),
        "urgency": _urgency([*kept, *document.get("urgent", ())]),
        "findings": kept,
        "rejected_findings": rejected,
    }


def _urgency(said: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the most urgent level of what is left; urgent rules stand whatever was decided."""
    levels = [item.get("urgency") or item.get("level") for item in said]
    return min((level for level in levels if level), key=URGENCIES.index, default=None)


def _applied(finding: dict[str, Any], decision: FindingDecision) -> dict[str, Any]:
    if decision.amended_to is None:
        return {**finding, "decision": decision.as_dict()}
    said = "band" if finding["kind"] == "risk" else "state"
    return {
        **{key: _nothing_like(key, value) for key, value in finding.items()},
        "id": finding["id"],
        "kind": finding["kind"],
        said: decision.amended_to,
        "decision": decision.as_dict(),
        "as_drafted": finding,
    }


def _nothing_like(key: str, value: object) -> object:
    """Return the empty value that keeps the form of the document: [], {} or null."""
    is_container = isinstance(value, list | dict) and key != "risk_interval"
    return type(value)() if is_container else None


def export_final(report: ConfirmedReport) -> dict[str, Any]:
    """Return the document that may leave the house as final.

    Parameters
    ----------
    report : a confirmed report; the type checker refuses a draft, and so does this function

    Raises
    ------
    NotConfirmed : something else than a confirmed report was passed
    """
    _require_confirmed(report)
    confirmation = {
        "draft_id": report.draft_id,
        "version": report.version,
        "state": str(report.state),
        "released_at": report.released_at,
        "audit_sequence": report.audit_sequence,
    }
    lang = str(report.document.get("language") or report.draft.rendered_language)
    words = DecisionWords(lang, report.draft.performed_at)
    by, at = words.deciders(report.decisions)
    return {
        **copy.deepcopy(dict(report.document)),
        "disclaimer": words.text("final.disclaimer"),
        "confirmation": {
            **confirmation,
            "text": words.text(f"final.line.{report.state}", by=by, at=at),
        },
    }


def _require_confirmed(report: object) -> None:
    """Refuse at run time what the type checker refuses before."""
    if isinstance(report, DraftReport):
        raise not_confirmed(report.draft_id, report.state)
    if not isinstance(report, ConfirmedReport):
        raise not_confirmed("unknown", State.DRAFT)
