"""What a physician may say about a finding, checked before anything is written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...engine.canonical import content_hash as hash_of
from ...engine.errors import NotPermitted
from ..drafts.states import Act
from ..house_data import override_reasons

EVERY_UNDECIDED = "*"
_MAX_KEY_LENGTH = 200
_HASH_DIGITS = 64
_HEXADECIMAL = re.compile(r"[0-9a-f]*")
_HASH = re.compile(rf"[0-9a-f]{{{_HASH_DIGITS}}}")

# The words of a measured fact and of a risk (see the house's list of names).
STATES_OF = {
    "fact": ("present", "absent", "borderline", "not_assessable"),
    "risk": ("low", "intermediate", "high", "not_assessable"),
}


class AlreadyDecided(NotPermitted):
    """Another decision came first."""

    code = "already_decided"


class NothingConcluded(NotPermitted):
    """A confirmation on a refused record, of which nothing was concluded."""

    code = "nothing_concluded"


class KeyReused(NotPermitted):
    """An idempotency key that named another act before."""

    code = "idempotency_key_reused"


class Verdict(StrEnum):
    """The three things that can be decided about a finding."""

    CONFIRM = "confirm"
    AMEND = "amend"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """One finding, one verdict.

    Parameters
    ----------
    finding_id : the finding, or `EVERY_UNDECIDED` for all that nobody decided yet (not for amend)
    verdict : confirm, amend or reject
    reason : a code of the override reasons; required for amend and reject, refused for confirm
    reason_text : words; required where the code says nothing by itself
    amended_to : the state or band that holds instead; for amend only
    """

    finding_id: str
    verdict: Verdict
    reason: str | None = None
    reason_text: str | None = None
    amended_to: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return the decision as plain data."""
        return {
            "finding_id": self.finding_id,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "reason_text": self.reason_text,
            "amended_to": self.amended_to,
        }


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One act of a physician on one version of a report.

    Parameters
    ----------
    draft_id : which report
    content_hash : of the version that was read
    decisions : at least one; each finding at most once
    idempotency_key : names the act, so that sending it again has no second effect; without one, the
        act is named after its own content
    """

    draft_id: str
    content_hash: str
    decisions: tuple[Decision, ...]
    idempotency_key: str | None = None

    def request_hash(self) -> str:
        """Return the hash of all that is asked."""
        return hash_of(
            {
                "draft_id": self.draft_id,
                "content_hash": self.content_hash,
                "decisions": [decision.as_dict() for decision in self.decisions],
            }
        )

    def key(self) -> str:
        """Return the name under which the act is remembered."""
        return self.idempotency_key or f"content:{self.request_hash()}"


def check_request(request: DecisionRequest) -> None:
    """Refuse a request that contradicts itself, without looking at the report.

    Raises
    ------
    NotPermitted : no decision, a finding twice, a missing or unknown reason, words that are
        missing, an amendment without its new state or for several findings at once
    """
    check_hash(request.content_hash)
    ids = [decision.finding_id for decision in request.decisions]
    if not ids:
        raise _refused("no decision at all", "silence is never confirmation", "decisions")
    if len(set(ids)) != len(ids) or (EVERY_UNDECIDED in ids and len(ids) > 1):
        raise _refused("a finding decided twice in one act", "only one can hold", "decisions")
    if not 0 < len(request.key()) <= _MAX_KEY_LENGTH:
        raise _refused("an idempotency key that is too long", "it is kept", "idempotency_key")
    for index, decision in enumerate(request.decisions):
        _check_amendment(decision, f"decisions[{index}]")
        if decision.verdict is not Verdict.CONFIRM:
            check_reason(decision.reason, decision.reason_text, f"decisions[{index}].reason")
        elif decision.reason or decision.reason_text:
            raise _refused(
                "a confirmation with a reason against it",
                "it could mean either",
                f"decisions[{index}].reason",
            )


def check_hash(content_hash: str) -> None:
    """Refuse a hash that can be that of no report: shortened, or with something else in it.

    Raises
    ------
    NotPermitted : with how many digits were given
    """
    if _HASH.fullmatch(content_hash):
        return
    is_short = len(content_hash) < _HASH_DIGITS and _HEXADECIMAL.fullmatch(content_hash)
    raise NotPermitted(
        found=f"a content hash of {len(content_hash)} digits instead of {_HASH_DIGITS}"
        if is_short
        else "a content hash that is not 64 small hexadecimal digits",
        why="a decision stands on the whole content that was read, and part of a hash does not "
        "name it",
        remedy="give the whole hash, as `laennec show ID` prints it",
        path="content_hash",
    )


def key_reused() -> KeyReused:
    """Return the error for a key that comes back with another content."""
    return KeyReused(
        found="an idempotency key that named another act before",
        why="it can't be told whether this act is new or sent again",
        remedy="give every act a key of its own",
        path="idempotency_key",
    )


def check_reason(code: str | None, words: str | None, path: str) -> None:
    """Refuse a reason that is missing, unknown, or without the words it needs.

    Raises
    ------
    NotPermitted : with the codes that exist
    """
    known = override_reasons()
    if code is None or code not in known:
        raise NotPermitted(
            found="no reason" if code is None else "a reason that is not in the list",
            why="a finding is amended or rejected, and a report withdrawn, for a coded reason",
            remedy="give one of: " + ", ".join(known),
            path=path,
        )
    if known[code].needs_text and not (words or "").strip():
        raise NotPermitted(
            found=f"the reason '{code}' without words",
            why="the code says nothing by itself",
            remedy="say in a few words why",
            path=path,
        )


def _check_amendment(decision: Decision, path: str) -> None:
    is_amendment = decision.verdict is Verdict.AMEND
    if is_amendment and decision.finding_id == EVERY_UNDECIDED:
        raise _refused("one amendment for every finding", "each has its own states", path)
    if is_amendment and decision.amended_to is None:
        raise _refused("an amendment without its new state", "nothing says what holds", path)
    if not is_amendment and decision.amended_to is not None:
        raise _refused("a new state without an amendment", "it could mean either", path)


def resolve(
    decisions: Iterable[Decision], findings: Iterable[Mapping[str, Any]], decided: frozenset[str]
) -> tuple[Decision, ...]:
    """Match the decisions with the findings of the report.

    Parameters
    ----------
    decisions : from a request that passed `check_request`
    findings : the findings of the current version
    decided : ids of the findings that were decided before

    Returns
    -------
    One decision per finding decided by this act

    Raises
    ------
    NotPermitted : an unknown finding, one that is decided already, or a new state that does not
        exist for this kind of finding or is the drafted one
    """
    by_id = {str(finding["id"]): finding for finding in findings}
    resolved: list[Decision] = []
    for index, decision in enumerate(decisions):
        if decision.finding_id == EVERY_UNDECIDED:
            resolved += [_for_finding(decision, i) for i in by_id if i not in decided]
            continue
        path = f"decisions[{index}]"
        if decision.finding_id not in by_id:
            raise _refused("a finding that this report does not have", "it is another report", path)
        if decision.finding_id in decided:
            raise already_decided(path)
        _check_new_state(decision, by_id[decision.finding_id], path)
        resolved.append(decision)
    return tuple(resolved)


def _for_finding(decision: Decision, finding_id: str) -> Decision:
    return Decision(finding_id, decision.verdict, decision.reason, decision.reason_text)


def _check_new_state(decision: Decision, finding: Mapping[str, Any], path: str) -> None:
    if decision.verdict is not Verdict.AMEND:
        return
    allowed = STATES_OF[finding["kind"]]
    if decision.amended_to not in allowed:
        raise NotPermitted(
            found=f"a new state that a {finding['kind']} can't have",
            why="measured facts and risks speak with different words",
            remedy="give one of: " + ", ".join(allowed),
            path=path,
        )
    if decision.amended_to == finding.get("band" if finding["kind"] == "risk" else "state"):
        raise _refused("an amendment to what was drafted", "that is a confirmation", path)


def already_decided(path: str) -> AlreadyDecided:
    """Return the error for a second decision on a finding."""
    return AlreadyDecided(
        found="a decision on a finding that is decided already",
        why="a decision that was taken is not overwritten; another one came first",
        remedy="read the report again; a decision that was wrong is undone by withdrawing it",
        path=path,
    )


def report_act(verdicts: Iterable[str], undecided: int) -> Act:
    """Return what an act does to the report as a whole.

    Parameters
    ----------
    verdicts : of every finding decided so far, this act included
    undecided : how many findings are still open after it
    """
    if undecided:
        return Act.DECIDE_PART
    said = set(verdicts)
    if said == {Verdict.CONFIRM}:
        return Act.CONFIRM
    return Act.REJECT if said == {Verdict.REJECT} else Act.AMEND


def _refused(found: str, why: str, path: str) -> NotPermitted:
    return NotPermitted(
        found=found,
        why=why,
        remedy="decide each finding once: confirm, amend (with its new state) or reject",
        path=path,
    )
