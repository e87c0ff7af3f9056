"""The routes of reports as documents, and of the worklist."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, Literal

from fastapi import APIRouter, Response

from ...decisions.release import release
from ...drafts.history import ReportHistory
from ...drafts.states import State
from ...drafts.stored_report import Format, ReportForm, final_report, show_report
from ...drafts.traces import read_trace
from ..answers.page_headers import PAGE_HEADERS
from ..answers.pdf import as_pdf
from ..caller import Call, Calling
from ..rights.access import Deed, may, require
from ..rights.impression import require_impression
from ..rights.objects import worklist_of
from ..rights.reading import read_recorded
from .prediagnoses import Json, Lang
from .shadow import require_light

router = APIRouter(prefix="/v1", tags=["reports"])
DECIDED: Final = (State.CONFIRMED, State.AMENDED)

Ending = Literal["html", "pdf", "json", "txt"]
_FORMS: Final[Mapping[str, tuple[Format, str]]] = {
    "html": ("html", "text/html; charset=utf-8"),
    "pdf": ("html", "application/pdf"),
    "json": ("json", "application/json"),
    "txt": ("text", "text/plain; charset=utf-8"),
}


@router.get("/worklist", tags=["worklist"])
def read_worklist(call: Calling) -> Json:
    """List the reports that wait for a physician, the most urgent first."""
    require(call.person, Deed.READ_WORKLIST)
    items = worklist_of(call)
    hidden = {"draft_id"} | (set() if may(call.person, Deed.READ_DRAFT) else {"undecided"})
    return {
        "reports": [
            {k: v for k, v in {"id": i.draft_id, **asdict(i)}.items() if k not in hidden}
            for i in items
        ]
    }


@router.get(
    "/prediagnoses/{draft_id}/report.{ending}",
    response_class=Response,
    responses={200: {"content": {kind: {} for _, kind in _FORMS.values()}}},
)
def read_report(draft_id: str, ending: Ending, call: Calling, lang: Lang = None) -> Response:
    """Print a report: what a physician decided, by name; before that, the draft marked as one.

    A decided report leaves through the release, which the audit trail has before the document.
    """
    form, media_type = _FORMS[ending]
    print_it = as_pdf() if ending == "pdf" else _as_it_is
    service = call.service
    asked = ReportForm(
        form, lang, lambda: service.engine.models, lambda: read_trace(service.store, draft_id)
    )
    text = report_text(call, draft_id, asked)
    if form == "json":
        text = service.codes.added_to_text(text)
    headers = PAGE_HEADERS if form == "html" else None
    return Response(print_it(text), media_type=media_type, headers=headers)


def report_text(call: Call, draft_id: str, form: ReportForm) -> str:
    """Return a report in a form: released where it is decided, else shown as a draft.

    Raises
    ------
    WrongRole : a draft, for somebody who may read decided reports only
    """
    history = read_recorded(call, draft_id)
    is_decided = history.report.state in DECIDED
    require(call.person, Deed.READ_FINAL if is_decided else Deed.READ_DRAFT)
    require_light(call, draft_id)
    require_impression(call, history)
    shown = show_report(history, form)
    return _final(call, history, form) if is_decided else shown


def _final(call: Call, history: ReportHistory, form: ReportForm) -> str:
    """Release a report; what could not be printed above is not said to be released."""
    return final_report(
        release(call.service.store, history.report.draft_id, clock=call.service.clock), form
    )


def _as_it_is(text: str) -> bytes:
    return text.encode("utf-8")
