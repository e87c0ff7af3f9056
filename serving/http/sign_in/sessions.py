"""A session of this service for somebody whom visit software vouched for.

The identity token of a launch proves once who opens, and lives for minutes. What stays in the
browser is a token that this service signed itself, for one person of the site file; it is checked
like any other, is ended by signing out, and stands for nothing that the visit software said beside.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from joserfc import jwt

from ...clock import Clock, read_clock
from ...people import Person
from ...site_rows import IssuerRow
from .local_keys import LocalKey

SESSION: Final = "urn:laennec:session"
MOST_MINUTES: Final = 720
_AUDIENCE: Final = "laennec"
_KEY: Final = LocalKey(Path("keys/session.key.json"), Path("keys/session.jwks.json"), "ES256")


def session_issuer(folder: Path) -> IssuerRow:
    """Return this service as an issuer of sessions; its key is made where there is none.

    Parameters
    ----------
    folder : of the site
    """
    _KEY.open(folder)
    return IssuerRow(
        issuer=SESSION,
        audience=_AUDIENCE,
        jwks=_KEY.public,
        algorithms=(_KEY.algorithm,),
        max_minutes=MOST_MINUTES,
    )


def session_token(person: Person, folder: Path, *, minutes: int, clock: Clock) -> str:
    """Sign a session for a person of the site.

    Parameters
    ----------
    person : who was vouched for
    folder : of the site
    minutes : how long it holds
    clock : the time now
    """
    now = read_clock(clock)
    key = _KEY.open(folder)
    claims = {
        "iss": SESSION,
        "aud": _AUDIENCE,
        "sub": person.id,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=minutes)).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode({"alg": _KEY.algorithm, "kid": key.kid}, claims, key, [_KEY.algorithm])
