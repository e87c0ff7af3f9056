"""A refusal as an OperationOutcome: what calls somebody now first, then every reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.errors import ScreeningError
from .issues import BundleRefused, Issue, outcome, place_of
from .maps import Json, coded


def error_outcome(
    error: ScreeningError,
    places: Mapping[str, str] | None = None,
    issues: Sequence[Issue] = (),
) -> Json:
    """Return an error of the house as an OperationOutcome.

    A visit that can't be kept may be urgent all the same: its urgent items stand first (hazard H1).

    Parameters
    ----------
    error : why nothing is answered
    places : path in the visit -> FHIRPath, where a Bundle was read before
    issues : what was noticed while it was read
    """
    if isinstance(error, BundleRefused):
        return outcome(error.issues)
    fields = error.as_dict()
    path = str(fields.get("path") or "")
    said = Issue(
        "error",
        error.code,
        str(fields["found"]),
        str(fields["why"]),
        str(fields["remedy"]).rstrip("."),
        place_of(path, places) if places else path or "Bundle",
    )
    document = outcome([said, *issues])
    urgent = [_urgent(item) for item in getattr(error, "urgent", ())]
    return {**document, "issue": [*urgent, *document["issue"]]}


def ecg_issues(error: ScreeningError | None, places: Mapping[str, str]) -> tuple[Issue, ...]:
    """Return why an ECG could not be read, for who sent it; the report says that it was not.

    Parameters
    ----------
    error : of the reader, None where there was none
    places : path in the visit -> FHIRPath
    """
    if error is None:
        return ()
    remedy, where = error.remedy.rstrip("."), place_of("$.ecg", places)
    return (Issue("error", error.code, error.found, error.why, remedy, where, kind="value"),)


def _urgent(item: Mapping[str, Any]) -> Json:
    """Return an urgent item as an issue, in the words of the pre-diagnosis."""
    who = f" ({item['addressee']})" if item["addressee"] else ""
    return {
        "severity": "error",
        "code": "business-rule",
        "details": {
            **coded("rule", item["rule_id"]),
            "text": f"{item['level']} : {item['text']}",
        },
        "diagnostics": f"{item['text']} {item['action']}{who}",
        "expression": ["Bundle"],
    }
