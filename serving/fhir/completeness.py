"""Whether what was asked of a server arrived in whole: a cut list is never read as the whole."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .entries import Entry, obj, objects, text
from .issues import IssueLog
from .maps import fhir_maps

OUTCOME: Final = "OperationOutcome"
_BESIDE: Final = frozenset({"include", "outcome"})


def is_cut(bundle: Mapping[str, Any]) -> bool:
    """Say whether the answer to a search goes on elsewhere, or counts more than it holds.

    Parameters
    ----------
    bundle : a Bundle as it was sent
    """
    if any(text(link.get("relation")) == "next" for link in objects(bundle.get("link"))):
        return True
    total = str(bundle.get("total", ""))
    modes = [text(obj(one.get("search")).get("mode")) for one in objects(bundle.get("entry"))]
    found = sum(mode not in _BESIDE for mode in modes)
    return text(bundle.get("type")) == "searchset" and total.isdigit() and int(total) > found


def tell_incomplete(bundle: Mapping[str, Any], entries: Sequence[Entry], log: IssueLog) -> None:
    """Refuse the record where a part did not arrive; its urgent rules speak of the rest (H1).

    Parameters
    ----------
    bundle : as it was sent
    entries : its resources
    log : of the Bundle
    """
    if is_cut(bundle):
        log.keep("refused_record", "sent_in_part", "Bundle.link")
    for entry in entries:
        if entry.kind != OUTCOME:
            continue
        if _failed(entry.resource):
            log.keep("refused_record", "sent_in_part", entry.path)
        else:
            log.keep("note", "resource_not_read", entry.path, kind=OUTCOME)


def _failed(outcome: Mapping[str, Any]) -> bool:
    """Say whether an outcome means that something is missing; one without an issue may."""
    known = fhir_maps()["outcome"]
    issues = objects(outcome.get("issue"))
    return not issues or any(
        text(one.get("severity")) not in known["harmless_severities"]
        or text(one.get("code")) in known["missing_codes"]
        for one in issues
    )
