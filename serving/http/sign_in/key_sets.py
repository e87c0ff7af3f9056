"""Asks an issuer over TLS only, for little, without following anybody elsewhere; keeps its keys."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from ....engine.errors import DataError, ScreeningError
from ...site_rows import IssuerRow

TLS: Final = "https://"
_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 200_000
_REFRESH_S: Final = 300
_AGAIN_S: Final = 30
_PUBLIC: Final = frozenset({"RSA", "EC", "OKP"})
_LEAST_RSA_BITS: Final = 2048
_ACCEPT: Final = "application/json, application/fhir+json"


class IssuerUnavailable(ScreeningError):
    """The keys or the addresses of an issuer can't be had, so nobody can be told from anybody."""

    code = "issuer_unavailable"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: an answer that leads elsewhere is an error."""

    def redirect_request(self, *_asked: object) -> None:
        """Make no second request."""


def fetched(
    url: str,
    form: Mapping[str, str] | None = None,
    authorization: str = "",
    most_bytes: int | None = None,
) -> bytes:
    """Return what stands at an address of an issuer: a key set, or its answer to a form.

    Parameters
    ----------
    url : begins with ``https://``; its certificate is checked
    form : sent by POST where given
    authorization : sent as the header of that name where given
    most_bytes : longest answer; that of a key set where None

    Raises
    ------
    OSError : not reachable, not TLS, refused, elsewhere, or too long
    """
    if not url.startswith(TLS):
        message = "not TLS"
        raise OSError(message)
    data = None if form is None else urlencode(form).encode("ascii")
    request = urllib.request.Request(url, data, {"Accept": _ACCEPT})  # noqa: S310 - TLS, as checked above
    if authorization:
        request.add_header("Authorization", authorization)
    opener = urllib.request.build_opener(_NoRedirect)
    most = most_bytes or _MOST_BYTES
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            said: bytes = answer.read(most + 1)
    except (HTTPException, UnicodeError) as error:
        raise OSError(type(error).__name__) from None
    if len(said) > most:
        message = "too long"
        raise OSError(message)
    return said


@dataclass(slots=True)
class KeySource:
    """The key set of one issuer, read again after a while and when a key is not known.

    Parameters
    ----------
    row : of the issuer
    folder : of the site, where its key set may lie
    address : where its key set stands now; that of the row where None
    """

    row: IssuerRow
    folder: Path
    address: Callable[[], str] | None = None
    _keys: KeySet | None = None
    _read_at: float = field(default=float("-inf"))

    def of_token(self, token: str) -> KeySet:
        """Return the keys by which a token may be checked, its own among them if there is one.

        Raises
        ------
        IssuerUnavailable : the key set can't be had
        JoseError, ValueError : not a signed token
        """
        kid = extract_compact(token.encode("ascii")).headers().get("kid")
        age_s = time.monotonic() - self._read_at
        is_known = self._keys is not None and (
            kid is None or any(key.kid == kid for key in self._keys.keys)
        )
        if age_s > (_REFRESH_S if is_known else _AGAIN_S):
            self._read()
        if self._keys is None:
            raise _no_keys(self.row)
        return self._keys

    def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            url = self.row.jwks_url if self.address is None else self.address()
            if url is not None:
                said = fetched(url)
            else:
                said = (self.folder / str(self.row.jwks)).read_bytes()
            self._keys = key_set(json.loads(said))
        except (OSError, ValueError, JoseError, KeyError, TypeError, IssuerUnavailable):
            if self._keys is None:
                raise _no_keys(self.row) from None


def key_set(said: Mapping[str, Any]) -> KeySet:
    """Return the public keys of a key set; a shared secret among them is refused.

    Raises
    ------
    DataError : a key that is no public key, or too short
    """
    keys = KeySet.import_key_set({"keys": said["keys"]})
    for key in keys.keys:
        if key.key_type not in _PUBLIC or _is_short(key):
            raise DataError(
                found=f"a key of the kind {key.key_type} in a key set",
                why="who can check it could forge it, or it can be broken",
                remedy="Publish RSA keys of 2048 bits or more, EC or Ed25519 keys",
                path="jwks",
            )
    return keys


def _is_short(key: Any) -> bool:  # noqa: ANN401 - a key of any kind
    return key.key_type == "RSA" and key.public_key.key_size < _LEAST_RSA_BITS


def _no_keys(row: IssuerRow) -> IssuerUnavailable:
    return IssuerUnavailable(
        found="an issuer whose keys can't be read",
        why="a signature can't be checked without them",
        remedy="Give the key set file, or make its address reachable, and send again",
        path=f"issuer {row.issuer[:80]}",
    )
