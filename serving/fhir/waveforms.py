"""The ECG of a Bundle: sampled data, or a file in a document; handed on as bytes, not opened."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from ...datasets.readers.ecg import is_recording
from ...engine.intake.ecg_day import day_problem
from ..ecg.sent_files import EarlierFile, EcgFile
from .entries import Entry, codings, obj, objects, text
from .issue_codes import KeptCode
from .issues import IssueLog
from .maps import fhir_maps
from .statuses import tell_status

_HEADER_FIRST: Final = ".hea"
_NOT_RECEIVED: Final[Mapping[bool, tuple[Literal["refused_item", "note"], KeptCode]]] = {
    True: ("refused_item", "ecg_not_received"),
    False: ("note", "attachment_unreadable"),
}


@dataclass(slots=True)
class _Source:
    """The files of one resource: when as the resource states it, and where it stood."""

    path: str
    at: datetime | None
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def day(self) -> date | None:
        """Return the day that the resource states."""
        return None if self.at is None else self.at.date()


class Waveforms:
    """The ECG files found so far, by the resource that brought them."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}

    def add(self, name: str, data: bytes, path: str, moment: str) -> None:
        """Keep one file; a name that was used gets a number before it.

        Parameters
        ----------
        name, data : of the file
        path : of its resource
        moment : when the resource says that it was recorded; empty where it does not
        """
        source = self._sources.setdefault(path, _Source(path, _moment(moment)))
        source.files[_free(name, source.files)] = data

    def parted(self, visit: str, log: IssueLog) -> tuple["VisitEcg", tuple[EarlierFile, ...]]:
        """Return the ECG of the visit, and those of an earlier day.

        Where all are of an earlier day, the last of them is the visit's, and the report says so
        where it is too old to answer for today.

        Parameters
        ----------
        visit : moment of the visit
        log : of the Bundle
        """
        sources, moment = list(self._sources.values()), _moment(visit)
        today = None if moment is None else moment.date()
        past = [s for s in sources if s.day is not None and today is not None and s.day < today]
        last = max((s.day for s in past if s.day is not None), default=None)
        if last is not None and len(past) == len(sources):
            past = [s for s in past if s.day != last]
            lone = next(s for s in sources if s.day == last)
            problem = day_problem(lone.at, moment, None, lone.path)
            if problem is not None:
                found = {name: str(value) for name, value in problem.parameters.items()}
                log.keep("note", "ecg_of_earlier_day", lone.path, **found)
        now = [s for s in sources if s not in past]
        earlier = tuple(EarlierFile(_upload([s]), s.day, s.path) for s in past)
        return VisitEcg(_upload(now), now[0].path) if now else VisitEcg(), earlier


@dataclass(frozen=True, slots=True)
class VisitEcg:
    """The ECG of a visit and where it stood; several recordings are refused by the reader."""

    file: EcgFile | None = None
    path: str = ""


def _moment(text_of_it: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text_of_it)
    except ValueError:
        return None


def _free(name: str, files: Mapping[str, bytes]) -> str:
    return name if name not in files else f"{len(files)}-{name}"


def _upload(sources: Sequence[_Source]) -> EcgFile:
    """Return the files of resources as one upload, of the moment at which they were recorded."""
    named: dict[str, bytes] = {}
    for source in sources:
        for name, data in source.files.items():
            named[_free(name, named)] = data
    main = min(named, key=lambda name: not name.lower().endswith(_HEADER_FIRST))
    return EcgFile(named.pop(main), main, named, sources[0].at)


def add_documents(
    documents: Sequence[Entry], binaries: Sequence[Entry], waveforms: Waveforms, log: IssueLog
) -> None:
    """Hand the ECG files of documents on; every other attachment, and every link, is told.

    A Binary says of nobody whose it is: only one that a DocumentReference of the person names is
    read, any other refuses the Bundle.
    """
    by_name = {name: one for one in binaries for name in one.names}
    used: set[str] = set()
    for entry in documents:
        status = text(entry.resource.get("status"))
        if status not in fhir_maps()["status"]["document_reference"]:
            tell_status(entry, status, log)
            continue
        used |= _add_document(entry, by_name, waveforms, log)
    for one in binaries:
        if one.path not in used:
            log.refuse("wrong_patient.binary", one.path)


def _add_document(
    entry: Entry, by_name: Mapping[str, Entry], waveforms: Waveforms, log: IssueLog
) -> set[str]:
    named: dict[str, bytes] = {}
    used: set[str] = set()
    is_ecg = fhir_maps()["waveform"]["study"] in {c for _, c in codings(entry.resource.get("type"))}
    for index, content in enumerate(objects(entry.resource.get("content"))):
        attachment = obj(content.get("attachment"))
        path = f"{entry.path}.content[{index}].attachment"
        binary = by_name.get(text(attachment.get("url")))
        if binary is not None:
            used.add(binary.path)
        given = attachment if binary is None else binary.resource
        data = _decoded(given.get("data"))
        if data is None:
            log.keep(*_NOT_RECEIVED[is_ecg], path)
            continue
        named[text(attachment.get("title")) or f"attachment-{index}"] = data
    recorded = text(obj(obj(entry.resource.get("context")).get("period")).get("start"))
    if is_ecg or any(is_recording(data, name) for name, data in named.items()):
        for name, data in named.items():
            waveforms.add(name, data, entry.path, recorded)
    elif named:
        log.keep("note", "document_not_read", entry.path)
    return used


def _decoded(data: object) -> bytes | None:
    try:
        return base64.b64decode(text(data), validate=True) or None
    except (binascii.Error, ValueError):
        return None
