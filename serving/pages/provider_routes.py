"""To the identity provider's own sign-in page, and back from it."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from ..http.caller import Serving
from ..http.issuers import refused
from ..http.problems import NotSignedIn
from ..http.provider import Question, code_of, sign_in_address, token_for
from ..http.service import Service
from ..site_rows import IssuerRow
from .render import page
from .routes import Lang, PageRoute, html
from .session import home_of, keep_session, signed_in, ways

router = APIRouter(prefix="/review/sign-in", include_in_schema=False, route_class=PageRoute)
_COOKIE: Final = "laennec_sign_in"
_PATH: Final = "/review/sign-in"
_ASKED_S: Final = 600
_MOST_COOKIE: Final = 3800
_SEE_OTHER: Final = 303
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
    where = sign_in_address(row, question, _back(request, service))
    answer = RedirectResponse(where, _SEE_OTHER)
    answer.set_cookie(
        _COOKIE,
        question.as_cookie(),
        max_age=_ASKED_S,
        path=_PATH,
        httponly=True,
        samesite="lax",  # the way back is a request that the provider's page begins
        secure=service.settings.behind_tls,
    )
    return answer


@router.get("/callback")
def from_provider(request: Request, service: Serving) -> Response:
    """Take the browser back: exchange its code, check the token, keep it as the session.

    The page that is answered leads on by itself: the session cookie is sent to what a page of this
    service asks for, and not to what another site's page asked for.
    """
    lang = "fr"
    try:
        question = Question.of_cookie(request.cookies.get(_COOKIE, ""))
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
    answer.delete_cookie(_COOKIE, path=_PATH, httponly=True, samesite="lax")
    return answer


def _token(request: Request, service: Service, question: Question) -> str:
    row = _row_of(service, question.issuer)
    code = code_of(request.query_params, question)
    if service.site_folder is None:
        raise refused("a sign-in on a machine without a site")
    token = token_for(row, service.site_folder, (question, code, _back(request, service)))
    if len(token) > _MOST_COOKIE:
        raise refused("a token of the identity provider that is too long for a session")
    return token


def _row_of(service: Service, issuer: str) -> IssuerRow:
    rows = () if service.issuers is None else service.issuers.providers
    found = next((row for row in rows if row.issuer == issuer), None)
    if found is None or service.issuers is None:
        raise refused("an identity provider that this site does not name")
    return service.issuers.provider(found)


def _back(request: Request, service: Service) -> str:
    """Return the address to which the provider leads back; the door has checked the host."""
    scheme = "https" if service.settings.behind_tls else "http"
    return f"{scheme}://{request.headers['host']}{_PATH}/callback"
