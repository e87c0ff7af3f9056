"""What of a stored report is sent to whom: all to a physician, what to do next to a nurse."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ....engine.urgency.not_asked import CODE as NOT_ASKED
from ...drafts.history import ReportHistory
from ...drafts.stored_report import ReportForm, shown_document
from ...fhir.symptoms_out import unasked_symptoms
from ...pages.visit_form import laboratory_items
from ...people import Person
from ..rights.access import Deed, may

STATUS_SCHEMA: Final = "laennec.visit_status/1"


def report_view(
    history: ReportHistory,
    lang: str | None,
    caller: Person,
    *,
    is_hidden: bool = False,
    is_status: bool = False,
) -> dict[str, Any]:
    """Return a stored report for whoever asks: the pre-diagnosis with its id, or its status only.

    Parameters
    ----------
    history : the report with its acts and decisions
    lang : fr or en; as it was kept where None
    caller : who asks; a nurse gets no finding (hazard H21)
    is_hidden : the site asks for an impression before the findings are shown (hazard H6)
    is_status : the status is asked for, whoever asks
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
    if is_status or not may(caller, Deed.READ_DRAFT):
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
    limits = ("banners", "rules_not_applied", "is_minor", "symptoms")
    missing = [item for finding in document["findings"] for item in finding["missing"]]
    laboratory = dict.fromkeys(m["next_step"] for m in missing if _is_of_laboratory(m["item"]))
    steps = [step for step in dict.fromkeys(m["next_step"] for m in missing) if step]
    return {
        "schema": STATUS_SCHEMA,
        **{key: document[key] for key in (*kept, *lists)},
        **{key: document[key] for key in limits if key in document},
        "next_steps": steps,
        "to_do_now": [*_to_mend(document), *(s for s in steps if s not in laboratory)],
        "at_the_laboratory": [step for step in steps if step in laboratory],
    }


def _to_mend(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is to be put right before the visit can be read, and what was not asked."""
    refused = (i for i in document["refused_items"] if i["severity"] == "refused_record")
    yield from dict.fromkeys(item["remedy"] for item in refused)
    unasked = unasked_symptoms(document)
    if unasked:
        yield unasked.text
    for note in document["notes"]:
        if note["code"] == NOT_ASKED:
            yield f"{note['found']}. {note['remedy']}"


def _is_of_laboratory(item: str) -> bool:
    """Say whether a missing item is for a laboratory; everything else is done at the chair.

    A model names what it reads after the item, with a unit behind it.
    """
    return item.rpartition(":")[2].startswith(tuple(laboratory_items()))
