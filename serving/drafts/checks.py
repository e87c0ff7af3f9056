"""What a draft must have, so that a physician can decide on it finding by finding."""

import re
from collections.abc import Mapping
from typing import Any

from ...engine.errors import ConfirmationError, NotPermitted
from ..house_data import worklist_rules

_HASH = re.compile(r"[0-9a-f]{64}")
_KINDS = ("fact", "risk")


def check_draft(draft: Mapping[str, Any]) -> None:
    """Refuse a draft on which nobody could decide.

    Raises
    ------
    ConfirmationError : with everything that it lacks
    """
    problems = [*_identity_problems(draft), *_finding_problems(draft)]
    if problems:
        raise ConfirmationError(
            found="the draft can't be kept: " + "; ".join(problems),
            why="a physician could not decide on it finding by finding",
            remedy="send the pre-diagnosis as `laennec.prediagnosis/1` says",
            path="draft",
        )


def _identity_problems(draft: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{key} is missing or empty"
        for key in ("visit_id", "person_id")
        if not isinstance(draft.get(key), str) or not draft[key]
    ]
    if draft.get("status") != "draft":
        problems.append("status is not draft")
    if not _HASH.fullmatch(str(draft.get("content_hash"))):
        problems.append("content_hash is not 64 hexadecimal digits")
    return problems


def _finding_problems(draft: Mapping[str, Any]) -> list[str]:
    findings = draft.get("findings")
    if not isinstance(findings, list | tuple) or not findings:
        return ["it has no findings"]
    problems = []
    ids = [finding.get("id") for finding in findings]
    if not all(isinstance(i, str) and i and i != "*" for i in ids) or len(set(ids)) != len(ids):
        problems.append("its findings do not each have an id of their own")
    if any(finding.get("kind") not in _KINDS for finding in findings):
        problems.append("a finding is neither a fact nor a risk")
    levels = {finding.get("urgency") for finding in findings}
    levels |= {item.get("level") for item in draft.get("urgent", ())}
    if not levels <= {*worklist_rules().levels, None}:
        problems.append("an urgency level is unknown")
    return problems


def require_same_person(person_id: str, draft: Mapping[str, Any], *, path: str) -> None:
    """Refuse a correction that would move a visit to somebody else (hazard H2).

    Parameters
    ----------
    person_id : whose visit it is so far
    draft : the correction
    path : of the draft that would be superseded

    Raises
    ------
    NotPermitted : another person
    """
    if person_id != draft["person_id"]:
        raise NotPermitted(
            found="a correction of a visit that belongs to another person",
            why="one of the two is the wrong patient, and it can't be told which",
            remedy="check the identity; withdraw the earlier report if it is the wrong one",
            path=path,
        )


def most_urgent(draft: Mapping[str, Any]) -> str:
    """Return the most urgent level of a draft; the least urgent one where nothing asks."""
    return urgency_of(draft) or worklist_rules().levels[-1]


def urgency_of(draft: Mapping[str, Any]) -> str | None:
    """Return the most urgent level of a draft; None where nothing asks for anybody."""
    levels = [finding.get("urgency") for finding in draft["findings"]]
    levels += [item.get("level") for item in draft.get("urgent", ())]
    said = [level for level in levels if level is not None]
    return min(said, key=worklist_rules().rank, default=None)
