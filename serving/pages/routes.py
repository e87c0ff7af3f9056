"""The routes of the pages; every act goes through the routes of the API, signed by the session."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.routing import APIRoute

from ...engine.errors import ScreeningError
from ...engine.words import Sentences
from ..decisions.confirm import mark_seen
from ..decisions.letter import referral_letter
from ..decisions.letters import letters_of
from ..decisions.notes import impression_needed
from ..decisions.release import release
from ..drafts.decision_words import DecisionWords
from ..drafts.history import ReportHistory, read_history
from ..drafts.since import since_last_visit
from ..drafts.states import UNDECIDED, Act
from ..drafts.traces import read_trace
from ..http.caller import COOKIE, Calling, Serving
from ..http.problems import NotSignedIn, status_of
from ..http.rights.access import Deed, may, require
from ..http.rights.objects import worklist_of
from ..http.rights.reading import read_recorded
from ..http.routes.drift import MONTHS, drift_report
from ..http.sign_in.issuers import looks_signed
from ..studies.agreement import agreement
from ..worklist.worklist import REFUSED_AFTER, WorklistItem, earlier_alarm
from .render import ASSETS, REFUSED, PageWords, asset, page
from .review_data import Reader, Shown, review_data
from .session import forget_session, home_of, keep_session, signed_in, ways

Lang = Annotated[Literal["fr", "en"], Query()]
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86400
_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_WORDED: Final = {
    "no_such_report": "error.not_found",
    "wrong_role": "error.wrong_role",
    "superseded": "error.superseded",
    "not_confirmed": "error.not_confirmed",
    "consent_missing": "error.consent_missing",
    "extra_missing": "error.no_pdf",
}


class PageRoute(APIRoute):
    """A route whose errors are pages: to the sign-in where nobody is known, in words otherwise."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with house errors turned into pages."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except NotSignedIn:
                return RedirectResponse("/review/sign-in", _SEE_OTHER)
            except ScreeningError as error:
                request.state.problem = error.code
                return _error_page(request, error)

        return handled


router = APIRouter(prefix="/review", include_in_schema=False, route_class=PageRoute)


def html(text: str, status: int = 200) -> HTMLResponse:
    """Answer with a page, under the policy of the pages."""
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY})


def _error_page(request: Request, error: ScreeningError) -> HTMLResponse:
    lang = "en" if request.query_params.get("lang") == "en" else "fr"
    remedies = dict(PageWords(lang).refusals())
    other = f"{REFUSED}{error.code}" if error.code in remedies else "error.other"
    text = page(
        "error.html",
        lang,
        person=None,
        message=_WORDED.get(error.code, other),
        code=error.code,
        number=request.state.id,
    )
    return html(text, status_of(error))


@router.get("/sign-in")
def sign_in_page(service: Serving, lang: Lang = "fr") -> HTMLResponse:
    """Lead to the identity provider, or ask for the token."""
    refused = "sign_in.no_site" if service.tokens is None else ""
    return html(page("sign_in.html", lang, person=None, refused=refused, **ways(service)))


@router.post("/sign-in")
async def sign_in(request: Request, service: Serving, lang: Lang = "fr") -> Response:
    """Check the token and keep it as the session, where no script can read it."""
    form = await request.form()
    token = str(form.get("token", "")).strip()
    home = "/review"
    try:
        if service.tokens is not None:
            home = home_of(signed_in(service, token))
    except NotSignedIn:
        refused = "sign_in.refused"
        text = page("sign_in.html", lang, person=None, refused=refused, **ways(service))
        return html(text, _UNAUTHORIZED)
    answer = RedirectResponse(f"{home}?lang={lang}", _SEE_OTHER)
    keep_session(answer, service, token)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, service: Serving) -> Response:
    """Forget the session, and end its token where an issuer signed it."""
    token = request.cookies.get(COOKIE, "")
    if service.issuers is not None and looks_signed(token):
        service.issuers.sign_out(token, service.clock)
    answer = RedirectResponse("/review/sign-in", _SEE_OTHER)
    forget_session(answer)
    return answer


@router.get("/static/{name}")
def static(name: str) -> Response:
    """Give one of the pages' own files; no other name exists."""
    if name not in ASSETS:
        return Response(status_code=404)
    return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})


@router.get("/alarms")
def alarms(call: Calling) -> JSONResponse:
    """Count the urgent reports that nobody took charge of in time."""
    require(call.person, Deed.READ_WORKLIST)
    items = worklist_of(call)
    return JSONResponse({"due": sum(item.realert for item in items)})


