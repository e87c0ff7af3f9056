"""The session of the pages: a token in a cookie that no script can read and no other site sends."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from ..http.caller import COOKIE, person_of
from ..http.service import Service
from ..http.sign_in.issuers import looks_signed
from ..http.sign_in.provider import Question
from ..people import Person, Role

_SESSION_S: Final = 12 * 60 * 60
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class WayBack:
    """How a browser that is led to another site's page comes back to this one.

    Parameters
    ----------
    cookie : name of the cookie that keeps what was asked
    path : of the pages to which the cookie is sent, and under which ``callback`` is
    asked_s : seconds for which it is kept
    """

    cookie: str
    path: str
    asked_s: int

    def address(self, request: Request, service: Service) -> str:
        """Return the address to which the browser is led back; the door has checked the host."""
        scheme = "https" if service.settings.behind_tls else "http"
        return f"{scheme}://{request.headers['host']}{self.path}/callback"

    def leave(self, where: str, question: Question, service: Service) -> Response:
        """Lead the browser away, and keep what was asked."""
        answer = RedirectResponse(where, _SEE_OTHER)
        answer.set_cookie(
            self.cookie,
            question.as_cookie(),
            max_age=self.asked_s,
            path=self.path,
            httponly=True,
            samesite="lax",  # the way back is a request that the other site's page begins
            secure=service.settings.behind_tls,
        )
        return answer

    def forget(self, answer: Response) -> None:
        """Take what was asked out of the browser."""
        answer.delete_cookie(self.cookie, path=self.path, httponly=True, samesite="lax")


def signed_in(service: Service, token: str, nonce: str | None = None) -> Person:
    """Return who signs in; a signed token signs in once.

    Parameters
    ----------
    service : with the site's tokens and issuers
    token : what was given
    nonce : that the token must hold, where this service asked a provider for it

    Raises
    ------
    NotSignedIn : not a token of the site
    """
    if service.issuers is not None and looks_signed(token):
        return service.issuers.sign_in(token, service.clock, nonce)
    return person_of(service, token)


def ways(service: Service) -> dict[str, Any]:
    """Return what the sign-in page offers: the providers that have a page of their own."""
    rows = () if service.issuers is None else service.issuers.providers
    return {"providers": [row.issuer for row in rows]}


def home_of(person: Person) -> str:
    """Return the page on which somebody begins."""
    return "/visit" if person.role is Role.NURSE else "/review"


def keep_session(answer: Response, service: Service, token: str) -> None:
    """Keep the token in the browser that signed in."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=_SESSION_S,
        httponly=True,
        samesite="strict",
        secure=service.settings.behind_tls,
    )


def forget_session(answer: Response) -> None:
    """Take the token out of the browser."""
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
