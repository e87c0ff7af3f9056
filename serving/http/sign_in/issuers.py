"""Sign-in with the house's own identity provider: signed tokens (JWT), checked against its keys.

Asymmetric signatures only, from the issuer's own key set; audience, times and number of every token
are required. Who a person is and what they may do stands in the site file, never in the token.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from ....engine.errors import NotPermitted
from ...clock import Clock, read_clock
from ...people import Person
from ...site import Site
from ...site_rows import IssuerRow
from ...store.store import Store
from ..problems import NotSignedIn
from .claims import LEEWAY_S, number_of, wrong_claim
from .discovery import Discovery
from .key_sets import KeySource
from .used_up import is_used_up, use_up

_MOST_TOKEN: Final = 8192
_DOTS: Final = 2
_USE: Final = "use"
_SIGN_IN: Final = "sign-in"
_END: Final = "end"


class Replayed(NotSignedIn):
    """A token that is good for one use and was used."""

    code = "token_replayed"


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


class Issuers:
    """The identity providers that a site trusts.

    Parameters
    ----------
    site : whose people the tokens name, and whose issuers are trusted
    folder : of the site, where key set files lie
    store : where used tokens are remembered, for every process of the service
    own : this service itself, where it signs sessions
    discovery : of the issuers whose addresses are discovered

    Attributes
    ----------
    providers : the issuers with a sign-in page of their own
    """

    def __init__(
        self,
        site: Site,
        folder: Path,
        store: Store,
        *,
        own: Iterable[IssuerRow] = (),
        discovery: Discovery | None = None,
    ) -> None:
        self._site, self._store = site, store
        self._discovery = discovery or Discovery()
        rows = (*site.issuers, *own)
        self._keys = {row.issuer: self._source(row, folder) for row in rows}
        self.providers = tuple(row for row in site.issuers if row.has_sign_in)

    def provider(self, row: IssuerRow) -> IssuerRow:
        """Return a provider's row with its addresses, discovered where none is written.

        Raises
        ------
        IssuerUnavailable : its discovery can't be read or used
        """
        return row.at(self._discovery.openid(row.issuer)) if row.discover else row

    def _source(self, row: IssuerRow, folder: Path) -> KeySource:
        if not row.discover:
            return KeySource(row, folder)
        return KeySource(row, folder, lambda: self._discovery.openid(row.issuer).jwks_url)

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
        elif is_used_up(self._store, _name(checked, _END)):
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
        if is_used_up(self._store, _name(checked, _END)):
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
            keys = self._keys[str(_opened(token).get("iss"))]
            claims = jwt.decode(token, keys.of_token(token), list(keys.row.algorithms)).claims
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

    def _use_up(self, checked: Checked, how: str, clock: Clock) -> None:
        ends_at = checked.ends_at + LEEWAY_S
        is_first = use_up(self._store, _name(checked, how), ends_at=ends_at, clock=clock)
        if not is_first and how != _END:
            raise Replayed(
                found="a token that was used before",
                why="whoever saw it once could act in the person's name",
                remedy="Ask the identity provider for a new one; sign one for every request",
                path="authorization",
            )


def _opened(token: str) -> Mapping[str, Any]:
    """Return the claims before the signature is checked, to find the issuer."""
    found = extract_compact(token.encode("ascii"))
    said = json.loads(found.payload)
    if not isinstance(said, dict):
        raise TypeError
    return said


def _name(checked: Checked, how: str) -> str:
    return f"{how}\0{checked.number}"


def refused(found: str) -> NotSignedIn:
    """Return the error for who could not be signed in, without a word of what they sent."""
    return NotSignedIn(
        found=found,
        why="it is not known who asks",
        remedy="Sign in again with the identity provider of the site",
        path="authorization",
    )
