"""Who is behind a request: a token of the site's token file, kept there as its hash only.

Weaker than a sign-in of the house (OpenID Connect): whoever holds the token is taken for the
person, nothing asks for a second factor, and a token ends at its date or when its row is removed.
"""

import hashlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ....engine.errors import DataError
from ...clock import Clock, read_clock
from ...people import Person
from ...site import Site, load_site
from ..problems import NotSignedIn

TOKEN_FILE: Final = "tokens.toml"  # noqa: S105 - the name of a file
_SCHEMA: Final = "laennec.tokens/1"
_START: Final = "laennec_"
_BYTES: Final = 32
_HEADER: Final = f"""# Tokens of the people of the site, as SHA-256, made by `laennec token`.
# Remove a row to end a token at once.
schema = "{_SCHEMA}"
"""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    person: str
    expires: datetime


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: str = Field(alias="schema", pattern=r"^laennec\.tokens/1$")
    token: tuple[_Row, ...] = ()


@dataclass(slots=True)
class Tokens:
    """The token file, read again when it was changed.

    Parameters
    ----------
    file : beside the site file
    site : whose people the tokens name
    """

    file: Path
    site: Site
    _read_at: tuple[int, int] = (0, 0)
    _rows: Mapping[str, _Row] | None = None

    def person(self, token: str, clock: Clock) -> Person:
        """Return the person whose token this is.

        Raises
        ------
        NotSignedIn : no such token, or it has ended
        DataError : the token file can't be read
        """
        row = self._current().get(_hash(token))
        if row is None or row.expires <= read_clock(clock):
            raise NotSignedIn(
                found="a token that is not, or no longer, one of this site",
                why="it is not known who asks",
                remedy="Ask the administrator for a token (laennec token SYSTEM:number)",
                path="authorization",
            )
        return self.site.person(row.person)

    def _current(self) -> Mapping[str, _Row]:
        """Return the rows by hash; a site without the file has no token."""
        try:
            found = self.file.stat()
        except FileNotFoundError:
            return {}
        stamp = (found.st_mtime_ns, found.st_size)
        if self._rows is None or stamp != self._read_at:
            rows = {row.sha256: row for row in _read(self.file).token}
            self._rows, self._read_at = rows, stamp
        return self._rows


def new_token(site: Site, folder: Path, person_id: str, *, days: int, clock: Clock) -> str:
    """Make a token for a person of the site and write its hash to the token file.

    Parameters
    ----------
    site : where the person is named
    folder : of the site
    person_id : ``SYSTEM:number``
    days : how long it is good for
    clock : the time now

    Returns
    -------
    The token; it is written nowhere

    Raises
    ------
    NotPermitted : no such person
    """
    person = site.person(person_id)
    token = _START + secrets.token_urlsafe(_BYTES)
    expires = (read_clock(clock).astimezone(UTC) + timedelta(days=days)).replace(microsecond=0)
    row = (
        f'\n[[token]]\nsha256 = "{_hash(token)}"\nperson = "{person.id}"\n'
        f"expires = {expires.isoformat()}\n"
    )
    file = folder / TOKEN_FILE
    is_new = not file.exists()
    handle = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as stream:
        stream.write((_HEADER if is_new else "") + row)
    return token


def token_of(person_id: str, folder: Path | None, *, days: int, clock: Clock) -> str:
    """Make a token for a person of the site in a folder; as `new_token`.

    Raises
    ------
    NotPermitted : no site, or no such person
    """
    site = load_site(folder)
    return new_token(site, folder or Path(), person_id, days=days, clock=clock)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def _read(file: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError):
        raise DataError(
            found="a token file that can't be read",
            why="who may sign in can't be guessed",
            remedy="Correct it, or remove it and make new tokens with `laennec token`",
            path=str(file.name),
        ) from None
