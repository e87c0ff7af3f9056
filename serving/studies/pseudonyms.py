"""Decided reports for a study: under a pseudonym of the project, of who agreed, without a date.

A pseudonym is a keyed hash (HMAC-SHA-256) of the person's id under a key of the project. The key
lies in the site folder and never leaves it: without it nobody can tell who a pseudonym is, and two
projects can't be joined.
"""

import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from ...engine.errors import DataError, NotPermitted
from ..decisions.consents import Purpose, current_consents
from ..store.store import Store
from ..store.tables import decisions, drafts, steps
from .agreement import SMALLEST_GROUP

FOLDER: Final = "pseudonyms"
_KEY_BYTES: Final = 32
_SHOWN: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_UNDECIDED_OR_GONE: Final = ("withdrawn",)


class NoSuchProject(NotPermitted):
    """A project that the site has no key for."""

    code = "no_such_project"


def new_project(folder: Path, project: str) -> Path:
    """Make the key of a project in the site folder.

    Parameters
    ----------
    folder : of the site
    project : small letters, digits, ``_`` and ``-``

    Returns
    -------
    where the key lies

    Raises
    ------
    DataError : a name that can't be, or a project that has a key
    """
    file = _file(folder, project)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise DataError(
            found="a project that has a key already",
            why="a second key would give its people other pseudonyms",
            remedy="Use it, or name another project",
            path=f"project {project}",
        ) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(_KEY_BYTES))
    return file


def project_key(folder: Path, project: str) -> bytes:
    """Return the key of a project.

    Raises
    ------
    NoSuchProject : the site has none
    """
    try:
        return _file(folder, project).read_bytes()
    except (OSError, DataError):
        raise NoSuchProject(
            found="a project that this site has no key for",
            why="its pseudonyms can't be made",
            remedy="The administrator makes one: laennec store project NAME",
            path="project",
        ) from None


def pseudonym(key: bytes, person_id: str) -> str:
    """Return the name of a person in a project.

    >>> pseudonym(b"one project", "person-01") == pseudonym(b"another", "person-01")
    False
    """
    return hmac.digest(key, person_id.encode("utf-8"), "sha256").hex()[:_SHOWN]


def study_records(store: Store, key: bytes) -> list[dict[str, Any]]:
    """Return what physicians decided on the people who agreed to research, by pseudonym.

    Parameters
    ----------
    store : an opened store
    key : of the project

    Returns
    -------
    one record a decided report: pseudonym and, by finding, what was drafted, decided and put, with
    the model version; in the order of the pseudonyms, so that none tells when it was made. Nothing
    where fewer than five people agreed.
    """
    records = sorted(_records(store, key), key=lambda r: (r["pseudonym"], json.dumps(r)))
    is_small = len({r["pseudonym"] for r in records}) < SMALLEST_GROUP
    return [] if is_small else records


def _records(store: Store, key: bytes) -> Iterator[dict[str, Any]]:
    gone = select(steps.c.draft_id).where(steps.c.state.in_(_UNDECIDED_OR_GONE))
    decided = select(decisions.c.draft_id)
    query = select(drafts.c.draft_id, drafts.c.person_id, drafts.c.document).where(
        drafts.c.draft_id.in_(decided), drafts.c.draft_id.not_in(gone)
    )
    with store.read() as connection:
        for row in connection.execute(query).all():
            answer = current_consents(connection, row.person_id).get(Purpose.RESEARCH)
            if answer is None or not answer.is_given:
                continue
            taken = connection.execute(
                select(decisions).where(decisions.c.draft_id == row.draft_id)
            )
            said = {d["finding_id"]: d for d in taken.mappings()}
            findings = json.loads(row.document)["findings"]
            yield {
                "pseudonym": pseudonym(key, row.person_id),
                "findings": [_finding(f, said[f["id"]]) for f in findings if f["id"] in said],
            }


def _finding(finding: dict[str, Any], decision: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    drafted = finding.get("band") or finding.get("state")
    model = finding.get("model")
    put = None if decision["verdict"] == "reject" else decision["amended_to"] or drafted
    return {
        "finding": finding["id"],
        "drafted": drafted,
        "verdict": decision["verdict"],
        "put": put,
        "reason": decision["reason"],
        "version": f"{model['id']} {model['version']}" if model else "guideline",
    }


def _file(folder: Path, project: str) -> Path:
    if not _NAME.fullmatch(project):
        raise DataError(
            found="a project's name that can't be",
            why="it names a file of the site folder",
            remedy="Use small letters, digits, _ and -, 40 at most",
            path="project",
        )
    return folder / FOLDER / f"{project}.key"
