"""The routes of notes on a report (impression, question, advice) and of the agreement table."""

from dataclasses import asdict

from fastapi import APIRouter

from ...decisions.notes import Note, ask_advice, give_advice, note_impression
from ...people import Role
from ...studies.agreement import agreement
from ..caller import Calling
from ..rights.access import Deed, require
from ..rights.objects import require_object
from .bodies import QuestionBody, WordsBody
from .consents import require_advice_consent
from .prediagnoses import Json

router = APIRouter(prefix="/v1", tags=["notes"])


@router.post("/prediagnoses/{draft_id}/impression")
def send_impression(draft_id: str, body: WordsBody, call: Calling) -> Json:
    """Keep what the physician thinks before the findings are shown; it decides nothing."""
    require(call.person, Deed.DECIDE)
    service = call.service
    note = Note(draft_id, body.words)
    state = note_impression(service.store, note, physician=call.person, clock=service.clock)
    return {"id": draft_id, "state": state}


@router.post("/prediagnoses/{draft_id}/question")
def send_question(draft_id: str, body: QuestionBody, call: Calling) -> Json:
    """Ask a specialist before deciding; the report stays undecided."""
    require(call.person, Deed.DECIDE)
    require_advice_consent(call, draft_id)
    service = call.service
    note = Note(draft_id, body.words, body.specialty)
    state = ask_advice(service.store, note, physician=call.person, clock=service.clock)
    return {"id": draft_id, "state": state}


@router.post("/prediagnoses/{draft_id}/advice")
def send_advice(draft_id: str, body: WordsBody, call: Calling) -> Json:
    """Give advice as a specialist; the physician decides with it or against it."""
    require(call.person, Deed.ADVISE)
    require_object(call, draft_id)
    service = call.service
    note = Note(draft_id, body.words)
    state = give_advice(service.store, note, specialist=call.person, clock=service.clock)
    return {"id": draft_id, "state": state}


@router.get("/agreement", tags=["agreement"])
def read_agreement(call: Calling) -> Json:
    """Count what physicians confirmed, amended and rejected, per finding and model version."""
    require(call.person, Deed.READ_AGREEMENT)
    hide = call.person.role is not Role.PHYSICIAN
    return {"findings": [asdict(row) for row in agreement(call.service.store, hide_small=hide)]}
