"""The site: which people may act, where the store and the keys are.

Two settings come from the environment, everything else from the site's own file. A key that is not
known is an error in both, because a misspelt one would be a silent default.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ..engine.errors import DataError, NotPermitted
from .people import Person, Role, Specialty
from .site_rows import CdsClientRow, Closed, IssuerRow, SmartRow, identifier

SITE_FILE = "site.toml"
DEVELOPMENT: Final = "urn:laennec:development-issuer"
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


class _PersonRow(Closed):
    id: Annotated[str, AfterValidator(identifier)]
    name: str = Field(min_length=1, max_length=200)
    role: Role
    specialty: Specialty | None = None

    @model_validator(mode="after")
    def _specialist_has_one(self) -> Self:
        if (self.role is Role.SPECIALIST) != (self.specialty is not None):
            message = "a specialist has a specialty and nobody else has: " + ", ".join(Specialty)
            raise ValueError(message)
        return self


class _StoreRow(Closed):
    database: str | None = None


class _AuditRow(Closed):
    private_key: Path = Path("keys/audit.key")
    public_keys: Path = Path("keys")
    checkpoints: Path = Path("checkpoints")


class _DocumentsRow(Closed):
    finess: str | None = Field(default=None, pattern=r"^[0-9A-Z]{9}$")
    cda_schema: Path | None = None


class _CodesRow(Closed):
    thesaurus: Path | None = None
    snomed: Path | None = None


class _SiteFile(Closed):
    schema_: str = Field(alias="schema", pattern=r"^laennec\.site/1$")
    name: str = Field(min_length=1)
    store: _StoreRow = _StoreRow()
    audit: _AuditRow = _AuditRow()
    codes: _CodesRow = _CodesRow()
    documents: _DocumentsRow = _DocumentsRow()
    people: tuple[_PersonRow, ...] = ()
    issuer: tuple[IssuerRow, ...] = ()
    cds_client: tuple[CdsClientRow, ...] = ()
    smart: tuple[SmartRow, ...] = ()


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
    finess : its national number, for documents; None where it is not written
    cda_schema : schema of the CDA that documents must meet; None where the site supplies none
    thesaurus, snomed : files with the site's own codes; None where it has none
    smart : the visit software that may open the review page
    """

    def __init__(self, folder: Path, file: _SiteFile) -> None:
        self.name = file.name
        self.database = file.store.database or f"sqlite:///{folder.resolve() / 'laennec.db'}"
        self.private_key = folder / file.audit.private_key
        self.public_keys = folder / file.audit.public_keys
        self.checkpoints = folder / file.audit.checkpoints
        self.finess = file.documents.finess
        schema = file.documents.cda_schema
        self.cda_schema = None if schema is None else folder / schema
        self.thesaurus = None if file.codes.thesaurus is None else folder / file.codes.thesaurus
        self.snomed = None if file.codes.snomed is None else folder / file.codes.snomed
        self._people: Mapping[str, Person] = {
            row.id: Person(row.id, row.name, row.role, row.specialty) for row in file.people
        }
        self.issuers = file.issuer
        self.cds_clients = file.cds_client
        self.smart = file.smart
        clients = [row.issuer for row in file.cds_client]
        if len(set(clients)) != len(clients) or not {r.person for r in file.cds_client} <= set(
            self._people
        ):
            raise _broken(folder, "two CDS Hooks clients with the same name, or one of nobody")
        if not {who for row in file.smart for who in row.users.values()} <= set(self._people):
            raise _broken(folder, "an account of visit software that belongs to nobody")
        if len({row.iss for row in file.smart}) != len(file.smart):
            raise _broken(folder, "the same visit software twice")
        if any(row.smart for row in file.cds_client) and not file.smart:
            raise _broken(folder, "a CDS Hooks client with smart links and no [[smart]] server")
        if len({row.issuer for row in file.issuer}) != len(file.issuer):
            raise _broken(folder, "two issuers with the same name")
        if len(self._people) != len(file.people):
            raise _broken(folder, "two people have the same id")

    @property
    def has_client_key(self) -> bool:
        """The service proves itself somewhere by a key of its own."""
        of_issuers = any(row.client_key for row in self.issuers)
        return of_issuers or any(row.client_key for row in self.smart)

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
