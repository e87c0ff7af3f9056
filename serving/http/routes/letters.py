"""The routes of the letter that a physician finished and kept with the decided visit."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import Field

from ...decisions.letters import MOST_LETTER, FinishedLetter, keep_letter, letters_of
from ..caller import Calling
from ..rights.access import Deed, require
from ..rights.reading import read_recorded
from .bodies import Closed, IfMatch
from .prediagnoses import Json

router = APIRouter(prefix="/v1/prediagnoses", tags=["letters"])


class LetterBody(Closed):
    """A letter as it is sent."""

    text: str = Field(min_length=1, max_length=MOST_LETTER)


@router.post("/{draft_id}/letters", status_code=201)
def send_letter(draft_id: str, body: LetterBody, content_hash: IfMatch, call: Calling) -> Json:
    """Keep the letter with the decided visit; its SHA-256 stands in the audit trail."""
    require(call.person, Deed.DECIDE)
    service = call.service
    letter = FinishedLetter(draft_id, body.text, content_hash)
    kept = keep_letter(service.store, letter, physician=call.person, clock=service.clock)
    return {"id": draft_id, **asdict(kept)}


@router.get("/{draft_id}/letters")
def read_letters(draft_id: str, call: Calling) -> Json:
    """Read the letters that were kept with a visit, the last one last."""
    require(call.person, Deed.DECIDE)
    return {"letters": [asdict(one) for one in letters_of(read_recorded(call, draft_id))]}
