"""Sign-in at the identity provider of the house: OpenID Connect, authorization code with PKCE.

The browser is led to the provider's own page and comes back with a code that is good once; the
service exchanges it for a signed token over TLS. What ties the answer to the question (state, nonce
and the verifier of PKCE) stays in a cookie of the browser that asked, for ten minutes.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636 (S256 only); RFC 9207 (issuer in the answer).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from ....engine.errors import DataError
from ...site_rows import IssuerRow
from ..problems import NotSignedIn
from .client_key import client_proof
from .issuers import refused
from .key_sets import fetched

_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Question:
    """What one browser asked a provider.

    Parameters
    ----------
    issuer : whom
    state, nonce : come back in the answer and in the token
    verifier : proves to the provider that who exchanges the code is who asked
    lang : of the page to come back to
    """

    issuer: str
    state: str
    nonce: str
    verifier: str
    lang: str

    @classmethod
    def new(cls, issuer: str, lang: str) -> "Question":
        """Ask anew, under numbers that nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        return cls(issuer, state, nonce, verifier, lang)

    def as_cookie(self) -> str:
        """Return the question as a cookie keeps it."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode("ascii")

    @classmethod
    def of_cookie(cls, text: str) -> "Question":
        """Read a cookie.

        Raises
        ------
        NotSignedIn : none, or not one of `as_cookie`
        """
        try:
            said = json.loads(base64.urlsafe_b64decode(text))
            question = cls(**{name: str(said[name]) for name in cls.__slots__})
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _not_asked() from None
        return question


def sign_in_address(
    row: IssuerRow, question: Question, back: str, more: Mapping[str, str] | None = None
) -> str:
    """Return where the browser is led.

    Parameters
    ----------
    row : of a provider with ``authorization_url``
    question : what is asked
    back : the address of this service to which the provider leads the browser back
    more : what else is asked for, as a launch does
    """
    challenge = base64.urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": row.audience,
        "redirect_uri": back,
        "scope": row.scope,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": challenge.decode("ascii").rstrip("="),
        "code_challenge_method": "S256",
        **(more or {}),
    }
    address = str(row.authorization_url)
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def code_of(answer: Mapping[str, str], question: Question) -> str:
    """Return the code in a provider's answer, if it answers this question.

    Raises
    ------
    NotSignedIn : another question, another issuer, or a sign-in that failed at the provider
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), question.state.encode()):
        raise _not_asked()
    if answer.get("iss", question.issuer) != question.issuer:
        raise refused("an answer of another identity provider")
    if not answer.get("code"):
        raise refused("a sign-in that did not succeed at the identity provider")
    return answer["code"]


def token_for(row: IssuerRow, folder: Path, asked: tuple[Question, str, str]) -> str:
    """Exchange a code for the signed token.

    Parameters
    ----------
    row : of the provider
    folder : of the site, where its client secret lies if it has one
    asked : the question, the code and the address to which the browser came back

    Raises
    ------
    NotSignedIn : the provider gives no token for it, or can't be reached
    """
    said = exchanged(row, folder, asked).get("id_token")
    if not isinstance(said, str):
        raise _no_token()
    return said


def exchanged(
    row: IssuerRow, folder: Path, asked: tuple[Question, str, str]
) -> Mapping[str, object]:
    """Return all that a provider answers to a code; as `token_for`."""
    question, code, back = asked
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": row.audience,
        "code_verifier": question.verifier,
    }
    if row.client_key:
        form |= client_proof(row, folder)
    try:
        said = json.loads(fetched(str(row.token_url), form, _secret_of(row, folder)))
    except (OSError, ValueError, RecursionError):
        raise _no_token() from None
    if not isinstance(said, dict):
        raise _no_token()
    return said


def _secret_of(row: IssuerRow, folder: Path) -> str:
    """Return the ``Authorization`` of this service at the provider; empty without a secret."""
    if row.client_secret is None:
        return ""
    try:
        secret = (folder / row.client_secret).read_text(encoding="utf-8").strip()
    except OSError:
        raise DataError(
            found="a client secret that can't be read",
            why="the identity provider asks for it",
            remedy="Write it into the file that the site names, readable by the service only",
            path="issuer.client_secret",
        ) from None
    pair = f"{quote(row.audience, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"


def _no_token() -> NotSignedIn:
    return refused("a code for which the identity provider gave no token")


def _not_asked() -> NotSignedIn:
    return refused("an answer to a sign-in that this browser did not begin, or began too long ago")
