"""The routes of the shadow mode, and what it refuses meanwhile."""

from collections.abc import Mapping
from dataclasses import asdict

from fastapi import APIRouter
from pydantic import Field

from ...people import Role
from ...studies.shadow import ShadowMode, compared, judge
from ..caller import Call, Calling
from ..rights.access import Deed, require
from .bodies import Closed

router = APIRouter(prefix="/v1", tags=["shadow mode"])


class JudgementBody(Closed):
    """What a physician puts without having seen the engine's findings: finding -> state or band."""

    findings: Mapping[str, str] = Field(min_length=1, max_length=200)


def require_light(call: Call, draft_id: str) -> None:
    """Refuse findings, and decisions on them, while the engine runs in the shadow.

    Raises
    ------
    ShadowMode : the site compares before it switches the findings on
    """
    if call.service.settings.shadow:
        raise ShadowMode(
            found="the findings, while this site runs in the shadow mode",
            why="physicians judge on their own here, to be compared with the software",
            remedy="Post your own judgement to .../judgement, or on /review; urgent items show",
            path=f"draft {draft_id[:64]}",
        )


@router.post("/prediagnoses/{draft_id}/judgement")
def send_judgement(draft_id: str, body: JudgementBody, call: Calling) -> dict[str, str]:
    """Keep what a physician puts on their own; it decides nothing."""
    require(call.person, Deed.DECIDE)
    service = call.service
    state = judge(
        service.store, draft_id, body.findings, physician=call.person, clock=service.clock
    )
    return {"id": draft_id, "state": str(state)}


@router.get("/shadow")
def read_shadow(call: Calling) -> dict[str, object]:
    """Compare the engine with what physicians put on their own, by finding and version."""
    require(call.person, Deed.READ_AGREEMENT)
    hide = call.person.role is not Role.PHYSICIAN
    return {"findings": [asdict(row) for row in compared(call.service.store, hide_small=hide)]}
