"""The session of the pages: a token in a cookie that no script can read and no other site sends."""

from typing import Any, Final

from fastapi import Response

from ..http.caller import COOKIE, person_of
from ..http.issuers import looks_signed
from ..http.service import Service
from ..people import Person, Role

_SESSION_S: Final = 12 * 60 * 60


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