@router.get("")
def worklist_page(call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """List what waits for a physician."""
    require(call.person, Deed.READ_WORKLIST)
    items = worklist_of(call, lang)
    rows = [_row(item, lang) for item in items]
    return html(page("worklist.html", lang, person=call.person, rows=rows))


def _row(item: WorklistItem, lang: str) -> dict[str, Any]:
    return {
        "id": item.draft_id,
        "level": REFUSED_AFTER if item.is_not_assessed else item.urgency or "none",
        "urgency": "?" if item.is_not_assessed else item.urgency or "",
        "delay": _delay(item, lang),
        "visit_id": item.visit_id,
        "person_id": item.person_id,
        "state": DecisionWords(lang).text(f"state.{item.state}"),
        "waiting": _waiting(item.waiting_s, PageWords(lang)),
        "undecided": len(item.undecided),
        "realert": item.realert,
        "urgent_text": item.urgent_text,
    }


def _delay(item: WorklistItem, lang: str) -> str:
    if item.is_not_assessed:
        return DecisionWords(lang).text("worklist.not_assessed")
    if item.urgency is None:
        return DecisionWords(lang).text("worklist.no_urgency")
    delay = Sentences(lang).text(f"urgency.{item.urgency}")
    refused = DecisionWords(lang).text("worklist.refused")
    return f"{delay}. {refused}" if item.is_refused else delay


def _waiting(seconds: float, words: PageWords) -> str:
    if seconds < _HOUR_S:
        return words.text("waiting.minutes", n=max(0, int(seconds // _MINUTE_S)))
    if seconds < _DAY_S:
        return words.text("waiting.hours", n=int(seconds // _HOUR_S))
    return words.text("waiting.days", n=int(seconds // _DAY_S))


@router.get("/agreement")
def agreement_page(call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """Show how often physicians agreed with the engine."""
    require(call.person, Deed.READ_AGREEMENT)
    words, sentences = PageWords(lang), Sentences(lang)
    is_physician = may(call.person, Deed.DECIDE)
    rows = [
        {
            "name": sentences.name(row.finding),
            "version": words.text("agreement.guideline")
            if row.version == "guideline"
            else row.version,
            **{k: _figure(getattr(row, k)) for k in ("n", "confirmed", "amended", "rejected")},
            "kappa": words.text("agreement.undefined")
            if row.kappa is None
            else f"{row.kappa:.2f}".replace(".", "," if lang == "fr" else "."),
        }
        for row in agreement(call.service.store, hide_small=not is_physician)
    ]
    return html(page("agreement.html", lang, person=call.person, rows=rows))


@router.get("/drift")
def show_drift(call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """Show what moved, month by month, over the stored drafts."""
    document = drift_report(call, MONTHS, "")
    from ..years.drift.page import drift_body  # noqa: PLC0415 - loads Arrow
    from ..years.drift.wording import words  # noqa: PLC0415 - as above

    body = drift_body(document, lang)
    return html(page("drift.html", lang, sentences=words(lang), person=call.person, body=body))


def _figure(count: int | None) -> str:
    return "< 5" if count is None else str(count)


@router.get("/{draft_id}")
def review_page(draft_id: str, call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """Show one report to decide on; for a physician it then counts as seen."""
    require(call.person, Deed.READ_DRAFT)
    history = read_recorded(call, draft_id)
    reader = Reader(
        call.person,
        may(call.person, Deed.DECIDE),
        may(call.person, Deed.ADVISE),
        call.service.settings.impression_first,
        call.service.settings.shadow,
    )
    if _is_to_be_seen(history, reader):
        mark_seen(call.service.store, draft_id, physician=call.person, clock=call.service.clock)
        history = read_history(call.service.store, draft_id)
    store = call.service.store
    shown = Shown(
        call.service.engine.models,
        read_trace(store, draft_id),
        since_last_visit(store, history.report),
        earlier_alarm(store, history.report, lang),
    )
    sentences, data = review_data(history, lang, reader, shown)
    return html(page("review.html", lang, sentences=sentences, person=call.person, **data))


@router.get("/{draft_id}/letter")
def letter_page(draft_id: str, call: Calling, lang: Lang = "fr") -> HTMLResponse:
    """Draft the referral letter from what is confirmed, for the physician to finish and print."""
    require(call.person, Deed.DECIDE)
    history = read_recorded(call, draft_id)
    words = DecisionWords(lang, history.report.performed_at)
    kept = [
        (f"{words.moment(one.at)}, {one.physician_id}", one)
        for one in reversed(letters_of(history))
    ]
    released = release(call.service.store, draft_id, clock=call.service.clock)
    letter = referral_letter(released, lang)
    shown: dict[str, Any] = {
        "letter": letter,
        "kept": kept,
        "draft_id": draft_id,
        "hash": released.content_hash,
    }
    return html(page("letter.html", lang, person=call.person, **shown))


def _is_to_be_seen(history: ReportHistory, reader: Reader) -> bool:
    """Say whether the findings are now shown to this physician for the first time."""
    is_new = not any(
        step.act == Act.SEE and step.actor_id == reader.person.id for step in history.steps
    )
    is_open = history.report.state in UNDECIDED
    is_hidden = impression_needed(history, reader.person, is_asked=reader.impression_first)
    return reader.may_decide and is_open and is_new and not (is_hidden or reader.shadow)
