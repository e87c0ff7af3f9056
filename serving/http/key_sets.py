"""Asks an issuer: over TLS only, for little, without following anybody elsewhere."""

import urllib.request
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 200_000
_TLS: Final = "https://"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: an answer that leads elsewhere is an error."""

    def redirect_request(self, *_asked: object) -> None:
        """Make no second request."""


def fetched(url: str, form: Mapping[str, str] | None = None, authorization: str = "") -> bytes:
    """Return what stands at an address of an issuer: a key set, or its answer to a form.

    Parameters
    ----------
    url : begins with ``https://``; its certificate is checked
    form : sent by POST where given
    authorization : sent as the header of that name where given

    Raises
    ------
    OSError : not reachable, not TLS, refused, elsewhere, or too long
    """
    if not url.startswith(_TLS):
        message = "not TLS"
        raise OSError(message)
    data = None if form is None else urlencode(form).encode("ascii")
    request = urllib.request.Request(url, data, {"Accept": "application/json"})  # noqa: S310 - TLS, as checked above
    if authorization:
        request.add_header("Authorization", authorization)
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(request, timeout=_TIMEOUT_S) as answer:
        said: bytes = answer.read(_MOST_BYTES + 1)
    if len(said) > _MOST_BYTES:
        message = "too long"
        raise OSError(message)
    return said
