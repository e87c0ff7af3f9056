"""What a server of the site says of its own addresses: OpenID Connect discovery and SMART's.

Read from the one place where each specification puts it, over TLS, without following anybody
elsewhere; kept for five minutes. Whatever it says must be an https address.

Source: OpenID Connect Discovery 1.0, section 4; SMART App Launch 2.2, Conformance.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from .key_sets import TLS, IssuerUnavailable, fetched

OPENID: Final = "/.well-known/openid-configuration"
SMART: Final = "/.well-known/smart-configuration"
_KEEP_S: Final = 300
_S256: Final = "S256"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an issuer leads to sign in, exchanges a code and publishes its keys; all https.

    Parameters
    ----------
    issuer : what its tokens say in ``iss``
    authorization_url, token_url, jwks_url : as they were announced
    """

    issuer: str
    authorization_url: str
    token_url: str
    jwks_url: str


@dataclass(slots=True)
class Discovery:
    """What was read, for each address; the threads of a process share it."""

    _kept: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def openid(self, issuer: str) -> Addresses:
        """Return the addresses of an OpenID provider.

        Raises
        ------
        IssuerUnavailable : not reachable, another issuer, an address that is not https, or without
            PKCE S256 although it lists its methods
        """
        said = self._said(issuer.rstrip("/") + OPENID)
        if said.get("issuer") != issuer:
            raise _unusable(f"a discovery that speaks for another issuer than {issuer[:80]}")
        return _addresses(said, issuer, must_list=False)

    def smart(self, base: str) -> Addresses:
        """Return the addresses of an EHR from its SMART configuration.

        Parameters
        ----------
        base : address of its FHIR server; the one that the site names

        Raises
        ------
        OSError : not reachable over TLS
        IssuerUnavailable : what is announced can't be used, or PKCE with S256 is not
        """
        said = dict(self._read(base + SMART))
        issuer = str(said.get("issuer") or base)
        if not said.get("jwks_uri"):
            said["jwks_uri"] = self._read(issuer.rstrip("/") + OPENID).get("jwks_uri")
        return _addresses(said, issuer, must_list=True)

    def _said(self, address: str) -> Mapping[str, Any]:
        try:
            return self._read(address)
        except OSError:
            raise _unusable("an issuer whose discovery can't be read") from None

    def _read(self, address: str) -> Mapping[str, Any]:
        with self._lock:
            at, said = self._kept.get(address, (float("-inf"), {}))
        if time.monotonic() - at < _KEEP_S:
            return said
        try:
            found = json.loads(fetched(address))
        except (ValueError, RecursionError):
            raise _unusable("a discovery that is no JSON") from None
        if not isinstance(found, dict):
            raise _unusable("a discovery that is no JSON object")
        with self._lock:
            self._kept[address] = (time.monotonic(), found)
        return found


def _addresses(said: Mapping[str, Any], issuer: str, *, must_list: bool) -> Addresses:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    given = [said.get(name) for name in names]
    wrong = [n for n, a in zip(names, given, strict=True) if not str(a or "").startswith(TLS)]
    methods = said.get("code_challenge_methods_supported")
    is_listed = isinstance(methods, list) and _S256 in methods
    if wrong or not (is_listed or (methods is None and not must_list)):
        raise _unusable(f"a discovery without https {', '.join(wrong) or 'PKCE'} (S256)")
    return Addresses(issuer, *map(str, given))


def _unusable(found: str) -> IssuerUnavailable:
    return IssuerUnavailable(
        found=found,
        why="where to sign in, and with which keys it signs, can't be guessed",
        remedy="Correct what the provider publishes, or write its addresses into the site file",
        path="issuer",
    )
