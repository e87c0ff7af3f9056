"""The routes of a visit and its pre-diagnosis: send, read, decide."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from ....engine.errors import ScreeningError
from ....engine.words import check_language
from ...decisions.confirm import Withdrawal, acknowledge, decide, mark_seen, withdraw
from ...drafts.asked import Asked, asked_before
from ...drafts.history import ReportHistory, read_history
from ...screening import SiteKnows, keep_visit, screen_visit, why_unreadable
from ..answers.views import report_view
from ..caller import Call, Calling
from ..load.turns import Turn
from ..rights.access import Deed, require
from ..rights.impression import is_impression_needed, require_impression
from ..rights.reading import read_recorded
from ..uploads import SentVisit, sent_visit
from .bodies import DecisionBody, IfMatch, Key, ReasonBody
from .consents import agreed_by, remember_said
from .shadow import require_light

router = APIRouter(prefix="/v1/prediagnoses", tags=["pre-diagnoses"])
Lang = Annotated[Literal["fr", "en"] | None, Query(description="Language of the words.")]
View = Annotated[
    Literal["full", "status"], Query(description="status: what to do next, without a finding.")
]
Json = dict[str, Any]
DEFAULT_LANGUAGE = "fr"


@router.post("", status_code=201)
def send_visit(  # noqa: PLR0913 - what FastAPI hands in: the visit, who sends it, and how
    sent: Annotated[SentVisit, Depends(sent_visit)],
    call: Calling,
    key: Key,
    lang: Lang = None,
    view: View = "full",
    _turn: Turn = None,
) -> JSONResponse:
    """Screen a visit and keep its draft, where it waits for a physician.

    The same visit again gives the same draft; another content of the same visit supersedes the
    earlier draft, which is kept. With an Idempotency-Key the same request has one effect.
    """
    require(call.person, Deed.SEND_VISIT)
    language = check_language(lang or DEFAULT_LANGUAGE)
    asked = Asked(call.person.id, key, sent.sha256(language))
    draft_id, error = drafted(call, sent, language, asked)
    is_status = view == "status"
    answer = report_json(
        call, read_history(call.service.store, draft_id), lang, is_status=is_status
    )
    if error is not None:
        answer["ecg_refused"] = error.as_dict()
    return _json(answer, 201, Location=f"{router.prefix}/{draft_id}")


def drafted(
    call: Call, sent: SentVisit, language: str, asked: Asked
) -> tuple[str, ScreeningError | None]:
    """Return the id of a visit's draft, and why its ECG was refused if it was.

    A request that came before has its draft already; any other is screened and kept.

    Parameters
    ----------
    call : who sends it
    sent : the visit
    language : in which it is rendered
    asked : the request and its key
    """
    known = _known(call, asked)
    if known is not None:
        return known, None if sent.ecg is None else why_unreadable(sent.ecg)
    service = call.service
    screened = screen_visit(
        sent.document,
        service.engine,
        now=service.clock(),
        ecg=sent.ecg,
        earlier=sent.earlier,
        knows=SiteKnows(agreed_by(call), service.planned.problems, sent.problems),
    )
    remember_said(call, screened)
    draft_id = keep_visit(service.store, screened, language, clock=service.clock, asked=asked)
    service.metrics.count("laennec_drafts_saved_total")
    return draft_id, screened.ecg_error


def _known(call: Call, asked: Asked) -> str | None:
    """Return the draft of a request that came before, without screening it again."""
    if asked.key is None:
        return None
    with call.service.store.read() as connection:
        return asked_before(connection, asked)


def report_json(
    call: Call, history: ReportHistory, lang: str | None, *, is_status: bool = False
) -> Json:
    """Return a report as whoever calls may see it, with its content hash."""
    is_hidden = is_impression_needed(call, history)
    is_status = is_status or call.service.settings.shadow
    view = report_view(history, lang, call.person, is_hidden=is_hidden, is_status=is_status)
    return call.service.codes.added({**view, "content_hash": history.report.content_hash})


def _json(answer: Json, status: int = 200, **headers: str) -> JSONResponse:
    """Answer with plain data as it is; the framework's own encoding would cost as much again."""
    tag = {"ETag": f'"{answer["content_hash"]}"'}
    return JSONResponse(answer, status, headers={**tag, **headers})


@router.get("/{draft_id}")
def read_prediagnosis(draft_id: str, call: Calling, lang: Lang = None) -> JSONResponse:
    """Read a pre-diagnosis with its state, its acts and its decisions; reading decides nothing."""
    require(call.person, Deed.READ_STATUS)
    return _json(report_json(call, read_recorded(call, draft_id), lang))


@router.post("/{draft_id}/decision")
def send_decision(
    draft_id: str,
    body: DecisionBody,
    content_hash: IfMatch,
    call: Calling,
    key: Key,
) -> Json:
    """Confirm, amend or reject findings, as a named physician, on the content hash read."""
    require(call.person, Deed.DECIDE)
    require_light(call, draft_id)
    require_impression(call, read_history(call.service.store, draft_id))
    request = body.request(draft_id, content_hash, key)
    decided = decide(call.service.store, request, physician=call.person, clock=call.service.clock)
    call.service.metrics.count("laennec_decisions_total")
    said = asdict(decided)
    return {"id": said.pop("draft_id"), **said}


@router.post("/{draft_id}/seen")
def send_seen(draft_id: str, call: Calling) -> Json:
    """Say that a physician opened the report; it decides nothing and stops the U0 alarm."""
    require(call.person, Deed.DECIDE)
    state = mark_seen(call.service.store, draft_id, physician=call.person, clock=call.service.clock)
    return {"id": draft_id, "state": state}


@router.post("/{draft_id}/acknowledgement")
def send_acknowledgement(draft_id: str, call: Calling) -> Json:
    """Say that a physician takes charge of an urgent report; it stays as undecided as it was."""
    require(call.person, Deed.DECIDE)
    state = acknowledge(
        call.service.store, draft_id, physician=call.person, clock=call.service.clock
    )
    return {"id": draft_id, "state": state}


@router.post("/{draft_id}/withdrawal")
def send_withdrawal(draft_id: str, body: ReasonBody, call: Calling) -> Json:
    """Take a report back whole, with a coded reason; it is kept and never released again."""
    require(call.person, Deed.DECIDE)
    withdrawal = Withdrawal(draft_id, body.reason, body.text)
    state = withdraw(
        call.service.store, withdrawal, physician=call.person, clock=call.service.clock
    )
    return {"id": draft_id, "state": state}
