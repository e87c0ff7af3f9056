"""An identity provider for demonstrations on one machine: it signs whoever is asked for.

Its key lies in the site folder. A service that other machines reach refuses a site that trusts it.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from joserfc import jwt

from ....engine.errors import NotPermitted
from ...clock import Clock, read_clock
from ...site import DEVELOPMENT, load_site
from .local_keys import LocalKey

_ALGORITHM: Final = "ES256"
_KEY: Final = Path("keys/development_issuer.key.json")


def development_token(person_id: str, folder: Path | None, *, minutes: int, clock: Clock) -> str:
    """Sign a token for a person of a site that trusts the development issuer.

    Parameters
    ----------
    person_id : ``SYSTEM:number``
    folder : of the site
    minutes : how long it is good for
    clock : the time now

    Raises
    ------
    NotPermitted : no site, no such person, or a site that does not trust the development issuer
    """
    site = load_site(folder)
    person = site.person(person_id)
    row = next((row for row in site.issuers if row.issuer == DEVELOPMENT), None)
    if row is None or row.jwks is None:
        raise NotPermitted(
            found="a site that does not trust the development issuer",
            why="a token of it would open nothing",
            remedy=f'Add an [[issuer]] with issuer = "{DEVELOPMENT}" (examples/site shows it)',
            path="issuer",
        )
    now = read_clock(clock)
    claims = {
        "iss": row.issuer,
        "aud": row.audience,
        row.person_claim: person.id,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=minutes)).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    key = LocalKey(_KEY, row.jwks, _ALGORITHM).open(folder or Path())
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid}, claims, key, [_ALGORITHM])
