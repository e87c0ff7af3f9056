"""Pages of other origins: closed, except for the front ends of visit software that the site lists.

Only the API is open to them, and only with a token that they send themselves: the session cookie of
the pages is never sent along (no credentials), and the pages are not opened to anybody.

Source: Fetch (fetch.spec.whatwg.org), CORS protocol.
"""

from typing import Final

from starlette.types import Scope

from .settings import HttpSettings

Headers = list[tuple[bytes, bytes]]
_OPEN: Final = ("/v1/", "/fhir/", "/cds-services")
_METHODS: Final = b"GET, POST"
_ACCEPTED: Final = b"authorization, content-type, if-match, idempotency-key"
_EXPOSED: Final = b"etag, retry-after, x-request-id"
_KEEP_S: Final = b"600"


def cors_headers(scope: Scope, settings: HttpSettings) -> Headers:
    """Return what an answer says to a page of another origin; nothing where no origin is listed.

    Parameters
    ----------
    scope : of the request
    settings : with the origins that the site lists
    """
    if not settings.cors_origins or not scope["path"].startswith(_OPEN):
        return []
    said = _sent(scope, b"origin")
    varies = (b"vary", b"Origin")
    if said.decode("latin-1") not in settings.cors_origins:
        return [varies]
    allowed = (b"access-control-allow-origin", said)
    return [varies, allowed, (b"access-control-expose-headers", _EXPOSED)]


def preflight(scope: Scope, settings: HttpSettings) -> Headers | None:
    """Return the answer to a browser that asks whether it may ask; None where it does not.

    Parameters
    ----------
    scope, settings : as `cors_headers`, whose headers are added to these
    """
    asks = scope["method"] == "OPTIONS" and _sent(scope, b"access-control-request-method")
    is_listed = len(cors_headers(scope, settings)) > 1
    if not asks or not is_listed:
        return None
    return [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _ACCEPTED),
        (b"access-control-max-age", _KEEP_S),
    ]


def _sent(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")
