"""To the identity provider's own sign-in page, and back from it."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from ..http.caller import Serving
from ..http.problems import NotSignedIn
from ..http.service import Service
from ..http.sign_in.issuers import refused
from ..http.sign_in.provider import Question, code_of, sign_in_address, token_for
from ..site_rows import IssuerRow
from .render import page
from .routes import Lang, PageRoute, html
from .session import WayBack, home_of, keep_session, signed_in, ways

router = APIRouter(prefix="/review/sign-in", include_in_schema=False, route_class=PageRoute)
_BACK: Final = WayBack("laennec_sign_in", "/review/sign-in", 600)
_MOST_COOKIE: Final = 3800
_UNAUTHORIZED: Final = 401


@router.get("/provider")
def to_provider(
    request: Request,
    service: Serving,
    issuer: Annotated[str, Query(max_length=200)],
    lang: Lang = "fr",
) -> Response:
    """Lead the browser to the provider's own page."""
    row = _row_of(service, issuer)
    question = Question.new(issuer, lang)
    where = sign_in_address(row, question, _BACK.address(request, service))
    return _BACK.leave(where, question, service)


@router.get("/callback")
def from_provider(request: Request, service: Serving) -> Response:
    """Take the browser back: exchange its code, check the token, keep it as the session.

    The page that is answered leads on by itself: the session cookie is sent to what a page of this
    service asks for, and not to what another site's page asked for.
    """
    lang = "fr"
    try:
        question = Question.of_cookie(request.cookies.get(_BACK.cookie, ""))
        lang = "en" if question.lang == "en" else "fr"
        token = _token(request, service, question)
        person = signed_in(service, token, question.nonce)
    except NotSignedIn as error:
        request.state.problem = error.code
        said = "sign_in.not_at_provider"
        text = page("sign_in.html", lang, person=None, refused=said, **ways(service))
        answer = html(text, _UNAUTHORIZED)
    else:
        answer = html(page("signed_in.html", lang, person=None, home=home_of(person)))
        keep_session(answer, service, token)
    _BACK.forget(answer)
    return answer


def _token(request: Request, service: Service, question: Question) -> str:
    row = _row_of(service, question.issuer)
    code = code_of(request.query_params, question)
    if service.site_folder is None:
        raise refused("a sign-in on a machine without a site")
    token = token_for(row, service.site_folder, (question, code, _BACK.address(request, service)))
    if len(token) > _MOST_COOKIE:
        raise refused("a token of the identity provider that is too long for a session")
    return token


def _row_of(service: Service, issuer: str) -> IssuerRow:
    rows = () if service.issuers is None else service.issuers.providers
    found = next((row for row in rows if row.issuer == issuer), None)
    if found is None or service.issuers is None:
        raise refused("an identity provider that this site does not name")
    return service.issuers.provider(found)
