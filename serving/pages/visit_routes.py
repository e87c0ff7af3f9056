"""The route of the nurse's page; what it sends goes through the routes of the API."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ..http.caller import Calling
from ..http.rights.access import Deed, require
from .render import page
from .routes import Lang, PageRoute, html
from .visit_form import visit_form

router = APIRouter(prefix="/visit", include_in_schema=False, route_class=PageRoute)


@router.get("")
def visit_page(call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """Ask what a visit needs, and say at once what is missing; no finding is shown here."""
    require(call.person, Deed.KEEP_VISIT)
    return html(page("visit.html", lang, person=call.person, form=visit_form(lang)))
