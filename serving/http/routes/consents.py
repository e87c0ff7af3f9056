"""What a person agreed to: recorded by whoever asked, looked up before anything is screened."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from ....engine.record import NO, YES
from ....engine.screened import CONSENT
from ...decisions.consents import (
    Consent,
    Purpose,
    Said,
    read_consents,
    record_consents,
    require_consent,
)
from ...drafts.drafts import load_draft
from ...house_data import consent_notice
from ...screening import Agreed, ScreenedVisit
from ..caller import Call, Calling
from ..rights.access import Deed, require
from .bodies import Closed

router = APIRouter(prefix="/v1/consents", tags=["consents"])


class ConsentsBody(Closed):
    """What a person answered; a purpose that was not asked about is left out.

    Attributes
    ----------
    person_id : as the visit has it
    answers : purpose -> agreed or not; false after true takes the agreement back
    """

    person_id: str = Field(min_length=1, max_length=200)
    answers: Mapping[Purpose, bool] = Field(min_length=1, max_length=len(Purpose))


@router.post("")
def send_consents(body: ConsentsBody, call: Calling) -> dict[str, Any]:
    """Record what a person answered; each of the four answers is free and can be taken back."""
    require(call.person, Deed.RECORD_CONSENT)
    known = _recorded(call, body.person_id, body.answers)
    return _view(body.person_id, known)


@router.get("/{person_id:path}")
def read_person_consents(person_id: str, call: Calling) -> dict[str, Any]:
    """Read the answers of a person that hold; a purpose nobody asked about is left out."""
    require(call.person, Deed.RECORD_CONSENT)
    return _view(person_id, read_consents(call.service.store, person_id))


def agreed_by(call: Call) -> Agreed:
    """Return how to find out whether a person agreed to the screening."""

    def agreed(person_id: str) -> bool | None:
        answer = read_consents(call.service.store, person_id).get(Purpose.AI_SCREENING)
        if answer is not None:
            return answer.is_given
        return False if call.service.settings.consent_required else None

    return agreed


def remember_said(call: Call, screened: ScreenedVisit) -> None:
    """Record what a visit itself says of the screening, where it is new or a refusal."""
    batch = screened.screening.batch
    person_id, said = batch.person_id[0], int(batch.answer(CONSENT)[0])
    if not person_id or said not in (YES, NO) or batch.refused[0]:
        return
    known = read_consents(call.service.store, person_id).get(Purpose.AI_SCREENING)
    was_asked = known is not None or not call.service.settings.consent_required
    if was_asked and (known is None or (known.is_given and said == NO)):
        _recorded(call, person_id, {Purpose.AI_SCREENING: said == YES})


def require_advice_consent(call: Call, draft_id: str) -> None:
    """Refuse a question to a specialist that the person did not agree to.

    Raises
    ------
    ConsentMissing : refused, taken back, or never asked
    """
    store = call.service.store
    known = read_consents(store, load_draft(store, draft_id).person_id)
    require_consent(known, Purpose.SPECIALIST_ADVICE)


def _recorded(
    call: Call, person_id: str, answers: Mapping[Purpose, bool]
) -> Mapping[Purpose, Consent]:
    said = Said(person_id, answers, consent_notice().version)
    service = call.service
    return record_consents(service.store, said, actor=call.person, clock=service.clock)


def _view(person_id: str, known: Mapping[Purpose, Consent]) -> dict[str, Any]:
    answers = {
        str(purpose): {"answer": str(one.answer), "notice": one.notice, "at": one.at}
        for purpose, one in known.items()
    }
    return {"person_id": person_id, "notice": consent_notice().version, "answers": answers}
