"""How this service proves at a provider that it is itself: by a key of its own (private_key_jwt).

Source: RFC 7523, section 3; SMART App Launch 2.2, asymmetric client authentication.
"""

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from joserfc import jwt

from ...site_rows import IssuerRow
from .local_keys import LocalKey

_KIND: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE_S: Final = 240
_KEY: Final = LocalKey(Path("keys/client.key.json"), Path("keys/client.jwks.json"), "ES384")


def client_proof(row: IssuerRow, folder: Path) -> dict[str, str]:
    """Return what a token request holds beside: who asks, signed for this one address, good once.

    Parameters
    ----------
    row : of the provider
    folder : of the site
    """
    now, key = int(time.time()), _KEY.open(folder)
    claims = {
        "iss": row.audience,
        "sub": row.audience,
        "aud": row.token_url,
        "iat": now,
        "exp": now + _LIFE_S,
        "jti": secrets.token_urlsafe(16),
    }
    header = {"alg": _KEY.algorithm, "kid": key.kid, "typ": "JWT"}
    signed = jwt.encode(header, claims, key, [_KEY.algorithm])
    return {"client_assertion_type": _KIND, "client_assertion": signed}


def client_keys(folder: Path) -> Mapping[str, Any]:
    """Return the key set that the provider is told of; made where there is none."""
    _KEY.open(folder)
    said: Mapping[str, Any] = json.loads((folder / _KEY.public).read_text(encoding="utf-8"))
    return said
