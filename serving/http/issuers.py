"""Sign-in with the house's own identity provider: signed tokens (JWT), checked against its keys.

Asymmetric signatures only, from the issuer's own key set; audience, times and number of every token
are required. Who a person is and what they may do stands in the site file, never in the token.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from sqlalchemy import text

from ...engine.errors import DataError, NotPermitted, ScreeningError
from ..clock import Clock, read_clock
from ..people import Person
from ..site import IssuerRow, Site
from ..store.store import Store
from .claims import LEEWAY_S, number_of, wrong_claim
from .key_sets import fetched
from .problems import NotSignedIn

_REFRESH_S: Final = 300
_AGAIN_S: Final = 30
_MOST_TOKEN: Final = 8192
_DOTS: Final = 2
_PUBLIC: Final = frozenset({"RSA", "EC", "OKP"})
_LEAST_RSA_BITS: Final = 2048
_USE: Final = "use"
_SIGN_IN: Final = "sign-in"
_END: Final = "end"


class Replayed(NotSignedIn):
    """A token that is good for one use and was used."""

    code = "token_replayed"


class IssuerUnavailable(ScreeningError):
    """The keys of an issuer can't be had, so nobody can be told from anybody."""

    code = "issuer_unavailable"


def looks_signed(token: str) -> bool:
    """Say whether a token has the form of a signed one (three parts)."""
    return token.count(".") == _DOTS


@dataclass(frozen=True, slots=True)
class Checked:
    """A token that was checked: of whom, its issuer's row, its number and its nonce."""

    person: Person
    row: IssuerRow
    number: str
    nonce: str
    ends_at: int


@dataclass(slots=True)
class _Keys:
    """The key set of one issuer, read again after a while and when a key is not known."""

    row: IssuerRow
    folder: Path
    keys: KeySet | None = None
    read_at: float = field(default=float("-inf"))

    def current(self, kid: str | None) -> KeySet:
        age_s = time.monotonic() - self.read_at
        is_known = self.keys is not None and (
            kid is None or any(key.kid == kid for key in self.keys.keys)
        )
        if age_s > (_REFRESH_S if is_known else _AGAIN_S):
            self._read()
        if self.keys is None:
            raise _no_keys(self.row)
        return self.keys

    def _read(self) -> None:
        self.read_at = time.monotonic()
        try:
            if self.row.jwks_url is not None:
                said = fetched(self.row.jwks_url)
            else:
                said = (self.folder / str(self.row.jwks)).read_bytes()
            self.keys = key_set(json.loads(said))
        except (OSError, ValueError, JoseError, KeyError, TypeError):
            if self.keys is None:
                raise _no_keys(self.row) from None


