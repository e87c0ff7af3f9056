"""Formats that ecgdatakit reads: SCP-ECG, HL7 aECG, MUSE, Sierra, Mortara, ISHNE.

Its samples and scales are taken as stored counts; what it fills in by itself (numbered lead
names, whole rates, the first of several series) is taken out again or refused here.
"""

import os
import re
import tempfile
import threading
import warnings
import xml.etree.ElementTree as ET  # noqa: S405 - serialises trees that were parsed defused
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from importlib import import_module
from typing import Any, Final

import numpy as np

from ....engine.ecg.leads import TWELVE_LEADS
from .assemble import StoredLead, assemble, step_of
from .errors import damaged, unreadable
from .recording import Declared, EcgHeader, EcgRecording, Filters, sex_of
from .source import Source

_LOCK: Final = threading.Lock()  # the state of warnings belongs to the whole process
_INVENTED: Final = re.compile(r"(?i)^(channel ?\d*|lead ?\d*|ch ?\d+|unspecified)(_\d+)?$")
_NUMBERED: Final = re.compile(r"^(.+)_\d+$")
_CUT: Final = re.compile(r"(?i)truncat|incomplete|only the first|waveform ignored")
_BEATS: Final = re.compile(r"(?i)median|representative|repbeat|TYPICAL_CYCLE|Section 5")


@contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """Give the bytes a path; in memory where the system can, so that nothing stays on a disk."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("ecg")
        try:
            with os.fdopen(handle, "wb", closefd=False) as file:
                file.write(data)
            yield f"/proc/self/fd/{handle}"
        finally:
            os.close(handle)
        return
    with tempfile.TemporaryDirectory() as folder:  # pragma: no cover - not on Linux
        path = os.path.join(folder, "ecg")  # noqa: PTH118 - as above, a plain string
        with open(path, "wb") as file:  # noqa: PTH123 - as above
            file.write(data)
        yield path


@cache
def _parser(name: str) -> Any:  # noqa: ANN401 - the library types its parsers loosely
    module, cls = name.split(":")
    return getattr(import_module(f"ecgdatakit.parsing.parsers.{module}"), cls)


def parse_with(name: str, data: bytes, where: str) -> tuple[Any, tuple[str, ...]]:
    """Return the record that a parser of the library makes, and notes on its warnings.

    Raises
    ------
    EcgDamaged : a checksum that does not agree, or a file that ends too early
    EcgUnreadable : the parser refuses the file
    """
    with _LOCK, warnings.catch_warnings(record=True) as caught, _as_file(data) as path:
        warnings.simplefilter("always")
        try:
            record = _parser(name)().parse(path)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - see the next line
            # The cause may quote the file, so it is dropped and not chained.
            kind = type(error).__name__
            raise unreadable(f"The reader of the format gave up ({kind})", where) from None
    checksums = [w for w in caught if w.category.__name__ == "ChecksumWarning"]
    said = [str(w.message) for w in caught if not _BEATS.search(str(w.message))]
    if checksums or any(_CUT.search(text) for text in said):
        raise damaged("A checksum that does not agree, or a part that is cut off", where)
    return record, ("reader_warned",) if said else ()


def recording_of(
    record: Any,  # noqa: ANN401 - a record of ecgdatakit
    header: EcgHeader,
    declared: Declared,
) -> EcgRecording:
    """Return our recording of a record of the library."""
    if not record.leads:
        raise unreadable("No lead with samples", header.record)
    exact = record.raw_metadata.get("rhythm_time", {}).get("sampling_rate_exact")
    return assemble([_stored(lead, exact) for lead in record.leads], header, declared)


def _stored(lead: Any, exact_rate: float | None) -> StoredLead:  # noqa: ANN401 - as above
    step = step_of(float(lead.resolution), str(lead.resolution_unit or lead.units or ""))
    samples = np.asarray(lead.samples, dtype=np.float64)
    if lead.offset:
        samples = samples + lead.offset / lead.resolution
    rate = exact_rate if exact_rate is not None else float(lead.sampling_rate)
    return StoredLead(_own_name(str(lead.label)), samples, step, rate, float(lead.resolution))


def _own_name(label: str) -> str:
    """Undo the names that the library invents: numbered channels and numbered doubles."""
    if _INVENTED.match(label):
        return ""
    numbered = _NUMBERED.match(label)
    return numbered[1] if numbered and numbered[1] in TWELVE_LEADS else label


def header_of(record: Any, fmt: str, source: Source, notes: tuple[str, ...]) -> EcgHeader:  # noqa: ANN401
    """Return what the record says of the person, the device and the filters."""
    person, taken = record.patient, record.recording
    stated = taken.acquisition.filters
    device = " ".join(p for p in (taken.device.manufacturer, taken.device.model) if p)
    return EcgHeader(
        format=fmt,
        record=source.stem or "record",
        patient_id=str(person.patient_id or ""),
        sex=sex_of(str(person.sex or "")),
        birth_date=_day(person.birth_date),
        age_years=None if person.age is None else float(person.age),
        acquired_at=taken.date if isinstance(taken.date, datetime) else None,
        device=device.strip(),
        filters=Filters(
            stated.highpass, stated.lowpass, None if stated.notch_active is False else stated.notch
        ),
        notes=notes,
    )


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def read_one(parser: str, fmt: str, source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read a format in which a file holds one recording."""
    record, notes = parse_with(parser, source.data, source.label)
    return [recording_of(record, header_of(record, fmt, source, notes), declared)]


def read_each(
    parser: str, fmt: str, source: Source, declared: Declared, trees: Sequence[ET.Element]
) -> Sequence[EcgRecording]:
    """Read documents that were cut to one series each."""
    found = []
    for tree in trees:
        record, notes = parse_with(parser, ET.tostring(tree), source.label)
        header = header_of(record, fmt, source, notes)
        found.append(recording_of(record, header, declared))
    return found
