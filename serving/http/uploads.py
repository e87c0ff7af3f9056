"""The body of a request: counted while it arrives, and a visit with its ECG taken apart."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from ...engine.errors import RecordError
from ...engine.record import Problem
from ..ecg.sent_files import EarlierFile, EcgFile
from .caller import service_of
from .problems import MediaTypeNotTaken, RequestUnreadable

JSON_TYPES: Final = ("application/json", "application/laennec.visit+json")
FORM: Final = "multipart/form-data"
_MOST_FILES: Final = 20
_HEADER_FIRST: Final = ".hea"
"""The file of a WFDB record that names the others."""
_HOW: Final = (
    "Send the visit as application/json, or as multipart/form-data with a part `visit` (JSON) and "
    "a part `ecg` (the file; further files of the same recording as parts `ecg` after it); a part "
    "`recording` chooses by its number, from 0, in a file that holds several"
)


class BodyTooLarge(RecordError):
    """A body beyond the limit of the service."""

    code = "body_too_large"


@dataclass(frozen=True, slots=True)
class SentVisit:
    """What was sent: a visit, and the ECG file beside it.

    Parameters
    ----------
    document : the visit's JSON
    ecg : None where none was sent
    problems : what whoever read it before could not use
    earlier : earlier ECGs of the person
    """

    document: bytes = field(repr=False)
    ecg: EcgFile | None = None
    problems: tuple[Problem, ...] = ()
    earlier: tuple[EarlierFile, ...] = ()

    def sha256(self, lang: str) -> str:
        """Return the hash of all that was asked, for its idempotency key."""
        digest = hashlib.sha256(f"{lang}\0".encode())
        parts = [("visit", self.document)]
        files = [] if self.ecg is None else [self.ecg]
        for file in (*files, *(one.file for one in self.earlier)):
            parts += [(file.name, file.data), *sorted(file.companions.items())]
        if self.ecg is not None and self.ecg.recording is not None:
            parts.append(("recording", str(self.ecg.recording).encode()))
        parts += [("earlier", f"{one.on} {one.path}".encode()) for one in self.earlier]
        if self.problems:
            parts.append(("problems", repr(self.problems).encode()))
        for name, data in parts:
            digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
        return digest.hexdigest()


async def sent_visit(request: Request) -> SentVisit:
    """Read the body of a request as a visit; the door counts its bytes.

    Raises
    ------
    BodyTooLarge : more bytes than the service takes for one of the two
    MediaTypeNotTaken : neither JSON nor a form
    RequestUnreadable : a form without one visit
    """
    settings = service_of(request).settings
    if media_type(request, (*JSON_TYPES, FORM), _HOW) != FORM:
        return SentVisit(within(await request.body(), settings.max_visit_bytes))
    try:
        async with request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FILES, max_part_size=settings.max_visit_bytes
        ) as form:
            sent = await _from_form(form)
    except HTTPException:
        raise RequestUnreadable("a form that can't be read", _HOW) from None
    within(sent.document, settings.max_visit_bytes)
    return sent


def media_type(request: Request, taken: Collection[str], how: str) -> str:
    """Return the type of a body, which must be one of those that are taken.

    Parameters
    ----------
    request : its header alone is read
    taken : types without parameters, in small letters
    how : what to send instead

    Raises
    ------
    MediaTypeNotTaken : another type, or none
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in taken:
        raise MediaTypeNotTaken(kind, how)
    return kind


def too_large(limit: int) -> BodyTooLarge:
    """Return the error of a body beyond a limit in bytes."""
    return BodyTooLarge(
        found=f"a body of more than {limit} bytes",
        why="one request could take the memory of every other",
        remedy="Send one visit and one ECG; cut a long recording",
        path="body",
    )


def within(data: bytes, limit: int) -> bytes:
    """Return a body that is not too large; as `too_large` otherwise."""
    if len(data) > limit:
        raise too_large(limit)
    return data


async def _from_form(form: FormData) -> SentVisit:
    unknown = sorted(set(form.keys()) - {"visit", "ecg", "recording"})
    if unknown:
        raise RequestUnreadable(f"a form with the part {unknown[0][:40]!r}", _HOW)
    visits, files = form.getlist("visit"), form.getlist("ecg")
    if len(visits) != 1:
        raise RequestUnreadable(f"a form with {len(visits)} parts `visit`", _HOW)
    if any(isinstance(part, str) for part in files):
        raise RequestUnreadable("a part `ecg` without a file name", _HOW)
    document = await _bytes(visits[0])
    named = {_name(part): await _bytes(part) for part in files}
    if len(named) != len(files):
        raise RequestUnreadable("two parts `ecg` with the same file name", _HOW)
    number = _number(form.getlist("recording"))
    if not named:
        if number is not None:
            raise RequestUnreadable("a form with a part `recording` and no part `ecg`", _HOW)
        return SentVisit(document)
    main = min(named, key=lambda name: not name.lower().endswith(_HEADER_FIRST))
    return SentVisit(document, EcgFile(named.pop(main), main, named, recording=number))


def _number(given: Sequence[UploadFile | str]) -> int | None:
    """Return the recording that a form chooses; None where it chooses none."""
    if not given:
        return None
    text = given[0].strip() if isinstance(given[0], str) else ""
    if len(given) > 1 or not re.fullmatch("[0-9]{1,6}", text):
        raise RequestUnreadable("a part `recording` that is not one number from 0", _HOW)
    return int(text)


def _name(part: UploadFile | str) -> str:
    return "" if isinstance(part, str) else part.filename or ""


async def _bytes(part: UploadFile | str) -> bytes:
    return part.encode("utf-8") if isinstance(part, str) else await part.read()
