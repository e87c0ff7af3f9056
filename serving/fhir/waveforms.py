"""The ECG of a Bundle: sampled data, or a file in a document; handed on as bytes, not opened."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ...datasets.readers.ecg import is_recording
from ..ecg.sent_files import EcgFile
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
class Waveforms:
    """The ECG files found so far, by name, and where the first stood."""

    files: dict[str, bytes] = field(default_factory=dict)
    path: str = ""

    def add(self, name: str, data: bytes, path: str) -> None:
        """Keep one file; a name that was used gets a number before it."""
        free = name if name not in self.files else f"{len(self.files)}-{name}"
        self.files[free] = data
        self.path = self.path or path

    def ecg(self) -> EcgFile | None:
        """Return them as one upload; several recordings are refused where files are read."""
        if not self.files:
            return None
        named = dict(self.files)
        main = min(named, key=lambda name: not name.lower().endswith(_HEADER_FIRST))
        return EcgFile(named.pop(main), main, named)


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
    if is_ecg or any(is_recording(data, name) for name, data in named.items()):
        for name, data in named.items():
            waveforms.add(name, data, entry.path)
    elif named:
        log.keep("note", "document_not_read", entry.path)
    return used


def _decoded(data: object) -> bytes | None:
    try:
        return base64.b64decode(text(data), validate=True) or None
    except (binascii.Error, ValueError):
        return None
