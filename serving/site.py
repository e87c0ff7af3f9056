"""The site: which people may act, where the store and the keys are.

Two settings come from the environment, everything else from the site's own file. A key that is not
known is an error in both, because a misspelt one would be a silent default.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from ..engine.errors import DataError, NotPermitted
from .people import Person, Role, Specialty, is_identifier

SITE_FILE = "site.toml"
DEVELOPMENT: Final = "urn:laennec:development-issuer"
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"
]
"""Signatures that who checks them can't make: no shared secret, and never ``none``."""
_PREFIX = "LAENNEC_SITE"
_EXAMPLE = (
    f"make a folder with a {SITE_FILE} in it (examples/site shows one: schema, name, and a "
    "[[people]] table with id, name and role for everyone who may act) and set LAENNEC_SITE to it"
)


class SiteSettings(BaseSettings):
    """What the environment says.

    Attributes
    ----------
    site : LAENNEC_SITE, the folder of the site
    database : LAENNEC_DATABASE, the address of the store; it overrides the site's own
    """

    model_config = SettingsConfigDict(env_prefix="LAENNEC_", extra="forbid", frozen=True)

    site: Path | None = None
    database: str | None = None


def _identifier(text: str) -> str:
    if not is_identifier(text):
        message = "an identifier is written SYSTEM:number, e.g. RPPS:10001234567"
        raise ValueError(message)
    return text


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _PersonRow(_Closed):
    id: Annotated[str, AfterValidator(_identifier)]
    name: str = Field(min_length=1, max_length=200)
    role: Role
    specialty: Specialty | None = None

    @model_validator(mode="after")
    def _specialist_has_one(self) -> Self:
        if (self.role is Role.SPECIALIST) != (self.specialty is not None):
            message = "a specialist has a specialty and nobody else has: " + ", ".join(Specialty)
            raise ValueError(message)
        return self


class _StoreRow(_Closed):
    database: str | None = None


class _AuditRow(_Closed):
    private_key: Path = Path("keys/audit.key")
    public_keys: Path = Path("keys")
    checkpoints: Path = Path("checkpoints")


class IssuerRow(_Closed):
    """An identity provider that the site trusts.

    Attributes
    ----------
    issuer, audience : what its tokens say in ``iss`` and must say in ``aud``
    jwks, jwks_url : its key set, a file of the site folder or an address; one of the two
    algorithms : with which it signs; asymmetric only
    authorization_url, token_url : where the pages lead to sign in (client id: ``audience``), and
        exchange the code; both or neither; with a client_secret (a file) if need be, for a scope
    person_claim : the claim that holds ``SYSTEM:number`` of the site file
    max_minutes : the longest life of a token
    once : a token is good for one request; for software that signs each of its requests
    """

    issuer: str = Field(min_length=1, max_length=200)
    audience: str = Field(min_length=1, max_length=200)
    jwks: Path | None = None
    jwks_url: Annotated[str, Field(pattern=r"^https://")] | None = None
    algorithms: tuple[Algorithm, ...] = Field(default=("ES256",), min_length=1)
    authorization_url: Annotated[str, Field(pattern=r"^https://")] | None = None
    token_url: Annotated[str, Field(pattern=r"^https://")] | None = None
    client_secret: Path | None = None
    scope: str = Field(default="openid", pattern=r"^openid( [!-~]+)*$")
    person_claim: str = "sub"
    max_minutes: int = Field(default=60, ge=1, le=720)
    once: bool = False

    @model_validator(mode="after")
    def _one_key_set(self) -> Self:
        if (self.jwks is None) == (self.jwks_url is None):
            message = "give jwks (a file) or jwks_url (an address), one of the two"
            raise ValueError(message)
        if (self.authorization_url is None) != (self.token_url is None):
            message = "give authorization_url and token_url, both or neither"
            raise ValueError(message)
        return self


class CdsClientRow(_Closed):
    """A CDS Hooks client that the site trusts: visit software that signs each of its calls.

    Attributes
    ----------
    issuer : what its tokens say in ``iss``
    person : who it is in the site file, ``SYSTEM:number`` with the role software
    jwks, jwks_url : its key set, a file of the site folder or an address; one of the two
    algorithms : with which it signs; asymmetric only
    max_minutes : the longest life of a token
    """

    issuer: str = Field(min_length=1, max_length=200)
    person: Annotated[str, AfterValidator(_identifier)]
    jwks: Path | None = None
    jwks_url: Annotated[str, Field(pattern=r"^https://")] | None = None
    algorithms: tuple[Algorithm, ...] = ("ES384", "ES256", "RS384")
    max_minutes: int = Field(default=5, ge=1, le=60)

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


class _CodesRow(_Closed):
    thesaurus: Path | None = None
    snomed: Path | None = None


