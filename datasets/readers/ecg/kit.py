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
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib import import_module
from typing import Any, Final

import numpy as np

from ....engine.ecg.leads import TWELVE_LEADS
from .assemble import assemble
from .errors import damaged, unreadable, unsupported
from .groups import Group, recordings_of
from .kit_reasons import told_of
from .recording import Declared, EcgHeader, EcgRecording, Filters, sex_of
from .source import Source
from .stored import StoredLead, step_of

_LOCK: Final = threading.Lock()  # the state of warnings belongs to the whole process
_INVENTED: Final = re.compile(r"(?i)^(channel ?\d*|lead ?\d*|ch ?\d+|unspecified)(_\d+)?$")
_NUMBERED: Final = re.compile(r"^(.+)_\d+$")
_MICROSECONDS: Final = 1e6
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
            # The cause may quote the file, so only what is known of it is told; it is not chained.
            kind = type(error).__name__
            told = told_of(str(error)) or kind
            if kind == "UnsupportedFormatError":
                found = f"A variant of the format ({told})"
                raise unsupported(found, "Export it plainly, or as WFDB", where) from None
            raise unreadable(f"The reader of the format gave up ({told})", where) from None
    checksums = [w for w in caught if w.category.__name__ == "ChecksumWarning"]
    said = [str(w.message) for w in caught if not _BEATS.search(str(w.message))]
    if checksums or any(_CUT.search(text) for text in said):
        raise damaged("A checksum that does not agree, or a part that is cut off", where)
    return record, ("reader_warned",) if said else ()


def leads_of(record: Any) -> list[StoredLead]:  # noqa: ANN401 - a record of ecgdatakit
    """Return the leads of a record of the library as its file stores them."""
    exact = record.raw_metadata.get("rhythm_time", {}).get("sampling_rate_exact")
    interval_us = record.raw_metadata.get("rhythm_sample_interval_us")  # of SCP-ECG
    exact = _MICROSECONDS / interval_us if interval_us else exact
    return [_stored(lead, exact) for lead in record.leads]


def _stored(lead: Any, exact_rate: float | None) -> StoredLead:  # noqa: ANN401 - as above
    step = step_of(float(lead.resolution), str(lead.resolution_unit or lead.units or ""))
    samples = np.asarray(lead.samples, dtype=np.float64)
    if lead.offset:
        samples = samples + lead.offset / lead.resolution
    rate = exact_rate if exact_rate is not None else float(lead.sampling_rate)
    first = int(lead.annotations.get("start_sample", 1))  # of section 3 of SCP-ECG, from 1
    name, gain = _own_name(str(lead.label)), float(lead.resolution)
    start_s = (first - 1) / rate if rate > 0 else 0.0
    return StoredLead(name, samples, step, rate, gain, start_s=start_s)


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
    return [assemble(leads_of(record), header_of(record, fmt, source, notes), declared)]


@dataclass(frozen=True, slots=True)
class Cut:
    """A document that was cut to one group of leads.

    Parameters
    ----------
    tree : the document
    start_s : when the leads start, on one clock for all cuts; None where the file does not say
    names : in the order of the leads; "" where the name that the library reads stands
    notes : on what was left out
    rates_hz : as the file states it, of all leads or of each; empty where the library keeps it
    """

    tree: ET.Element
    start_s: float | None = None
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rates_hz: tuple[float, ...] = ()


def read_each(
    parser: str, fmt: str, source: Source, declared: Declared, cuts: Sequence[Cut]
) -> Sequence[EcgRecording]:
    """Read documents that were cut to one group of leads each, joined where they are one."""
    groups = []
    for cut in cuts:
        record, notes = parse_with(parser, ET.tostring(cut.tree), source.label)
        leads = leads_of(record)
        if cut.names:
            pairs = zip(leads, cut.names, strict=True)
            leads = [replace(lead, name=name or lead.name) for lead, name in pairs]
        if cut.rates_hz:
            own = cut.rates_hz * (len(leads) if len(cut.rates_hz) == 1 else 1)
            rates = zip(leads, own, strict=True)
            leads = [replace(lead, rate_hz=rate) for lead, rate in rates]
        header = header_of(record, fmt, source, (*cut.notes, *notes))
        groups.append(Group(leads, header, cut.start_s))
    return recordings_of(groups, declared)
