"""Tables of the site file that name other software: who signs people in, who may call or launch."""

from pathlib import Path
from typing import Annotated, Literal, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .people import is_identifier

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"
]
"""Signatures that who checks them can't make: no shared secret, and never ``none``."""
Https = Annotated[str, Field(pattern=r"^https://", max_length=400)]
"""An address over TLS."""


class Announced(Protocol):
    """The addresses that a provider announces."""

    @property
    def issuer(self) -> str:
        """What its tokens say in ``iss``."""

    @property
    def authorization_url(self) -> str:
        """Where it signs in."""

    @property
    def token_url(self) -> str:
        """Where a code is exchanged."""

    @property
    def jwks_url(self) -> str:
        """Where its keys stand."""


def identifier(text: str) -> str:
    """Return an identifier with its system; anything else is an error of the file."""
    if not is_identifier(text):
        message = "an identifier is written SYSTEM:number, e.g. RPPS:10001234567"
        raise ValueError(message)
    return text


class Closed(BaseModel):
    """A table of the site file, in which no key is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class IssuerRow(Closed):
    """An identity provider that the site trusts.

    Attributes
    ----------
    issuer, audience : what its tokens say in ``iss`` and must say in ``aud``
    jwks, jwks_url : its key set, a file of the site folder or an address; one of the two
    algorithms : with which it signs; asymmetric only
    discover : the addresses are those that the issuer itself announces; none is written then
    authorization_url, token_url : where the pages lead to sign in (client id: ``audience``), and
        exchange the code; both or neither; with a client_secret (a file) if need be, for a scope
    client_key : the service proves itself there by a key of its own instead of a secret
    person_claim : the claim that holds ``SYSTEM:number`` of the site file
    max_minutes : the longest life of a token
    once : a token is good for one request; for software that signs each of its requests
    """

    issuer: str = Field(min_length=1, max_length=200)
    audience: str = Field(min_length=1, max_length=200)
    jwks: Path | None = None
    jwks_url: Https | None = None
    algorithms: tuple[Algorithm, ...] = Field(default=("ES256",), min_length=1)
    discover: bool = False
    authorization_url: Https | None = None
    token_url: Https | None = None
    client_secret: Path | None = None
    client_key: bool = False
    scope: str = Field(default="openid", pattern=r"^openid( [!-~]+)*$")
    person_claim: str = "sub"
    max_minutes: int = Field(default=60, ge=1, le=720)
    once: bool = False

    @property
    def has_sign_in(self) -> bool:
        """The pages may lead to it."""
        return self.discover or self.authorization_url is not None

    def at(self, announced: Announced) -> "IssuerRow":
        """Return it with the addresses that it announces."""
        written = {
            "discover": False,
            "jwks_url": announced.jwks_url,
            "authorization_url": announced.authorization_url,
            "token_url": announced.token_url,
        }
        return self.model_copy(update=written)

    @model_validator(mode="after")
    def _one_key_set(self) -> Self:
        if self.client_key and self.client_secret is not None:
            message = "give client_secret or client_key, one of the two"
            raise ValueError(message)
        written = (self.jwks, self.jwks_url, self.authorization_url, self.token_url)
        if self.discover:
            if any(written) or not self.issuer.startswith("https://"):
                message = "with discover the issuer is an https address and no other is written"
                raise ValueError(message)
            return self
        if (self.jwks is None) == (self.jwks_url is None):
            message = "give jwks (a file) or jwks_url (an address), one of the two"
            raise ValueError(message)
        if (self.authorization_url is None) != (self.token_url is None):
            message = "give authorization_url and token_url, both or neither"
            raise ValueError(message)
        return self


class CdsClientRow(Closed):
    """A CDS Hooks client that the site trusts: visit software that signs each of its calls.

    Attributes
    ----------
    issuer : what its tokens say in ``iss``
    person : who it is in the site file, ``SYSTEM:number`` with the role software
    jwks, jwks_url : its key set, a file of the site folder or an address; one of the two
    algorithms : with which it signs; asymmetric only
    max_minutes : the longest life of a token
    smart : its cards lead to the review page by a SMART launch instead of an address
    """

    issuer: str = Field(min_length=1, max_length=200)
    person: Annotated[str, AfterValidator(identifier)]
    jwks: Path | None = None
    jwks_url: Https | None = None
    algorithms: tuple[Algorithm, ...] = ("ES384", "ES256", "RS384")
    max_minutes: int = Field(default=5, ge=1, le=60)
    smart: bool = False

    def at(self, audience: str) -> IssuerRow:
        """Return it as an issuer of tokens for one address, each good for one call."""
        return IssuerRow(
            issuer=self.issuer,
            audience=audience,
            jwks=self.jwks,
            jwks_url=self.jwks_url,
            algorithms=self.algorithms,
            person_claim="iss",
            max_minutes=self.max_minutes,
            once=True,
        )

    @model_validator(mode="after")
    def _as_an_issuer(self) -> Self:
        self.at("any")
        return self


class SmartRow(Closed):
    """Visit software that may open the review page (SMART App Launch, EHR launch).

    Attributes
    ----------
    iss : address of its FHIR server, as it stands in a launch
    client_id : under which this service is registered there
    client_secret, client_key : how it proves itself there: a file, or a key of its own; neither for
        a public client
    scope : what is asked for
    algorithms : with which the software signs identity tokens; asymmetric only
    users : accounts of the software (``Practitioner/123``) and who they are in the site file
    match_rpps : an account that is not listed is known by the national number in its Practitioner
    session_minutes : how long a session holds that a launch begins
    """

    iss: Annotated[Https, AfterValidator(lambda said: said.rstrip("/"))]
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: Path | None = None
    client_key: bool = False
    scope: str = Field(
        default="launch openid fhirUser patient/Patient.rs patient/Encounter.rs",
        pattern=r"^[!-~]+( [!-~]+)*$",
    )
    algorithms: tuple[Algorithm, ...] = Field(
        default=("RS256", "RS384", "ES256", "ES384"), min_length=1
    )
    users: dict[str, Annotated[str, AfterValidator(identifier)]] = Field(default_factory=dict)
    match_rpps: bool = False
    session_minutes: int = Field(default=60, ge=1, le=720)

    def at(self, announced: Announced) -> IssuerRow:
        """Return it as an issuer of identity tokens, at the addresses that it announces."""
        return IssuerRow(
            issuer=announced.issuer,
            audience=self.client_id,
            jwks_url=announced.jwks_url,
            algorithms=self.algorithms,
            authorization_url=announced.authorization_url,
            token_url=announced.token_url,
            client_secret=self.client_secret,
            client_key=self.client_key,
            person_claim="fhirUser",
        )

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if self.client_key and self.client_secret is not None:
            message = "give client_secret or client_key, one of the two"
            raise ValueError(message)
        missing = {"launch", "openid", "fhirUser"} - set(self.scope.split())
        if missing:
            message = f"the scope needs {', '.join(sorted(missing))}"
            raise ValueError(message)
        return self
