"""Out of the visit software into the review page: the two addresses of a SMART launch."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from ..drafts.drafts import NoSuchReport
from ..http.caller import Call, Serving
from ..http.problems import NotSignedIn
from ..http.rights.objects import require_object
from ..http.service import Service
from ..http.sign_in.client_key import client_keys
from ..http.sign_in.provider import Question
from ..http.sign_in.sessions import session_token
from ..smart.launch import ASKED_S, Launches, Opened
from ..smart.refusals import LaunchRefused, Step, launch_words
from .render import page
from .routes import Lang, PageRoute, html
from .session import WayBack, keep_session

router = APIRouter(prefix="/smart", include_in_schema=False, route_class=PageRoute)
_MOST: Final = 4000
_BACK: Final = WayBack("laennec_launch", "/smart", ASKED_S)


@router.get("/launch")
def launch(
    request: Request,
    service: Serving,
    iss: Annotated[str, Query(max_length=_MOST)] = "",
    launch: Annotated[str, Query(max_length=_MOST)] = "",
    lang: Lang = "fr",
) -> Response:
    """Lead the browser to the authorization page of the visit software that opens this address."""
    try:
        where, question = _launches(service).begin(
            iss, launch, lang, _BACK.address(request, service)
        )
    except LaunchRefused as error:
        return _refused(request, error, lang)
    return _BACK.leave(where, question, service)


@router.get("/callback")
def callback(request: Request, service: Serving) -> Response:
    """Take the browser back: check every part, begin the session, and open what is meant.

    The page that is answered leads on by itself: the session cookie is sent to what a page of this
    service asks for, and not to what another site's page asked for.
    """
    cookie = request.cookies.get(_BACK.cookie, "")
    lang = _lang(cookie)
    try:
        launches = _launches(service)
        opened = launches.finish(request.query_params, cookie, _BACK.address(request, service))
        answer = _opened(service, opened, lang)
    except LaunchRefused as error:
        answer = _refused(request, error, lang)
    _BACK.forget(answer)
    return answer


@router.get("/keys")
def keys(service: Serving) -> Response:
    """Publish the key by which this service proves itself to visit software that asks for one."""
    site, folder = service.site, service.site_folder
    if site is None or folder is None or not site.has_client_key:
        return JSONResponse({"keys": []})
    return JSONResponse(dict(client_keys(folder)))


def _launches(service: Service) -> Launches:
    if service.site is None or service.site_folder is None:
        raise LaunchRefused(Step.UNKNOWN_EHR)
    return Launches(
        service.site, service.site_folder, service.store, service.discovery, service.clock
    )


def _opened(service: Service, opened: Opened, lang: str) -> Response:
    folder = service.site_folder
    if folder is None:
        raise LaunchRefused(Step.UNKNOWN_EHR)
    token = session_token(opened.person, folder, minutes=opened.minutes, clock=service.clock)
    draft_id = opened.report.draft_id
    if draft_id is None or not _is_shown(Call(opened.person, service), draft_id):
        answer = html(_page(lang, step="", other=""))
    elif opened.report.is_other_visit:
        answer = html(_page(lang, step="", other=f"/review/{draft_id}"))
    else:
        answer = html(page("signed_in.html", lang, person=None, home=f"/review/{draft_id}"))
    keep_session(answer, service, token)
    return answer


def _is_shown(call: Call, draft_id: str) -> bool:
    try:
        require_object(call, draft_id)
    except NoSuchReport:
        return False
    return True


def _refused(request: Request, error: LaunchRefused, lang: str) -> Response:
    request.state.problem = f"launch_{error.step}"
    return html(_page(lang, step=str(error.step), number=request.state.id), error.status)


def _page(lang: str, **data: Any) -> str:  # noqa: ANN401 - whatever the template prints
    return page("launch.html", lang, person=None, s=partial(launch_words, lang), **data)


def _lang(cookie: str) -> str:
    try:
        return "en" if Question.of_cookie(cookie).lang == "en" else "fr"
    except NotSignedIn:
        return "fr"