class _SiteFile(_Closed):
    schema_: str = Field(alias="schema", pattern=r"^laennec\.site/1$")
    name: str = Field(min_length=1)
    store: _StoreRow = _StoreRow()
    audit: _AuditRow = _AuditRow()
    codes: _CodesRow = _CodesRow()
    people: tuple[_PersonRow, ...] = ()
    issuer: tuple[IssuerRow, ...] = ()
    cds_client: tuple[CdsClientRow, ...] = ()


class Site:
    """A site that was read and checked.

    Parameters
    ----------
    folder : the site's folder
    file : the content of its file

    Attributes
    ----------
    name : the site's name
    database : address of the store
    private_key, public_keys, checkpoints : the audit key, the folder of the public keys (``*.pub``)
        and the folder of the checkpoints; outside the database
    issuers : the identity providers that the site trusts
    cds_clients : the CDS Hooks clients that it trusts
    thesaurus, snomed : files with the site's own codes; None where it has none
    """

    def __init__(self, folder: Path, file: _SiteFile) -> None:
        self.name = file.name
        self.database = file.store.database or f"sqlite:///{folder.resolve() / 'laennec.db'}"
        self.private_key = folder / file.audit.private_key
        self.public_keys = folder / file.audit.public_keys
        self.checkpoints = folder / file.audit.checkpoints
        self.thesaurus = None if file.codes.thesaurus is None else folder / file.codes.thesaurus
        self.snomed = None if file.codes.snomed is None else folder / file.codes.snomed
        self._people: Mapping[str, Person] = {
            row.id: Person(row.id, row.name, row.role, row.specialty) for row in file.people
        }
        self.issuers = file.issuer
        self.cds_clients = file.cds_client
        clients = [row.issuer for row in file.cds_client]
        if len(set(clients)) != len(clients) or not {r.person for r in file.cds_client} <= set(
            self._people
        ):
            raise _broken(folder, "two CDS Hooks clients with the same name, or one of nobody")
        if len({row.issuer for row in file.issuer}) != len(file.issuer):
            raise _broken(folder, "two issuers with the same name")
        if len(self._people) != len(file.people):
            raise _broken(folder, "two people have the same id")

    def person(self, said: str) -> Person:
        """Return the person a command names.

        Parameters
        ----------
        said : ``SYSTEM:number`` or ``SYSTEM:number:name``, e.g. ``RPPS:10001234567:Dr Martin``;
            where the name is given it must be the one in the site file

        Raises
        ------
        NotPermitted : not in the site file, or another name than the one there
        """
        system, _, rest = said.strip().partition(":")
        number, _, name = rest.partition(":")
        person = self._people.get(f"{system}:{number}")
        if person is None or (name and name.strip() != person.name):
            raise NotPermitted(
                found="a person who is not in the site file under this id and name",
                why="a decision is taken by a named physician of the site",
                remedy=f"write --by as SYSTEM:number or SYSTEM:number:name, as in {SITE_FILE}; who "
                "is missing there is added by the site's administrator",
                path="by",
            )
        return person


def read_settings() -> SiteSettings:
    """Read the environment.

    Raises
    ------
    DataError : a variable that begins like the site's but is not known
    """
    unknown = [key for key in os.environ if key.startswith(_PREFIX) and key != _PREFIX]
    if unknown:
        raise DataError(
            found=f"the setting {min(unknown)} is not known",
            why="a misspelt setting would be a silent default",
            remedy=f"remove it, or write {_PREFIX}",
            path="environment",
        )
    return SiteSettings()


def load_site(folder: Path | None) -> Site:
    """Read the site's file.

    Parameters
    ----------
    folder : from `read_settings`; None on a machine that has no site yet

    Raises
    ------
    NotPermitted : there is no site, so nobody is permitted
    DataError : the file can't be read, or has a key that is not known
    """
    file = None if folder is None else folder / SITE_FILE
    if folder is None or file is None or not file.is_file():
        raise NotPermitted(
            found="this machine has no site file",
            why="nobody is named in it as a physician, so nobody can decide",
            remedy=_EXAMPLE,
            path="LAENNEC_SITE" if file is None else str(file),
        )
    try:
        content = _SiteFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise _broken(folder, "it is not a readable TOML file") from None
    except ValidationError as error:
        # Only places and rules: the values may be names.
        wrong = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)
        ]
        raise _broken(folder, "; ".join(wrong)) from None
    return Site(folder, content)


def _broken(folder: Path, what: str) -> DataError:
    return DataError(
        found=f"the site file can't be used ({what})",
        why="who may decide can't be guessed",
        remedy="correct it after the example in examples/site",
        path=str(folder / SITE_FILE),
    )
