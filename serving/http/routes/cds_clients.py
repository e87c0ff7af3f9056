"""Who calls a CDS Hooks service: a client of the site that signed this very call for this address.

As CDS Hooks 2.0 has it: an asymmetric signature with a key that the site trusts beforehand (the
``jku`` of a token is never followed), ``aud`` = the address that is called, ``exp``, ``iat``, and a
``jti`` that is good once. A token or a sign-in of the site's people opens the services too.
"""

from typing import Annotated, Final

from fastapi import Depends, Request

from ...people import Person
from ...site import Site
from ..caller import Call, call_of, service_of
from ..service import Service
from ..sign_in.issuers import Issuers, looks_signed

_SECURE: Final = "https"


class _ClientsAt(Site):
    """The CDS Hooks clients of a site as issuers of tokens for one address."""

    def __init__(self, site: Site, address: str) -> None:
        self._site = site
        self._clients = {row.issuer: row.person for row in site.cds_clients}
        self.issuers = tuple(row.at(address) for row in site.cds_clients)

    def person(self, said: str) -> Person:
        """Return who a client is at the site."""
        return self._site.person(self._clients[said])


def cds_call_of(request: Request) -> Call:
    """Return who calls with what answers.

    Raises
    ------
    NotSignedIn : no token, one of no client, for another address, ended or too long
    Replayed : a token that was used before
    """
    service = service_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    site, folder = service.site, service.site_folder
    is_signed = scheme.lower() == "bearer" and looks_signed(token.strip())
    if not is_signed or site is None or folder is None or not site.cds_clients:
        return call_of(request)
    issuers = Issuers(_ClientsAt(site, address_of(request, service)), folder, service.store)
    person = issuers.person(token.strip(), service.clock)
    request.state.is_known = True
    return Call(person, service)


def address_of(request: Request, service: Service) -> str:
    """Return the address that was called; behind a proxy that speaks TLS it begins with https."""
    return f"{base_of(request, service)}{request.url.path}"


def base_of(request: Request, service: Service) -> str:
    """Return the address of the service, without a slash at its end."""
    scheme = _SECURE if service.settings.behind_tls else request.url.scheme
    return f"{scheme}://{request.url.netloc}"


CdsCalling = Annotated[Call, Depends(cds_call_of)]
