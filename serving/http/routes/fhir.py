"""The FHIR R4 routes: a Bundle in and a Bundle out, on the same road as every visit."""

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from ....engine.words import check_language
from ...drafts.asked import Asked
from ...drafts.history import read_history
from ...drafts.stored_report import ReportForm
from ...fhir.capability import capability_statement, operation_definition
from ...fhir.questionnaire import questionnaire
from ...fhir.refusals import ecg_issues
from ...fhir.results import result_bundle
from ...fhir.visit_in import FhirVisit, read_visit
from ...fhir.writer import About
from ..caller import Calling, service_of
from ..load.turns import Turn
from ..problems import FHIR_TYPE
from ..rights.access import Deed, require
from ..uploads import SentVisit, media_type, within
from .bodies import Key
from .documents import report_text
from .fhir_types import require_acceptable, require_version
from .prediagnoses import DEFAULT_LANGUAGE, Json, Lang, drafted, report_json

_KINDS: Final = (FHIR_TYPE, "application/json")


class FhirRoute(APIRoute):
    """A route of FHIR: the form in which it answers is asked for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the route's handler."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            require_acceptable(request.headers.get("accept", ""), FHIR_TYPE)
            return await inner(request)

        return handle


router = APIRouter(prefix="/fhir", tags=["FHIR R4"], route_class=FhirRoute)


def _fhir(resource: Json, status: int = 200, **headers: str) -> Response:
    return JSONResponse(resource, status, {**headers}, media_type=FHIR_TYPE)


async def sent_bundle(request: Request) -> FhirVisit:
    """Read the body of a request as a FHIR Bundle.

    Raises
    ------
    MediaTypeNotTaken : another kind of body
    BundleRefused : a Bundle from which no visit of one person can be made
    """
    media_type(request, _KINDS, f"Send a Bundle as {FHIR_TYPE}")
    require_version(request.headers.get("content-type", ""))
    settings = service_of(request).settings
    body = within(await request.body(), settings.max_visit_bytes + settings.max_ecg_bytes)
    request.state.bundle = read_visit(body)
    sent: FhirVisit = request.state.bundle
    return sent


@router.post("/$prediagnose", response_class=JSONResponse)
def prediagnose(
    call: Calling,
    sent: Annotated[FhirVisit, Depends(sent_bundle)],
    key: Key,
    lang: Lang = None,
    _turn: Turn = None,
) -> Response:
    """Screen the visit of a Bundle and answer with the draft as a Bundle.

    Every code, unit and status that could not be read stands in its OperationOutcome, all at once.
    """
    require(call.person, Deed.SEND_VISIT)
    language = check_language(lang or DEFAULT_LANGUAGE)
    visit = SentVisit(json.dumps(sent.document).encode(), sent.ecg, sent.problems, sent.earlier)
    asked = Asked(call.person.id, key, visit.sha256(language))
    draft_id, ecg_error = drafted(call, visit, language, asked)
    seen = report_json(call, read_history(call.service.store, draft_id), lang)
    about = About(
        recorded=seen["saved_at"],
        state=seen["state"],
        subject=sent.subject,
        basis=sent.basis,
        draft_id=draft_id,
        issues=(*sent.issues, *ecg_issues(ecg_error, sent.places)),
        is_french=sent.is_french,
    )
    tag = f'W/"{seen["content_hash"]}"'
    return _fhir(result_bundle(seen, about, sent.places), ETag=tag)


@router.get("/Bundle/{draft_id}", response_class=JSONResponse)
def read_bundle(draft_id: str, call: Calling, lang: Lang = None) -> Response:
    """Read a pre-diagnosis as it stands: final, by name, once a physician decided it."""
    require(call.person, Deed.READ_FINAL)
    said = json.loads(report_text(call, draft_id, ReportForm("json", lang)))
    if "report" in said:
        document = said["report"]
        about = About(document["confirmation"]["released_at"], document["status"])
    else:
        document = said["prediagnosis"]
        about = About(said["saved_at"], said["state"])
    about = About(about.recorded, about.state, draft_id=draft_id)
    return _fhir(result_bundle(call.service.codes.added(document), about))


@router.get("/metadata", response_class=JSONResponse)
def metadata(request: Request) -> Response:
    """Say what is understood: the CapabilityStatement."""
    return _fhir(capability_statement(f"{request.base_url}fhir"))


@router.get("/OperationDefinition/prediagnose", response_class=JSONResponse)
def definition() -> Response:
    """Say how the operation is called."""
    return _fhir(operation_definition())


@router.get("/Questionnaire/visit", response_class=JSONResponse)
def visit_questionnaire(request: Request, lang: Lang = None) -> Response:
    """Give the questions of a visit with the version that a response must name."""
    codes = service_of(request).codes
    return _fhir(questionnaire(check_language(lang or DEFAULT_LANGUAGE), codes.codings))
