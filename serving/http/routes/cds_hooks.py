"""The routes of CDS Hooks 2.0: discovery, services, feedback."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ....engine.words import check_language
from ...cds_hooks.cards import draft_of_card, report_card
from ...cds_hooks.feedback import Feedback, check_feedback, keep_feedback
from ...cds_hooks.requests import HookCall, read_call
from ...cds_hooks.services import discovery, service_of, settings
from ...drafts.asked import Asked
from ...drafts.history import read_history
from ...fhir.identity import person_number
from ...fhir.visit_in import read_visit
from ..caller import Call
from ..caller import service_of as process_of
from ..load.turns import Turn
from ..rights.access import Deed, require
from ..rights.objects import require_object, worklist_of
from ..rights.reading import read_recorded
from ..uploads import SentVisit, media_type, within
from .cds_clients import CdsCalling, base_of
from .prediagnoses import DEFAULT_LANGUAGE, Json, Lang, drafted, report_json

router = APIRouter(prefix="/cds-services", tags=["CDS Hooks 2.0"])
MEASURED: Final = "visit-measured"
_MOST_COMMENT: Final = 2000


class _Said(BaseModel):
    """A part of a feedback; what another version adds may stand there unread."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


class _Reason(_Said):
    code: str = Field(max_length=40)
    system: str | None = None


class _OverrideReason(_Said):
    reason: _Reason | None = None
    userComment: str | None = Field(default=None, max_length=_MOST_COMMENT)  # noqa: N815 - CDS Hooks


class _Entry(_Said):
    card: str = Field(max_length=100)
    outcome: Literal["accepted", "overridden"]
    overrideReason: _OverrideReason | None = None  # noqa: N815 - as CDS Hooks names it
    outcomeTimestamp: datetime  # noqa: N815 - as above

    @model_validator(mode="after")
    def _has_a_zone(self) -> Self:
        if self.outcomeTimestamp.tzinfo is None:
            message = "outcomeTimestamp needs its zone"
            raise ValueError(message)
        return self

    def feedback(self) -> Feedback:
        """Return it as the house keeps it."""
        why = self.overrideReason or _OverrideReason()
        code = None if why.reason is None else why.reason.code
        draft_id, at = draft_of_card(self.card), self.outcomeTimestamp
        return check_feedback(Feedback(draft_id, self.outcome, code, why.userComment, at))


class FeedbackBody(_Said):
    """What was done with one or several cards, in any order."""

    feedback: tuple[_Entry, ...] = Field(min_length=1, max_length=100)


async def hook_call(service_id: str, request: Request) -> HookCall:
    """Read the body of a call, which is JSON; as `read_call`.

    Raises
    ------
    MediaTypeNotTaken : another kind of body
    """
    media_type(request, ("application/json",), "Send the call as application/json")
    limits = process_of(request).settings
    body = within(await request.body(), limits.max_visit_bytes + limits.max_ecg_bytes)
    return read_call(service_id, body)


@router.get("")
def discover(lang: Lang = None) -> Json:
    """Say which services there are, and what each needs prefetched; open to everybody."""
    return discovery(check_language(lang or DEFAULT_LANGUAGE))


@router.post("/{service_id}")
def call_service(
    call: CdsCalling,
    asked: Annotated[HookCall, Depends(hook_call)],
    request: Request,
    lang: Lang = None,
    _turn: Turn = None,
) -> Json:
    """Answer with cards; a card says what is urgent and where to read on, never a finding."""
    language = check_language(lang or DEFAULT_LANGUAGE)
    base = base_of(request, call.service)
    if asked.service_id == MEASURED:
        return {"cards": [_measured(call, asked, language, base)]}
    return {"cards": _waiting(call, asked, language, base)}


def _measured(call: Call, asked: HookCall, language: str, base: str) -> Json:
    """Screen the visit of a prefetch and keep its draft; the same call again has one effect."""
    require(call.person, Deed.SEND_VISIT)
    sent = read_visit(asked.bundle(), asked.open_visit)
    problems = (*sent.problems, *asked.problems)
    visit = SentVisit(json.dumps(sent.document).encode(), sent.ecg, problems, sent.earlier)
    key = f"hook:{asked.instance}"
    said = Asked(call.person.id, key, visit.sha256(language))
    draft_id, _ = drafted(call, visit, language, said)
    history = read_history(call.service.store, draft_id)
    status = report_json(call, history, language, is_status=True)
    card = report_card(status, draft_id, base, is_smart=_is_smart(call))
    unread = [f"- {i.line(language)} [{i.where}]" for i in sent.issues if i.severity == "error"]
    return {**card, "detail": "\n".join([*unread, card["detail"]])} if unread else card


def _waiting(call: Call, asked: HookCall, language: str, base: str) -> list[Json]:
    """Return a card for each report of the person that waits for a physician, none otherwise."""
    require(call.person, Deed.READ_STATUS)
    number = person_number(asked.prefetch["patient"])
    waiting = [item for item in worklist_of(call) if item.person_id == number]
    return [
        report_card(
            _status(call, item.draft_id, language), item.draft_id, base, is_smart=_is_smart(call)
        )
        for item in waiting[: settings()["most_cards"]]
    ]


def _is_smart(call: Call) -> bool:
    """Say whether the cards of this caller lead to the review page by a SMART launch."""
    rows = () if call.service.site is None else call.service.site.cds_clients
    return any(row.smart for row in rows if row.person == call.person.id)


def _status(call: Call, draft_id: str, language: str) -> Mapping[str, Any]:
    return report_json(call, read_recorded(call, draft_id), language, is_status=True)


@router.post("/{service_id}/feedback")
def send_feedback(service_id: str, body: FeedbackBody, call: CdsCalling) -> dict[str, int]:
    """Keep what was done with cards: once, in any order, and it decides nothing."""
    service_of(service_id)
    require(call.person, Deed.SEND_VISIT)
    said = [one.feedback() for one in body.feedback]
    for one in said:
        require_object(call, one.draft_id)
    kept = keep_feedback(call.service.store, said, sender=call.person, clock=call.service.clock)
    return {"kept": kept, "known": len(said) - kept}
