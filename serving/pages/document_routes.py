"""Documents out of the review page: as a page to print, or as PDF/A."""

from typing import Literal

from fastapi import APIRouter, Response

from ..documents.export import Kind
from ..http.caller import Calling
from ..http.routes.handed_over import Chosen, handed_over
from .routes import Lang, PageRoute

router = APIRouter(prefix="/review", include_in_schema=False, route_class=PageRoute)


@router.get("/{draft_id}/document/{kind}.{form}")
def document_page(  # noqa: PLR0913, PLR0917 - each is a part of the address, or what FastAPI gives
    draft_id: str,
    kind: Kind,
    form: Literal["html", "pdf"],
    call: Calling,
    specialty: Chosen = None,
    lang: Lang = "fr",
) -> Response:
    """Show a document of a decided report, or say on a page why there is none."""
    return handed_over(call, draft_id, kind, form, (specialty, lang))
