"""Who calls: a bearer token, the session cookie of the pages, or this machine itself."""

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from ...engine.errors import NotPermitted
from ..people import Person, Role
from .problems import NotSignedIn
from .service import Service
from .sign_in.issuers import looks_signed

COOKIE: Final = "laennec_session"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
THIS_MACHINE: Final = Person("LOCAL:software", "visit software of this machine", Role.SOFTWARE)


class SentFromElsewhere(NotPermitted):
    """A page of another site tried to act with somebody's session."""

    code = "sent_from_elsewhere"


def service_of(request: Request) -> Service:
    """Return what this process of the service holds."""
    service: Service = request.app.state.service
    return service


def caller_of(request: Request) -> Person:
    """Return the person behind a request.

    On a machine without a site nobody is named, so nobody can sign in or decide; its own visit
    software may send visits over the loopback, which is the only place it then listens at.

    Raises
    ------
    NotSignedIn : no token, or one that is not good
    SentFromElsewhere : an act with a session cookie that another site's page sent
    """
    service = service_of(request)
    if service.tokens is None:
        return THIS_MACHINE
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return person_of(service, token.strip())
    session = request.cookies.get(COOKIE)
    if session is None:
        raise NotSignedIn(
            found="a request without a token",
            why="it is not known who asks",
            remedy="Send `Authorization: Bearer TOKEN`, or sign in on /review",
            path="authorization",
        )
    _require_own_page(request)
    return person_of(service, session)


def person_of(service: Service, token: str) -> Person:
    """Return whose token it is: signed by an issuer of the site, or handed out by the site.

    Raises
    ------
    NotSignedIn : neither
    """
    if service.issuers is not None and looks_signed(token):
        return service.issuers.person(token, service.clock)
    if service.tokens is None:
        raise NotSignedIn(
            found="a token on a machine without a site",
            why="nobody is named there",
            remedy="Set LAENNEC_SITE",
            path="authorization",
        )
    return service.tokens.person(token, service.clock)


def _require_own_page(request: Request) -> None:
    """Refuse an act that a page of another origin sends with the browser's cookie."""
    if request.method in _SAFE:
        return
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if origin != request.headers.get("host", ""):
        raise SentFromElsewhere(
            found="an act whose page is not one of this service",
            why="another site could act in the name of who is signed in",
            remedy="Act on the pages of the service, or send a bearer token",
            path="origin",
        )


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the service that is called."""

    person: Person
    service: Service


def call_of(request: Request) -> Call:
    """Return who calls with what answers; as `caller_of`."""
    person = caller_of(request)
    request.state.is_known = True
    return Call(person, service_of(request))


Calling = Annotated[Call, Depends(call_of)]
Serving = Annotated[Service, Depends(service_of)]
