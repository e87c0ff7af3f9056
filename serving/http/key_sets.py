"""Fetches the key set of an issuer: over TLS only, small, without following anybody elsewhere."""

import urllib.request
from typing import Final

_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 200_000
_TLS: Final = "https://"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: an answer that leads elsewhere is an error."""

    def redirect_request(self, *_asked: object) -> None:
        """Make no second request."""


def fetched(url: str) -> bytes:
    """Return what stands at an address of a key set.

    Parameters
    ----------
    url : begins with ``https://``

    Raises
    ------
    OSError : not reachable, not TLS, elsewhere, or too long
    """
    if not url.startswith(_TLS):
        message = "not TLS"
        raise OSError(message)
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(url, timeout=_TIMEOUT_S) as answer:
        said: bytes = answer.read(_MOST_BYTES + 1)
    if len(said) > _MOST_BYTES:
        message = "too long"
        raise OSError(message)
    return said
