"""The routes of documents: for the person, for a colleague, and what leaves by secure mail."""

import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from ...documents.export import Asked, Form, Kind, Leaving, export_document
from ...people import Specialty
from ..answers.page_headers import PAGE_HEADERS
from ..answers.pdf import as_pdf
from ..caller import Call, Calling
from ..rights.access import Deed, require
from ..rights.reading import read_recorded
from .bodies import Closed
from .prediagnoses import DEFAULT_LANGUAGE, Lang
from .shadow import require_light

router = APIRouter(prefix="/v1/prediagnoses", tags=["documents"])
PDF_A: Final = "pdf/a-1b"
_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xdm": "application/zip",
}
Chosen = Annotated[Specialty | None, Query(description="Whom the physician chose, for advice.")]


class PackageBody(Closed):
    """A document to be put into a package for secure mail."""

    kind: Literal[Kind.REPORT, Kind.LETTER, Kind.ADVICE]
    patient: dict[str, Any] = Field(description="FHIR R4 Patient with the qualified identity.")
    finess: str | None = Field(default=None, pattern=r"^[0-9A-Z]{9}$")
    organisation: str | None = Field(default=None, max_length=200)
    specialty: Specialty | None = None
    lang: Literal["fr", "en"] = "fr"


@router.get(
    "/{draft_id}/documents/{kind}.{form}",
    response_class=Response,
    responses={200: {"content": {"text/html": {}, "application/pdf": {}}}},
)
def read_document(  # noqa: PLR0913, PLR0917 - each is a part of the address, or what FastAPI gives
    draft_id: str,
    kind: Kind,
    form: Literal["html", "pdf"],
    call: Calling,
    specialty: Chosen = None,
    lang: Lang = None,
) -> Response:
    """Print a document of a decided report, to be handed over in person; PDF is PDF/A."""
    return handed_over(call, draft_id, kind, form, (specialty, lang or DEFAULT_LANGUAGE))


@router.post(
    "/{draft_id}/documents",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def send_package(draft_id: str, body: PackageBody, call: Calling) -> Response:
    """Make the XDM package for the secure-mail module; the identity is kept nowhere."""
    require(call.person, Deed.DECIDE)
    site = call.service.site
    finess = body.finess or (site.finess if site else None)
    schema = site.cda_schema if site else None
    leaving = Leaving(json.dumps(body.patient).encode(), finess, schema) if finess else None
    asked = _asked(call, draft_id, (body.kind, "xdm"), (body.specialty, body.lang))
    named = body.organisation or asked.organisation
    return _made(call, replace(asked, leaving=leaving, organisation=named))


def handed_over(
    call: Call, draft_id: str, kind: Kind, form: Form, how: tuple[Specialty | None, str]
) -> Response:
    """Return a document for who may hand it over; the page for the person by its nurse too."""
    require(call.person, Deed.HAND_OVER if kind is Kind.EMPLOYEE else Deed.DECIDE)
    return _made(call, _asked(call, draft_id, (kind, form), how))


def _asked(
    call: Call, draft_id: str, what: tuple[Kind, Form], how: tuple[Specialty | None, str]
) -> Asked:
    kind, form = what
    specialty, lang = how
    name = call.service.site.name if call.service.site else ""
    return Asked(draft_id, kind, form, lang, name, partial(as_pdf, PDF_A), specialty)


def _made(call: Call, asked: Asked) -> Response:
    read_recorded(call, asked.draft_id)
    require_light(call, asked.draft_id)
    data = export_document(call.service.store, asked, clock=call.service.clock)
    headers = PAGE_HEADERS if asked.form == "html" else None
    return Response(data, media_type=_TYPES[asked.form], headers=headers)
