"""Errors as RFC 9457 problem documents, and as OperationOutcomes under ``/fhir``.

Both are rendered from an error's own fields and never from its message.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...engine.errors import ScreeningError
from ...engine.words import LANGUAGES
from ..fhir.refusals import error_outcome
from ..fhir.visit_in import FhirVisit

MEDIA_TYPE: Final = "application/problem+json"
FHIR_TYPE: Final = "application/fhir+json"
_FHIR_ROUTES: Final = "/fhir/"
TYPE: Final = "urn:laennec:problem:"

# code -> status; a subclass without a row has the status of its parent's code
STATUS: Final[Mapping[str, int]] = {
    "screening_error": 500,
    "record_error": 422,
    "ecg_too_large": 413,
    "ecg_reader_missing": 501,
    "body_too_large": 413,
    "not_signed_in": 401,
    "token_replayed": 401,
    "too_many_requests": 429,
    "no_such_project": 404,
    "issuer_unavailable": 503,
    "busy": 503,
    "wrong_host": 421,
    "wrong_role": 403,
    "consent_missing": 403,
    "sent_from_elsewhere": 403,
    "no_such_report": 404,
    "not_permitted": 422,
    "confirmation_error": 422,
    "not_confirmed": 409,
    "already_decided": 409,
    "identity_not_qualified": 422,
    "schema_not_met": 422,
    "package_broken": 500,
    "no_such_way": 409,
    "not_acknowledged": 409,
    "superseded": 409,
    "impression_first": 409,
    "shadow_mode": 409,
    "idempotency_key_reused": 422,
    "precondition_missing": 428,
    "request_unreadable": 422,
    "media_type_not_taken": 415,
    "answer_not_acceptable": 406,
    "feedback_unreadable": 422,
    "prefetch_missing": 412,
    "no_such_service": 404,
    "extra_missing": 501,
    "store_unavailable": 503,
    "data_error": 500,
    "model_error": 503,
    "audit_error": 500,
}
_RETRY_AFTER_S: Final = 5


class NotSignedIn(ScreeningError):
    """Nobody is known to be behind a request."""

    code = "not_signed_in"


class RequestUnreadable(ScreeningError):
    """A request that does not have the form of its route; ``problems`` says where."""

    code = "request_unreadable"

    def __init__(self, found: str, remedy: str, problems: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(found=found, why="what is asked can't be told", remedy=remedy)
        self.problems = problems


class MediaTypeNotTaken(RequestUnreadable):
    """A body of a type that the route does not read.

    Parameters
    ----------
    sent : header of the request, or what stands for it; shown, cut to 60 characters
    remedy : what to send instead
    """

    code = "media_type_not_taken"
    sent = ""

    def __init__(self, sent: str, remedy: str) -> None:
        self.sent = sent[:60] or "none"
        super().__init__(f"a body of the type {self.sent!r}", remedy)


class PreconditionMissing(ScreeningError):
    """A decision without the hash of what was read."""

    code = "precondition_missing"


class ExtraMissing(ScreeningError):
    """A form of report that needs an optional package."""

    code = "extra_missing"


def status_of(error: ScreeningError) -> int:
    """Return the HTTP status of an error: of its own code, else of the nearest parent's."""
    codes = (getattr(kind, "code", "") for kind in type(error).__mro__)
    return next(STATUS[code] for code in codes if code in STATUS)


def problem(error: ScreeningError, status: int, request_id: str) -> dict[str, Any]:
    """Return the problem document of an error.

    Parameters
    ----------
    error : its fields hold no name, birth date or free text of a person
    status : of the answer
    request_id : under which the log has the request
    """
    fields = error.as_dict()
    document: dict[str, Any] = {
        "type": f"{TYPE}{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": str(error),
        "instance": f"urn:uuid:{request_id}",
        **fields,
    }
    said = {name: list(getattr(error, name, ())) for name in ("problems", "urgent")}
    return {**document, **{name: items for name, items in said.items() if items}}


def answer(request: Request, error: ScreeningError) -> JSONResponse:
    """Answer a request with its error, in the form that its client reads."""
    status = status_of(error)
    headers = {}
    if status == STATUS["not_signed_in"]:
        headers["WWW-Authenticate"] = 'Bearer realm="laennec"'
    if status in (STATUS["store_unavailable"], STATUS["too_many_requests"]):
        headers["Retry-After"] = str(getattr(error, "retry_after_s", _RETRY_AFTER_S))
    return _written(request, error, status, headers)


def _written(
    request: Request, error: ScreeningError, status: int, headers: Mapping[str, str]
) -> JSONResponse:
    request.state.problem = error.code
    sent = {"Cache-Control": "no-store", **headers}
    if not request.url.path.startswith(_FHIR_ROUTES):
        document = problem(error, status, request.state.id)
        return JSONResponse(document, status, sent, media_type=MEDIA_TYPE)
    read: FhirVisit | None = getattr(request.state, "bundle", None)
    asked = request.query_params.get("lang", "")
    outcome = error_outcome(error, read, asked if asked in LANGUAGES else LANGUAGES[0])
    return JSONResponse(outcome, status, sent, media_type=FHIR_TYPE)


async def on_house_error(request: Request, error: Exception) -> JSONResponse:
    """Answer an error of the house."""
    return answer(request, error)  # type: ignore[arg-type]  # registered for ScreeningError only


async def on_bad_request(request: Request, error: Exception) -> JSONResponse:
    """Answer a body or a query that pydantic refused; its values are not repeated."""
    said: Any = error.errors() if isinstance(error, RequestValidationError) else ()
    problems = tuple({"path": ".".join(map(str, e["loc"])), "rule": str(e["msg"])} for e in said)
    found = "a request that does not have the form of this route"
    return await on_house_error(
        request, RequestUnreadable(found, "Correct what `problems` names", problems)
    )


class NoSuchRoute(ScreeningError):
    """A path that the service does not have."""

    code = "no_such_route"


class MethodNotAllowed(ScreeningError):
    """A path that is there, asked for with another method."""

    code = "method_not_allowed"


class RequestRefused(ScreeningError):
    """What the router refuses for another reason."""

    code = "request_refused"


_ROUTER_ERRORS: Final[Mapping[int, tuple[type[ScreeningError], str, str, str]]] = {
    404: (
        NoSuchRoute,
        "a path that this service does not have",
        "nothing stands there",
        "Look the path up in /openapi.json",
    ),
    405: (
        MethodNotAllowed,
        "a method that this path does not have",
        "nothing was read or changed",
        "Ask with a method that /openapi.json names; the header Allow has them",
    ),
}
_OTHER: Final = (
    RequestRefused,
    "a request that is not served",
    "nothing was read or changed",
    "Compare it with /openapi.json",
)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the router itself refuses: an unknown path, a method that is not allowed."""
    status = error.status_code if isinstance(error, HTTPException) else STATUS["screening_error"]
    kind, found, why, remedy = _ROUTER_ERRORS.get(status, _OTHER)
    said = kind(found=found, why=why, remedy=remedy, path="request")
    return _written(request, said, status, getattr(error, "headers", None) or {})