class Issuers:
    """The identity providers that a site trusts.

    Parameters
    ----------
    site : whose people the tokens name, and whose issuers are trusted
    folder : of the site, where key set files lie
    store : where used tokens are remembered, for every process of the service

    Attributes
    ----------
    providers : the issuers with a sign-in page of their own
    """

    def __init__(self, site: Site, folder: Path, store: Store) -> None:
        self._site, self._store = site, store
        self._keys = {row.issuer: _Keys(row, folder) for row in site.issuers}
        self.providers = tuple(row for row in site.issuers if row.authorization_url)

    def person(self, token: str, clock: Clock) -> Person:
        """Return who sends a request with a token; one that is good once is used up by it.

        Raises
        ------
        NotSignedIn : not signed by an issuer of the site, not for this service, too old, too long,
            ended, or of nobody at the site
        Replayed : good once, and used before
        IssuerUnavailable : the issuer's keys can't be had
        """
        checked = self._checked(token, clock)
        if checked.row.once:
            self._use_up(checked, _USE, clock)
        elif self._is_used(checked, _END):
            raise refused("a token that was signed out")
        return checked.person

    def sign_in(self, token: str, clock: Clock, nonce: str | None = None) -> Person:
        """Return who signs in on a page; one token signs in once.

        Parameters
        ----------
        token : signed by an issuer of the site
        clock : the time now
        nonce : with which this service asked a provider for the token; None where it did not ask

        Raises
        ------
        As `person`; NotSignedIn too where the token answers another question
        """
        checked = self._checked(token, clock)
        if nonce is not None and checked.nonce != nonce:
            raise refused("a token that answers another sign-in")
        if self._is_used(checked, _END):
            raise refused("a token that was signed out")
        self._use_up(checked, _SIGN_IN, clock)
        return checked.person

    def sign_out(self, token: str, clock: Clock) -> None:
        """End a token before its time; one that is not good has ended already."""
        try:
            self._use_up(self._checked(token, clock), _END, clock)
        except NotSignedIn:
            return

    def _checked(self, token: str, clock: Clock) -> Checked:
        if len(token) > _MOST_TOKEN:
            raise refused("a token that is too long")
        try:
            header, said = _opened(token)
            keys = self._keys[str(said.get("iss"))]
            algorithms = list(keys.row.algorithms)
            claims = jwt.decode(token, keys.current(header.get("kid")), algorithms).claims
        except (JoseError, KeyError, ValueError, TypeError, RecursionError):
            raise refused("a token that no issuer of this site signed") from None
        return self._claimed(claims, keys.row, read_clock(clock).timestamp())

    def _claimed(self, claims: Mapping[str, Any], row: IssuerRow, now: float) -> Checked:
        wrong = wrong_claim(claims, row, now)
        if wrong:
            raise refused(f"a token with {wrong}")
        number = f"{row.issuer}\0{number_of(claims, row)}"
        try:
            person = self._site.person(str(claims[row.person_claim]))
        except (KeyError, NotPermitted):
            raise refused("a token of nobody in the site file") from None
        return Checked(person, row, number, str(claims.get("nonce", "")), int(claims["exp"]))

    def _is_used(self, checked: Checked, how: str) -> bool:
        query = text("SELECT 1 FROM used_tokens WHERE token_hash = :hash")
        with self._store.read() as connection:
            found = connection.execute(query, {"hash": _hash(checked, how)}).one_or_none()
        return found is not None

    def _use_up(self, checked: Checked, how: str, clock: Clock) -> None:
        now = int(read_clock(clock).timestamp())
        row = {"hash": _hash(checked, how), "ends": checked.ends_at + LEEWAY_S}
        with self._store.write() as connection:
            connection.execute(text("DELETE FROM used_tokens WHERE ends_at < :now"), {"now": now})
            done = connection.execute(
                text("INSERT INTO used_tokens VALUES (:hash, :ends) ON CONFLICT DO NOTHING"), row
            )
        if done.rowcount != 1 and how != _END:
            raise Replayed(
                found="a token that was used before",
                why="whoever saw it once could act in the person's name",
                remedy="Ask the identity provider for a new one; sign one for every request",
                path="authorization",
            )


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


def _opened(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the header and the claims before the signature is checked, to find the issuer."""
    found = extract_compact(token.encode("ascii"))
    said = json.loads(found.payload)
    if not isinstance(said, dict):
        raise TypeError
    return found.headers(), said


def _hash(checked: Checked, how: str) -> str:
    return sha256(f"{how}\0{checked.number}".encode()).hexdigest()


def refused(found: str) -> NotSignedIn:
    """Return the error for who could not be signed in, without a word of what they sent."""
    return NotSignedIn(
        found=found,
        why="it is not known who asks",
        remedy="Sign in again with the identity provider of the site",
        path="authorization",
    )


def _no_keys(row: IssuerRow) -> IssuerUnavailable:
    return IssuerUnavailable(
        found="an issuer whose keys can't be read",
        why="a signature can't be checked without them",
        remedy="Give the key set file, or make its address reachable, and send again",
        path=f"issuer {row.issuer[:80]}",
    )
