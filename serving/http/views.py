"""What of a stored report is sent to whom: all to a physician, what to do next to a nurse."""

from collections.abc import Mapping
from typing import Any, Final

from ..history import ReportHistory
from ..people import Person
from ..stored_report import ReportForm, shown_document
from .access import Deed, may

STATUS_SCHEMA: Final = "laennec.visit_status/1"


def report_view(
    history: ReportHistory, lang: str | None, caller: Person, *, is_hidden: bool = False
) -> dict[str, Any]:
    """Return a stored report for whoever asks: the pre-diagnosis with its id, or its status only.

    Parameters
    ----------
    history : the report with its acts and decisions
    lang : fr or en; as it was kept where None
    caller : who asks; a nurse gets no finding (hazard H21)
    is_hidden : the site asks for an impression before the findings are shown (hazard H6)
    """
    shown = shown_document(history, ReportForm("json", lang))
    document: Mapping[str, Any] = shown["prediagnosis"]
    standing = {
        "id": shown["draft_id"],
        "version": shown["version"],
        "state": shown["state"],
        "saved_at": shown["saved_at"],
    }
    if is_hidden:
        return {**standing, **status_part(document), "impression_needed": True}
    if not may(caller, Deed.READ_DRAFT):
        return {**standing, **status_part(document)}
    acts = {"decisions": shown["decisions"], "history": shown["history"]}
    return {**standing, **document, **acts}


def status_part(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a nurse needs while the person still sits there: no finding, no risk.

    Parameters
    ----------
    document : a pre-diagnosis
    """
    kept = ("status", "language", "visit_id", "person_id", "performed_at", "disclaimer", "urgency")
    lists = ("urgent", "refused_items", "suspect_items", "notes", "quality", "screening_declined")
    steps = (item["next_step"] for finding in document["findings"] for item in finding["missing"])
    return {
        "schema": STATUS_SCHEMA,
        **{key: document[key] for key in (*kept, *lists)},
        "next_steps": [step for step in dict.fromkeys(steps) if step],
    }
